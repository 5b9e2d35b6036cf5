"""Scores a comment: sums of cached token parts, one logit per question, calibrated probabilities out."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from model.artefact import Artefact
from model.cache import TokenCache
from model.explain import Evidence, Span, spans
from model.heads import NOTHING, Heads, Scores
from model.labels import HEADS
from model.lemmas import warm_up
from model.normalise import MAX_BEFORE, Normalised, normalise
from model.signals import kinds_of, measures, word_signals
from model.tokens import forms
from model.weights import Floats, TokenParts, Weights

__all__ = ["CACHE_BYTES", "Scorer", "Scores"]

CACHE_BYTES: Final = 48 * 2**20


class Scorer:
    """Judges texts with one artefact; safe to share between threads."""

    def __init__(self, artefact: Artefact, *, cache_bytes: int = CACHE_BYTES) -> None:
        warm_up()
        self.manifest = artefact.manifest
        self._weights = Weights(artefact.arrays)
        self._heads = Heads(artefact.manifest.logits, artefact.manifest.heads, artefact.arrays.platt)
        self._cache = TokenCache(self._weights.token, self._weights.width, cache_bytes)
        self._by_kinds: dict[int, Floats] = {}

    def score(self, text: str) -> Scores:
        """Probabilities for one text; any text is accepted, one without words scores zero."""
        normalised = normalise(text)
        words = forms(normalised.text)
        if not words:
            return NOTHING
        return self._heads.one(self._logits(text, normalised, words))

    def logits(self, text: str) -> tuple[float, ...]:
        """Raw logits in the manifest's order, before calibration; for training and for tests."""
        normalised = normalise(text)
        words = forms(normalised.text)
        return tuple(self._logits(text, normalised, words)) if words else (0.0,) * self._weights.logits

    def explain(self, text: str, *, categories: Sequence[str], limit: int = 5) -> tuple[Span, ...]:
        """The words that speak most for the categories, strongest first, as spans of the text as given."""
        for category in categories:
            if category not in HEADS:
                raise ValueError(f"unknown category {category!r}, expected some of {HEADS}")
        normalised = normalise(text)
        words = forms(normalised.text)
        if not words:
            return ()
        rows, lemmas, _ = self._rows(words)
        evidence = Evidence(
            weights=self._weights,
            rows=rows,
            lemmas=lemmas,
            kinds=[kinds_of(word) for word in words],
            heads={h: [(i, self._heads.slopes[i]) for i in p] for h, p in zip(HEADS, self._heads.parts, strict=True)},
        )
        return spans(normalised, evidence, categories=categories, limit=limit)

    def _rows(self, words: list[str]) -> tuple[Floats, list[int], int]:
        """One row per token, their lemma rows, and the kinds of signal words together."""
        generation = self._cache.generation
        places = [generation.index.get(word, -1) for word in words]
        if -1 not in places:
            meta = generation.meta
            kinds = 0
            lemmas = []
            for place in places:
                lemma, mask = meta[place]
                lemmas.append(lemma)
                kinds |= mask
            return generation.rows[places], lemmas, kinds
        new: dict[str, TokenParts] = {}
        rows = np.empty((len(words), self._weights.width))
        lemmas, kinds = [], 0
        for number, (word, place) in enumerate(zip(words, places, strict=True)):
            if place >= 0:
                rows[number] = generation.rows[place]
                lemma, mask = generation.meta[place]
            else:
                parts = new.get(word) or new.setdefault(word, self._cache.parts(word))
                rows[number] = parts.row
                lemma, mask = parts.lemma, parts.kinds
            lemmas.append(lemma)
            kinds |= mask
        return rows, lemmas, kinds

    def _logits(self, text: str, normalised: Normalised, words: list[str]) -> list[float]:
        weights = self._weights
        width = weights.logits
        rows, lemmas, kinds = self._rows(words)
        sums = rows.sum(axis=0)
        result = weights.intercepts + self._of_kinds(kinds)
        result += np.array(measures(text[:MAX_BEFORE], normalised.undone)) @ weights.measures
        if sums[-2] > 0.0:
            result += sums[:width] / math.sqrt(sums[-2])
        if sums[-1] > 0.0:
            result += sums[width : 2 * width] / math.sqrt(sums[-1])
        found = weights.vocabulary.pairs_of(lemmas)
        if found:
            numbers = [row for _, row in found]
            result += weights.pairs[numbers].sum(axis=0) / math.sqrt(weights.pairs_squared[numbers].sum())
        values: list[float] = result.tolist()
        return values

    def _of_kinds(self, kinds: int) -> Floats:
        known = self._by_kinds.get(kinds)
        if known is None:
            if len(self._by_kinds) > 4096:
                self._by_kinds.clear()
            known = self._weights.signals[word_signals(kinds)].sum(axis=0)
            self._by_kinds[kinds] = known
        return known
