"""The arrays of an artefact in the form that adds up fast: float64, idf multiplied in, names as hash tables."""

from collections.abc import Sequence
from typing import Final, NamedTuple

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
# Words that are looked up at once: their n-grams take some megabytes.
_AT_ONCE: Final = 2048


class TokenParts(NamedTuple):
    """What some tokens add, one row each.

    `rows` = character sums (H), lemma sums (H), squared lengths of both; row of the lemma or -1; kinds of signal words.
    """

    rows: Floats
    lemmas: list[int]
    kinds: list[int]


class Weights:
    """H logits as sums over tokens, pairs of neighbours and signals."""

    def __init__(self, arrays: Arrays) -> None:
        keys = arrays.pairs_keys.astype(np.int64)
        self.vocabulary = Vocabulary((), unpack_names(arrays.lemmas_names), keys.tolist())
        self.logits = int(arrays.intercepts.shape[0])
        self.width = 2 * self.logits + 2
        self._codes: dict[str, int] = dict(
            zip(unpack_names(arrays.forms_names), arrays.forms_codes.tolist(), strict=True)
        )
        self._grams = Grams(unpack_names(arrays.chars_names))
        self._chars = _with_squares(arrays.chars_weights, arrays.chars_idf)[self._grams.rows]
        self._lemmas = _with_squares(arrays.lemmas_weights, arrays.lemmas_idf)
        self.pairs = _with_squares(arrays.pairs_weights, arrays.pairs_idf)
        self._pair_keys = Keys(keys)
        self.signals: Floats = arrays.signals_weights.astype(np.float64)
        self.measures: Floats = np.ascontiguousarray(self.signals[FIRST_MEASURE:])
        self.intercepts: Floats = arrays.intercepts.astype(np.float64)

    def tokens(self, forms: Sequence[str]) -> TokenParts:
        """Everything that token forms add to a comment, computed from the arrays; alone or together, the same."""
        rows = np.zeros((len(forms), self.width))
        width = self.logits
        codes = self._codes_of(forms)
        for start in range(0, len(forms), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            sums = self._characters(
                [NAME if code == NAMED else form for form, code in zip(forms[part], codes[part], strict=True)]
            )
            rows[part, :width] = sums[:, :width]
            rows[part, 2 * width] = sums[:, width]
        named = self.vocabulary.lemmas.get(NAME, UNLISTED)
        lemmas = [named if code == NAMED else code for code in codes]
        listed = [number for number, lemma in enumerate(lemmas) if lemma >= 0]
        if listed:
            found = self._lemmas[[lemmas[number] for number in listed]]
            rows[listed, width : 2 * width] = found[:, :width]
            rows[listed, 2 * width + 1] = found[:, width]
        return TokenParts(rows, lemmas, [kinds_of(form) for form in forms])

    def _codes_of(self, forms: Sequence[str]) -> list[int]:
        """Codes of forms, from the artefact's list or, where it has none, from the dictionary."""
        known = list(map(self._codes.get, forms))
        return [
            self.vocabulary.code_of(form) if code is None else code for form, code in zip(forms, known, strict=True)
        ]

    def _characters(self, forms: list[str]) -> Floats:
        """Per form the sum of its n-grams' weights (H) and its squared length."""
        sums = np.zeros((len(forms), self.logits + 1))
        whole = self._grams.whole
        cut = [number for number, form in enumerate(forms) if form not in whole]
        for number, form in enumerate(forms):
            if (place := whole.get(form, -1)) >= 0:
                sums[number] = self._chars[place]
        if not cut:
            return sums
        owners, places = self._grams.find([forms[number] for number in cut])
        if not owners.size:
            return sums
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        added = np.add.reduceat(self._chars[places], starts, axis=0)
        self._count_squared(added, starts, owners, places)
        sums[np.asarray(cut)[owners[starts]]] = added
        return sums

    def _count_squared(self, added: Floats, starts: Integers, owners: Integers, places: Integers) -> None:
        """A length is a sum of (count * idf)^2: what comes twice counts four times, not twice."""
        together = np.sort(owners * self._chars.shape[0] + places)
        again = together[1:] == together[:-1]
        if not again.any():
            return
        number_of = dict(zip(owners[starts].tolist(), range(starts.size), strict=True))
        different, counts = np.unique(together, return_counts=True)
        for one, count in zip(different[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True):
            owner, place = divmod(one, self._chars.shape[0])
            added[number_of[owner], -1] += (count * count - count) * self._chars[place, -1]

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


def _with_squares(weights: NDArray[np.floating], idf: NDArray[np.floating]) -> Floats:
    """[weights * idf | idf^2], one row per name."""
    scale = idf.astype(np.float64)[:, None]
    return np.hstack([weights.astype(np.float64) * scale, scale**2])
