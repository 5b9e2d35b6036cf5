"""Finds the character n-grams of many token forms at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from model.keys import Integers, Keys
from model.tokens import FIXED, LONGEST, LONGEST_NUMBER, SHORTEST

_SIZES: Final = range(SHORTEST, LONGEST + 1)
# LONGEST characters of this many bits each, and the sign, make one integer.
_MOST_BITS: Final = 63 // LONGEST
#: How many different characters the names of one vocabulary may hold.
MOST_CHARACTERS: Final = 2**_MOST_BITS - 2
#: Forms that are one n-gram each.
WHOLE: Final = FIXED | {"0" * length for length in range(1, LONGEST_NUMBER + 1)}


def _code_points(text: str) -> Integers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


class Grams:
    """The n-grams of a vocabulary. `rows` says which row of the vocabulary stands behind each answer."""

    def __init__(self, names: Sequence[str]) -> None:
        known = np.unique(_code_points("".join(names)))
        if known.size > MOST_CHARACTERS:
            raise ValueError(f"{known.size} different characters in n-grams, at most {MOST_CHARACTERS} can be packed")
        unknown = known.size + 1
        self._bits = int(unknown).bit_length()
        self._numbers = np.full(int(known[-1]) + 2 if known.size else 1, unknown, dtype=np.int64)
        self._numbers[known] = np.arange(1, unknown)
        by_size: dict[int, list[int]] = {}
        for row, name in enumerate(names):
            by_size.setdefault(len(name), []).append(row)
        cut = {size: by_size.get(size, []) for size in _SIZES}
        packed = [self._packed([names[row] for row in rows], size) for size, rows in cut.items()]
        keys = Keys(np.concatenate(packed))
        others = [row for size, rows in by_size.items() if size not in cut for row in rows]
        rows = np.array([row for size in _SIZES for row in cut[size]], dtype=np.int64)[keys.order]
        self._keys = keys
        self.rows: Integers = np.append(rows, np.array(others, dtype=np.int64))
        places = {names[row]: place for place, row in enumerate(self.rows.tolist()) if names[row] in WHOLE}
        self.whole: dict[str, int] = {form: places.get(form, -1) for form in WHOLE}

    def _packed(self, names: list[str], size: int) -> Integers:
        numbers = self._numbers[_code_points("".join(names))].reshape(-1, size)
        key = numbers[:, 0]
        for column in range(1, size):
            key = key << self._bits | numbers[:, column]
        return key

    def find(self, forms: Sequence[str]) -> tuple[Integers, Integers]:
        """(number of the form, ascending; place in `rows`) of every listed n-gram, repeated ones repeatedly.

        The forms must not be WHOLE.
        """
        points = _code_points("".join([f" {form} " for form in forms]))
        numbers = self._numbers[np.minimum(points, self._numbers.size - 1)]
        owner = np.repeat(np.arange(len(forms)), [len(form) + 2 for form in forms])
        keys = np.zeros((numbers.size, len(_SIZES)), dtype=np.int64)
        key = numbers
        for size in range(2, LONGEST + 1):
            key = key[:-1] << self._bits | numbers[size - 1 :]
            if size >= SHORTEST:
                inside = owner[: key.size] == owner[size - 1 :]
                np.multiply(key, inside, out=keys[: key.size, size - SHORTEST])
        asked, places = self._keys.find(keys.ravel())
        return owner[asked // len(_SIZES)], places
