"""Scores comments: sums of cached token parts, one logit per question, calibrated probabilities out."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from operator import mul
from typing import Final, NamedTuple

import numpy as np

from model.artefact import Artefact
from model.cache import TokenCache
from model.explain import Evidence, Span, spans
from model.heads import NOTHING, Heads, Scores
from model.keys import Integers
from model.labels import HEADS
from model.lemmas import warm_up
from model.normalise import MAX_BEFORE, Normalised, normalise
from model.signals import measures, word_signals
from model.tokens import forms
from model.weights import Floats, Weights

__all__ = ["CACHE_BYTES", "Look", "Scorer", "Scores"]

CACHE_BYTES: Final = 48 * 2**20
# Tokens that are added up at once when there are many texts: their rows take about a megabyte.
_AT_ONCE: Final = 8192
_KINDS_KEPT: Final = 4096


class _Read(NamedTuple):
    """A text that has words: the part of the original that is looked at, its plain text and its token forms."""

    text: str
    normalised: Normalised
    words: list[str]


#: Per token its row of sums, the row of its lemma and its kinds of signal words.
_Parts = tuple[Floats, Integers, Integers]


class Look(NamedTuple):
    """What one look at a text found; whoever explains it or judges a part of it looks nothing up again.

    Its words have the places from `first` up to `last` in `parts`, which texts of one batch share; a text without
    words has neither.
    """

    scores: Scores
    read: _Read | None = None
    parts: _Parts | None = None
    first: int = 0
    last: int = 0


_NOTHING_SEEN: Final = Look(NOTHING)


def _read(text: str) -> _Read:
    normalised = normalise(text)
    return _Read(text[:MAX_BEFORE], normalised, forms(normalised.text))


class Scorer:
    """Judges texts with one artefact; safe to share between threads.

    `on_words` is told of each look at words how many of them the cache held and how many it did not.
    """

    def __init__(
        self,
        artefact: Artefact,
        *,
        cache_bytes: int = CACHE_BYTES,
        on_words: Callable[[int, int], None] = lambda _known, _new: None,
    ) -> None:
        warm_up()
        self._on_words = on_words
        self.manifest = artefact.manifest
        self._weights = Weights(artefact.arrays)
        self._heads = Heads(artefact.manifest.logits, artefact.manifest.heads, artefact.arrays.platt)
        self._cache = TokenCache(self._weights.tokens, self._weights.width, cache_bytes)
        self._by_kinds: dict[int, list[float]] = {}
        self._evidence = dict(zip(HEADS, self._heads.evidence, strict=True))
        columns = self._weights.measures.T.tolist()
        self._looks = [(logit, column) for logit, column in enumerate(columns) if any(column)]

    def score(self, text: str) -> Scores:
        """Probabilities for one text; any text is accepted, one without words scores zero."""
        return self.look(text).scores

    def look(self, text: str) -> Look:
        """The scores, with what `explain` and `score_rest` need."""
        read = _read(text)
        if not read.words:
            return _NOTHING_SEEN
        parts = self._gather(read.words)
        return Look(self._heads.one(self._logits(read, parts)), read, parts, 0, len(read.words))

    def look_many(self, texts: Sequence[str]) -> list[Look]:
        """A look at each text, with the scores that `score_many` gives."""
        found = [_NOTHING_SEEN] * len(texts)
        for numbers, reads in _batches(texts):
            parts, last = self._gather_many(reads), 0
            scored = self._heads.many(self._logits_of_many(reads, parts))
            for number, read, scores in zip(numbers, reads, scored, strict=True):
                first, last = last, last + len(read.words)
                found[number] = Look(scores, read, parts, first, last)
        return found

    def score_rest(self, rest: str, look: Look) -> Scores:
        """As `score`, for what is left of a text that was looked at: its words are mostly that text's."""
        read = _read(rest)
        if not read.words:
            return NOTHING
        if look.read is None or look.parts is None:
            return self.score(rest)
        place_of = dict(zip(look.read.words, range(look.first, look.last), strict=True))
        known = [place_of.get(word, -1) for word in read.words]
        if -1 in known:
            return self._heads.one(self._logits(read, self._gather(read.words)))
        rows, lemmas, kinds = look.parts
        places = np.array(known)
        return self._heads.one(self._logits(read, (rows.take(places, 0), lemmas.take(places), kinds.take(places))))

    def score_many(self, texts: Sequence[str]) -> list[Scores]:
        """Probabilities for many texts, each as `score` gives them up to the last bits, at less than half the price."""
        found = [NOTHING] * len(texts)
        for numbers, reads in _batches(texts):
            for number, scores in zip(numbers, self._scores_of_many(reads), strict=True):
                found[number] = scores
        return found

    def logits(self, text: str) -> tuple[float, ...]:
        """Raw logits in the manifest's order, before calibration; for training and for tests."""
        read = _read(text)
        return tuple(self._logits(read, self._gather(read.words))) if read.words else (0.0,) * self._weights.logits

    def explain(
        self, text: str, *, categories: Sequence[str], limit: int = 5, look: Look | None = None
    ) -> tuple[Span, ...]:
        """The words that speak most for the categories, strongest first, as spans of the text as given.

        `look` is one at this very text, if there was one.
        """
        for category in categories:
            if category not in HEADS:
                raise ValueError(f"unknown category {category!r}, expected some of {HEADS}")
        _, read, parts, first, last = look or self.look(text)
        if read is None or parts is None:
            return ()
        rows, lemmas, kinds = parts
        evidence = Evidence(
            weights=self._weights,
            rows=rows[first:last],
            lemmas=lemmas[first:last].tolist(),
            kinds=kinds[first:last].tolist(),
            heads=self._evidence,
        )
        return spans(read.normalised, read.words, evidence, categories=categories, limit=limit)

    def _gather_many(self, reads: Sequence[_Read]) -> _Parts:
        return self._gather([word for read in reads for word in read.words])

    def _scores_of_many(self, reads: Sequence[_Read]) -> list[Scores]:
        return self._heads.many(self._logits_of_many(reads, self._gather_many(reads)))

    def _gather(self, words: list[str]) -> _Parts:
        generation = self._cache.generation
        known = list(map(generation.index.get, words, repeat(-1)))
        places = np.array(known)
        if -1 not in known:
            self._on_words(len(words), 0)
            return generation.rows.take(places, 0), generation.lemmas.take(places), generation.kinds.take(places)
        new: dict[str, int] = {}
        order = [new.setdefault(word, len(new)) for word, place in zip(words, known, strict=True) if place < 0]
        parts = self._cache.parts(list(new))
        rows = np.empty((len(words), self._weights.width))
        lemmas, kinds = np.empty(len(words), dtype=np.int64), np.empty(len(words), dtype=np.int64)
        old, missing = places >= 0, places < 0
        held = places[old]
        self._on_words(len(held), len(words) - len(held))
        rows[old], lemmas[old], kinds[old] = generation.rows[held], generation.lemmas[held], generation.kinds[held]
        rows[missing] = parts.rows[order]
        lemmas[missing] = np.array(parts.lemmas)[order]
        kinds[missing] = np.array(parts.kinds)[order]
        return rows, lemmas, kinds

    def _logits(self, read: _Read, parts: _Parts) -> list[float]:
        weights = self._weights
        width = weights.logits
        rows, lemmas, kinds = parts
        sums = np.add.reduce(rows, 0).tolist()
        chars = 1.0 / math.sqrt(sums[-2]) if sums[-2] > 0.0 else 0.0
        lemma = 1.0 / math.sqrt(sums[-1]) if sums[-1] > 0.0 else 0.0
        base = self._of_kinds(int(np.bitwise_or.reduce(kinds)))
        logits = [b + c * chars + x * lemma for b, c, x in zip(base, sums[:width], sums[width:-2], strict=True)]
        look = measures(read.text, read.normalised.undone)
        for logit, column in self._looks:
            logits[logit] += sum(map(mul, look, column))
        found = weights.vocabulary.pair_rows(lemmas.tolist())
        if found:
            pairs = np.add.reduce(weights.pairs.take(found, 0), 0).tolist()
            length = 1.0 / math.sqrt(pairs[-1])
            logits = [value + pair * length for value, pair in zip(logits, pairs, strict=False)]
        return logits

    def _logits_of_many(self, reads: Sequence[_Read], parts: _Parts) -> Floats:
        """(texts, H) logits."""
        weights = self._weights
        width = weights.logits
        sizes = np.array([len(read.words) for read in reads])
        starts = np.cumsum(sizes) - sizes
        rows, lemmas, kinds = parts
        sums = np.add.reduceat(rows, starts, 0)
        logits = np.array([self._of_kinds(mask) for mask in np.bitwise_or.reduceat(kinds, starts).tolist()])
        logits += sums[:, :width] * _inverse_length(sums[:, -2])
        logits += sums[:, width:-2] * _inverse_length(sums[:, -1])
        logits += np.array([measures(read.text, read.normalised.undone) for read in reads]) @ weights.measures
        text = np.repeat(np.arange(len(reads)), sizes)
        keys, owners = weights.pair_keys(lemmas, text)
        numbers, found = weights.pairs_of(keys)
        if numbers.size:
            owner = owners[numbers]
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            pairs = np.add.reduceat(weights.pairs[found], first, 0)
            logits[owner[first]] += pairs[:, :-1] * _inverse_length(pairs[:, -1])
        return logits

    def _of_kinds(self, kinds: int) -> list[float]:
        """The intercepts and what a text's kinds of signal words add to them."""
        known = self._by_kinds.get(kinds)
        if known is None:
            if len(self._by_kinds) > _KINDS_KEPT:
                self._by_kinds.clear()
            known = (self._weights.intercepts + self._weights.signals[word_signals(kinds)].sum(axis=0)).tolist()
            self._by_kinds[kinds] = known
        return known


def _batches(texts: Sequence[str]) -> Iterator[tuple[list[int], list[_Read]]]:
    """Texts that have words, with their numbers, some thousand tokens at a time."""
    numbers: list[int] = []
    reads: list[_Read] = []
    tokens = 0
    for number, text in enumerate(texts):
        read = _read(text)
        if not read.words:
            continue
        numbers.append(number)
        reads.append(read)
        tokens += len(read.words)
        if tokens >= _AT_ONCE:
            yield numbers, reads
            numbers, reads, tokens = [], [], 0
    if reads:
        yield numbers, reads


def _inverse_length(squared: Floats) -> Floats:
    """1 / length as a column; 0 where there is nothing."""
    return np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0.0)[:, None]
