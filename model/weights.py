"""The arrays of an artefact in the form that adds up fast: float64, idf multiplied in, names as hash tables."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.artefact import Arrays, unpack_names
from model.features import NAMED, PAIR_SHIFT, UNLISTED, Vocabulary
from model.grams import Grams
from model.keys import Integers, Keys
from model.signals import MEASURES, SIGNALS, kinds_of
from model.tokens import NAME

Floats = NDArray[np.float64]
FIRST_MEASURE: Final = len(SIGNALS) - len(MEASURES)
# A lemma takes as many bits as in a pair, kinds of signal words the rest.
_LEMMA_BITS: Final = PAIR_SHIFT
_LEMMA: Final = (1 << PAIR_SHIFT) - 1
# Words that are looked up at once: their n-grams take some megabytes.
_AT_ONCE: Final = 2048


class Weights:
    """H logits as sums over tokens, pairs of neighbours and signals.

    The row of a token: what its characters add (H), their squared length, and in the bits of the last number its kinds
    of signal words and its lemma. What a lemma adds stands in `lemmas`, its squared length behind; a lemma of -1 is the
    last row, which is empty.
    """

    def __init__(self, arrays: Arrays) -> None:
        keys = arrays.pairs_keys.astype(np.int64)
        self.vocabulary = Vocabulary((), unpack_names(arrays.lemmas_names), keys.tolist())
        self.logits = int(arrays.intercepts.shape[0])
        self.width = self.logits + 2
        self._named = self.vocabulary.lemmas.get(NAME, UNLISTED)
        self._codes: dict[str, int] = dict(
            zip(unpack_names(arrays.forms_names), arrays.forms_codes.tolist(), strict=True)
        )
        self._grams = Grams(unpack_names(arrays.chars_names))
        chars = np.vstack([np.zeros(self.logits + 1), _with_squares(arrays.chars_weights, arrays.chars_idf)])
        self._squares: Floats = chars[:, -1].copy()
        alone = chars[self._grams.alone]
        for places, shorter in self._grams.beginnings:
            chars[places] += chars[shorter]
        # As wide as rows of tokens, whose last number is set apart.
        self._chars = np.zeros((len(chars) + len(alone), self.width))
        self._chars[:, :-1] = np.vstack([chars, alone])
        self.lemmas = np.vstack([_with_squares(arrays.lemmas_weights, arrays.lemmas_idf), np.zeros(self.logits + 1)])
        self.pairs = _with_squares(arrays.pairs_weights, arrays.pairs_idf)
        self._pair_keys = Keys(keys)
        self.signals: Floats = arrays.signals_weights.astype(np.float64)
        self.measures: Floats = np.ascontiguousarray(self.signals[FIRST_MEASURE:])
        self.intercepts: Floats = arrays.intercepts.astype(np.float64)

    def tokens(self, forms: Sequence[str]) -> Floats:
        """The rows of token forms, computed from the arrays; alone or together, the same."""
        codes = self._codes_of(forms)
        spelt, lemmas = forms, codes
        if NAMED in codes:
            spelt = [NAME if code == NAMED else form for form, code in zip(forms, codes, strict=True)]
            lemmas = [self._named if code == NAMED else code for code in codes]
        rows = np.empty((len(forms), self.width))
        for first in range(0, len(forms), _AT_ONCE):
            places, starts, repeating = self._grams.longest(spelt[first : first + _AT_ONCE])
            np.add.reduceat(self._chars.take(places, 0), starts, 0, out=rows[first : first + _AT_ONCE])
            for number in repeating:
                for place, count in self._grams.repeated(spelt[first + number]):
                    # A length is a sum of (count * idf)^2: what comes twice counts four times, not twice.
                    rows[first + number, -2] += (count * count - count) * self._squares[place]
        rows.view(np.int64)[:, -1] = [
            kinds << _LEMMA_BITS | lemma + 1 for kinds, lemma in zip(map(kinds_of, forms), lemmas, strict=True)
        ]
        return rows

    def _codes_of(self, forms: Sequence[str]) -> list[int]:
        """Codes of forms, from the artefact's list or, where it has none, from the dictionary."""
        known = list(map(self._codes.get, forms))
        return [
            self.vocabulary.code_of(form) if code is None else code for form, code in zip(forms, known, strict=True)
        ]

    @staticmethod
    def pair_keys(lemmas: Integers, texts: Integers) -> tuple[Integers, Integers]:
        """(keys of neighbouring lemmas, number of their text) for tokens in order, each with the number of its text."""
        together = (texts[:-1] == texts[1:]) & (lemmas[:-1] >= 0) & (lemmas[1:] >= 0)
        left = np.flatnonzero(together)
        return lemmas[left] << PAIR_SHIFT | lemmas[left + 1], texts[left]

    def pairs_of(self, keys: Integers) -> tuple[Integers, Integers]:
        """(numbers of the keys that are listed, ascending; their rows in `pairs`)."""
        numbers, places = self._pair_keys.find(keys)
        return numbers, self._pair_keys.order[places]


def lemmas_and_kinds(rows: Floats) -> tuple[Integers, Integers]:
    """Rows of lemmas (-1: none) and kinds of signal words, for rows of tokens."""
    both = rows.view(np.int64)[:, -1]
    return (both & _LEMMA) - 1, both >> _LEMMA_BITS


def _with_squares(weights: NDArray[np.floating], idf: NDArray[np.floating]) -> Floats:
    """[weights * idf | idf^2], one row per name."""
    scale = idf.astype(np.float64)[:, None]
    return np.hstack([weights.astype(np.float64) * scale, scale**2])
