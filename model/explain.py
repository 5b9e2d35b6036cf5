"""Says which words, as the citizen wrote them, speak for a category and how much."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from model.function_words import FUNCTION_WORDS
from model.normalise import Normalised
from model.signals import word_signals
from model.tokens import places
from model.weights import Floats, Weights


class Span(NamedTuple):
    """Code points [start, end) of the text as given; `share` of all that speaks for the category, 0 to 1."""

    start: int
    end: int
    share: float
    category: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The parts of one score: a row, a lemma and the kinds of signal words per token."""

    weights: Weights
    rows: Floats
    lemmas: Sequence[int]
    kinds: Sequence[int]
    heads: Mapping[str, Sequence[tuple[int, float]]]  # head -> (logit, slope of its Platt map)

    def per_token(self) -> Floats:
        """What each token adds to each logit, (tokens, H); a pair is halved, a signal is split among its tokens."""
        weights = self.weights
        added = np.zeros((len(self.lemmas), weights.logits))
        for part in (self.rows[:, :-1], weights.lemmas.take(self.lemmas, 0)):
            squared = float(np.add.reduce(part[:, -1]))
            if squared > 0.0:
                added += part[:, :-1] / math.sqrt(squared)
        found = weights.vocabulary.pairs_of(self.lemmas)
        if found:
            pairs = weights.pairs.take([row for _, row in found], 0)
            half = pairs[:, :-1] / (2.0 * math.sqrt(np.add.reduce(pairs[:, -1])))
            added[[place + 1 for place, _ in found]] += half
            added[[place for place, _ in found]] += half
        bearers = [number for number, mask in enumerate(self.kinds) if mask]
        if bearers:
            together = 0
            for number in bearers:
                together |= self.kinds[number]
            added[bearers] += np.add.reduce(weights.signals.take(word_signals(together), 0), 0) / len(bearers)
        return added


def spans(
    normalised: Normalised, words: Sequence[str], evidence: Evidence, *, categories: Sequence[str], limit: int
) -> tuple[Span, ...]:
    """The strongest words for each category, at most `limit` in all, strongest first; `words` are the text's forms.

    Function words count in the shares and are shown only where nothing else speaks for a category.
    """
    added = evidence.per_token()
    where = places(normalised.text)
    if normalised.layers:
        where = normalised.origins(where)
    functional = [word in FUNCTION_WORDS for word in words]
    found: list[tuple[float, int, int, str]] = []
    for category in categories:
        (logit, slope), *others = evidence.heads[category]
        towards = added[:, logit] * slope
        for logit, slope in others:
            towards += added[:, logit] * slope
        positive = np.maximum(towards, 0.0)
        total = float(np.add.reduce(positive))
        if total <= 0.0:
            continue
        values = positive.tolist()
        telling = [0.0 if drop else value for value, drop in zip(values, functional, strict=True)]
        shares: dict[tuple[int, int], float] = {}
        for place, value in zip(where, telling if any(telling) else values, strict=True):
            if value > 0.0 and place[1] > place[0]:
                shares[place] = min(1.0, shares.get(place, 0.0) + value / total)
        found += [(-share, start, end, category) for (start, end), share in shares.items()]
    found.sort()
    return tuple([Span(start, end, -share, category) for share, start, end, category in found[:limit]])
