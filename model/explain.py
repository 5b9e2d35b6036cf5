"""Says which words, as the citizen wrote them, speak for a category and how much."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from model.function_words import FUNCTION_WORDS
from model.normalise import Normalised
from model.signals import word_signals
from model.tokens import tokens
from model.weights import Floats, Weights


class Span(NamedTuple):
    """Code points [start, end) of the text as given; `share` of all that speaks for the category, 0 to 1."""

    start: int
    end: int
    share: float
    category: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The parts of one score: a row, a lemma row and the kinds of signal words per token."""

    weights: Weights
    rows: Floats
    lemmas: Sequence[int]
    kinds: Sequence[int]
    heads: Mapping[str, Sequence[tuple[int, float]]]  # head -> (logit, slope of its Platt map)

    def per_token(self) -> Floats:
        """What each token adds to each logit, (tokens, H); a pair is halved, a signal is split among its tokens."""
        weights, width = self.weights, self.weights.logits
        sums = self.rows.sum(axis=0)
        added = np.zeros((len(self.lemmas), width))
        if sums[-2] > 0.0:
            added += self.rows[:, :width] / math.sqrt(sums[-2])
        if sums[-1] > 0.0:
            added += self.rows[:, width : 2 * width] / math.sqrt(sums[-1])
        found = weights.vocabulary.pairs_of(self.lemmas)
        if found:
            length = math.sqrt(weights.pairs[[row for _, row in found], -1].sum())
            for place, row in found:
                half = weights.pairs[row, :-1] / (2.0 * length)
                added[place] += half
                added[place + 1] += half
        bearers = [number for number, mask in enumerate(self.kinds) if mask]
        if bearers:
            together = 0
            for number in bearers:
                together |= self.kinds[number]
            added[bearers] += weights.signals[word_signals(together)].sum(axis=0) / len(bearers)
        return added


def spans(normalised: Normalised, evidence: Evidence, *, categories: Sequence[str], limit: int) -> tuple[Span, ...]:
    """The strongest words for each category, at most `limit` in all, strongest first.

    Function words count in the shares and are shown only where nothing else speaks for a category.
    """
    added = evidence.per_token()
    words = tokens(normalised.text)
    places = normalised.origins((token.start, token.end) for token in words)
    telling = np.array([token.form not in FUNCTION_WORDS for token in words])
    found: dict[tuple[int, int, str], float] = {}
    for category in categories:
        towards = sum(added[:, logit] * slope for logit, slope in evidence.heads[category])
        positive = np.clip(towards, 0.0, None)
        total = float(positive.sum())
        if total <= 0.0:
            continue
        shown = positive * telling
        for (start, end), value in zip(places, (shown if shown.any() else positive).tolist(), strict=True):
            if value > 0.0 and end > start:
                key = (start, end, category)
                found[key] = min(1.0, found.get(key, 0.0) + value / total)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Span(start, end, share, category) for (start, end, category), share in ordered[:limit])
