"""The arrays of an artefact in the form that adds up fast: float64, idf multiplied in, names as dictionaries."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.artefact import Arrays, unpack_names
from model.features import Vocabulary
from model.signals import MEASURES, SIGNALS, kinds_of

Floats = NDArray[np.float64]
FIRST_MEASURE: Final = len(SIGNALS) - len(MEASURES)


class TokenParts(NamedTuple):
    """What one token adds: `row` = character sums (H), lemma sums (H), squared lengths of both; lemma row; kinds."""

    row: Floats
    lemma: int
    kinds: int


class Weights:
    """H logits as sums over tokens, pairs of neighbours and signals."""

    def __init__(self, arrays: Arrays) -> None:
        self.vocabulary = Vocabulary(
            unpack_names(arrays.chars_names), unpack_names(arrays.lemmas_names), arrays.pairs_keys.tolist()
        )
        self.logits = int(arrays.intercepts.shape[0])
        self.width = 2 * self.logits + 2
        self._chars_idf: Floats = arrays.chars_idf.astype(np.float64)
        self._chars: Floats = arrays.chars_weights.astype(np.float64) * self._chars_idf[:, None]
        self._lemmas_squared: Floats = arrays.lemmas_idf.astype(np.float64) ** 2
        self._lemmas: Floats = arrays.lemmas_weights.astype(np.float64) * arrays.lemmas_idf.astype(np.float64)[:, None]
        self.pairs_squared: Floats = arrays.pairs_idf.astype(np.float64) ** 2
        self.pairs: Floats = arrays.pairs_weights.astype(np.float64) * arrays.pairs_idf.astype(np.float64)[:, None]
        self.signals: Floats = arrays.signals_weights.astype(np.float64)
        self.measures: Floats = np.ascontiguousarray(self.signals[FIRST_MEASURE:])
        self.intercepts: Floats = arrays.intercepts.astype(np.float64)

    def token(self, form: str) -> TokenParts:
        """Everything that one token form adds to a comment, computed from the arrays."""
        row = np.zeros(self.width)
        width = self.logits
        rows, counts = self.vocabulary.chars_of(form)
        if rows:
            repeated = np.asarray(counts, dtype=np.float64)
            row[:width] = repeated @ self._chars[rows]
            lengths = repeated * self._chars_idf[rows]
            row[2 * width] = lengths @ lengths
        lemma = self.vocabulary.lemma_of(form)
        if lemma >= 0:
            row[width : 2 * width] = self._lemmas[lemma]
            row[2 * width + 1] = self._lemmas_squared[lemma]
        return TokenParts(row, lemma, kinds_of(form))
