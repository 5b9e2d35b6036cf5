"""Adds up what the words, the pairs and the look of a text say: one logit per question."""

import math
import sys
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Final

import numpy as np

from model.cache import TokenCache
from model.memory import WORDS, Answers, Memory
from model.sight import Read, Sight
from model.signals import measures, measures_of_many, word_signals
from model.weights import Floats, Weights, lemmas_and_kinds

_KINDS_KEPT: Final = 4096
# An entry of a dictionary and its number, as measured on 64-bit CPython.
_ENTRY: Final = 140


class Logits:
    """The logits of one artefact; what it found out of words and of their kinds it keeps."""

    def __init__(self, weights: Weights, cache_bytes: int) -> None:
        self._weights = weights
        self._words = TokenCache(self._rows_of, weights.width, cache_bytes)
        self.sight = Sight(self._words)
        logits = sys.getsizeof([0.0] * weights.logits) + weights.logits * sys.getsizeof(0.0)
        self._by_kinds: Answers[int, list[float]] = Answers(_KINDS_KEPT, _ENTRY + logits)
        *self._measures, self._length = weights.measures.tolist()

    def memories(self) -> dict[str, Memory]:
        """How full each memory is."""
        return {WORDS: self._words.memory(), "kinds": self._by_kinds.memory()}

    def of_one(self, read: Read, table: Floats) -> list[float]:
        """The logits of one text; `table` has the rows of its words at their places."""
        weights = self._weights
        rows = table.take(read.places, 0)
        *chars, squared = np.add.reduce(rows[:, :-1], 0).tolist()
        lemmas, kinds = (part.tolist() for part in lemmas_and_kinds(rows))
        *meant, lemma_squared = np.add.reduce(weights.lemmas.take(lemmas, 0), 0).tolist()
        spelt = 1.0 / math.sqrt(squared) if squared > 0.0 else 0.0
        lemma = 1.0 / math.sqrt(lemma_squared) if lemma_squared > 0.0 else 0.0
        *look, length = measures(read.text, read.undone)
        logits = [
            b + c * spelt + x * lemma + length * w
            for b, c, x, w in zip(self._of_kinds(reduce(or_, kinds)), chars, meant, self._length, strict=True)
        ]
        for value, row in zip(look, self._measures, strict=True):
            if value:
                logits = [logit + value * w for logit, w in zip(logits, row, strict=True)]
        found = weights.vocabulary.pair_rows(lemmas)
        if found:
            pairs = np.add.reduce(weights.pairs.take(found, 0), 0).tolist()
            scale = 1.0 / math.sqrt(pairs[-1])
            logits = [value + pair * scale for value, pair in zip(logits, pairs, strict=False)]
        return logits

    def of_many(self, reads: Sequence[Read], table: Floats) -> Floats:
        """(texts, H) logits; `table` has the rows of the texts' words at their places."""
        weights = self._weights
        rows = table.take([place for read in reads for place in read.places], 0)
        sizes = np.array([len(read.places) for read in reads])
        starts = np.cumsum(sizes) - sizes
        lemmas, kinds = lemmas_and_kinds(rows)
        logits = np.array([self._of_kinds(mask) for mask in np.bitwise_or.reduceat(kinds, starts).tolist()])
        for part in (rows[:, :-1], weights.lemmas.take(lemmas, 0)):
            sums = np.add.reduceat(part, starts, 0)
            logits += sums[:, :-1] * _inverse_length(sums[:, -1])
        looks = measures_of_many([read.text for read in reads], [read.undone for read in reads])
        logits += looks @ weights.measures
        text = np.repeat(np.arange(sizes.size), sizes)
        keys, owners = weights.pair_keys(lemmas, text)
        numbers, found = weights.pairs_of(keys)
        if numbers.size:
            owner = owners[numbers]
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            pairs = np.add.reduceat(weights.pairs[found], first, 0)
            logits[owner[first]] += pairs[:, :-1] * _inverse_length(pairs[:, -1])
        return logits

    def _rows_of(self, words: Sequence[str]) -> Floats:
        return self._weights.tokens([word.replace("ё", "е") for word in words])

    def _of_kinds(self, kinds: int) -> list[float]:
        """The intercepts and what a text's kinds of signal words add to them."""
        known = self._by_kinds.get(kinds)
        if known is None:
            known = (self._weights.intercepts + self._weights.signals[word_signals(kinds)].sum(axis=0)).tolist()
            self._by_kinds.keep(kinds, known)
        return known


def _inverse_length(squared: Floats) -> Floats:
    """1 / length as a column; 0 where there is nothing."""
    return np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0.0)[:, None]
