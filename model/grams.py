"""Finds the character n-grams of token forms, of one at once and of many at once."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from model.keys import Integers, Keys
from model.tokens import FIXED, LONGEST, LONGEST_NUMBER, SHORTEST, ngrams

_SIZES: Final = range(SHORTEST, LONGEST + 1)
# LONGEST characters of this many bits each, and the sign, make one integer.
_MOST_BITS: Final = 63 // LONGEST
#: How many different characters the names of one vocabulary may hold.
MOST_CHARACTERS: Final = 2**_MOST_BITS - 2
#: Forms that are one n-gram each.
WHOLE: Final = FIXED | {"0" * length for length in range(1, LONGEST_NUMBER + 1)}
# From so many forms on arrays are cheaper than a look at each place: they have a fixed price.
_MANY: Final = 4


_PAIR_AGAIN = re.compile(r"(?=(..)).+(?=\1)").search


def _code_points(text: str) -> Integers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


class Grams:
    """The n-grams of a vocabulary. The place of one is its row and one; place 0 is none."""

    def __init__(self, names: Sequence[str]) -> None:
        known = np.unique(_code_points("".join(names)))
        if known.size > MOST_CHARACTERS:
            raise ValueError(f"{known.size} different characters in n-grams, at most {MOST_CHARACTERS} can be packed")
        unknown = known.size + 1
        self._bits = int(unknown).bit_length()
        self._numbers = np.full(int(known[-1]) + 2 if known.size else 1, unknown, dtype=np.int64)
        self._numbers[known] = np.arange(1, unknown)
        self._places = {name: place for place, name in enumerate(names, 1)}
        alone = sorted(WHOLE & self._places.keys())
        #: Places of the forms that are one n-gram each, behind all others, and the n-grams' own, in the same order.
        self.whole: dict[str, int] = dict.fromkeys(WHOLE, 0) | {form: p for p, form in enumerate(alone, len(names) + 1)}
        self.alone = [self._places[form] for form in alone]
        by_size: dict[int, list[str]] = {size: [] for size in _SIZES}
        for name in names:
            # Two spaces stand between two forms that are looked at together, and in no form.
            if len(name) in by_size and "  " not in name:
                by_size[len(name)].append(name)
        keys = Keys(np.concatenate([self._packed(cut, size) for size, cut in by_size.items()]))
        place_of = self._places.__getitem__
        self._in_order: Integers = np.array([place_of(name) for cut in by_size.values() for name in cut])[keys.order]
        self._keys = keys
        #: Size by size the places of n-grams and of the longest shorter ones that begin them.
        self.beginnings = [
            ([place_of(name) for name in cut], [self._longest(name[:-1]) for name in cut])
            for size, cut in by_size.items()
            if size > SHORTEST
        ]

    def _packed(self, names: list[str], size: int) -> Integers:
        numbers = self._numbers[_code_points("".join(names))].reshape(-1, size)
        key = numbers[:, 0]
        for column in range(1, size):
            key = key << self._bits | numbers[:, column]
        return key

    def _longest(self, window: str) -> int:
        """Place of the longest listed n-gram that begins a window of at most LONGEST characters."""
        get = self._places.get
        # Nearly always the window itself is listed.
        return get(window) or next(filter(None, map(get, (window[:end] for end in range(len(window) - 1, 1, -1)))), 0)

    def longest(self, forms: Sequence[str]) -> tuple[Sequence[int] | Integers, Sequence[int] | Integers, Sequence[int]]:
        """The place of the longest listed n-gram at each character of each form, where the forms start, repeating ones.

        A form that is one n-gram has its place only. All forms that hold an n-gram several times are repeating.
        """
        return self._of_many(forms) if len(forms) >= _MANY else self._of_few(forms)

    def _of_few(self, forms: Sequence[str]) -> tuple[list[int], list[int], range]:
        get, whole = self._places.get, self.whole
        places: list[int] = []
        starts: list[int] = []
        for form in forms:
            starts.append(len(places))
            if form in whole:
                places.append(whole[form])
                continue
            padded = f" {form} "
            # SHORTEST to LONGEST written out: this is most of what a new word costs.
            places += [
                get(padded[at : at + 5])
                or get(padded[at : at + 4])
                or get(padded[at : at + 3])
                or get(padded[at : at + 2], 0)
                for at in range(len(padded) - 1)
            ]
            # As with many, where the space behind begins nothing: sums of as many rows are the same to the last bit.
            places.append(0)
        return places, starts, range(len(forms))

    def _of_many(self, forms: Sequence[str]) -> tuple[Integers, Integers, list[int]]:
        whole = self.whole
        cut = ["" if form in whole else form for form in forms]
        points = _code_points(f" {'  '.join(cut)} ")
        numbers = self._numbers[np.minimum(points, self._numbers.size - 1)]
        keys = np.zeros((numbers.size, len(_SIZES)), dtype=np.int64)
        key = numbers
        for size in range(2, LONGEST + 1):
            key = key[:-1] << self._bits | numbers[size - 1 :]
            keys[: key.size, size - SHORTEST] = key
        asked, found = self._keys.find(keys.ravel())
        places = np.zeros(numbers.size, dtype=np.int64)
        # Sizes ascend, so the longest is written last.
        places[asked // len(_SIZES)] = self._in_order[found]
        sizes = np.array([len(form) + 2 for form in cut])
        starts = np.cumsum(sizes) - sizes
        # An n-gram that comes again begins with two letters that do.
        pairs = np.sort(np.repeat(np.arange(sizes.size), sizes) << 2 * self._bits | keys[:, 0])
        repeating = np.unique(pairs[1:][pairs[1:] == pairs[:-1]] >> 2 * self._bits).tolist()
        for number, form in enumerate(forms):
            if form in whole:
                places[starts[number]] = whole[form]
        return places, starts, repeating

    def repeated(self, form: str) -> list[tuple[int, int]]:
        """(place, how often) of the listed n-grams that a form holds several times."""
        # Two letters that come again are two letters fewer that are different.
        if len(set(form)) > len(form) - 2 or not _PAIR_AGAIN(form) or form in self.whole:
            return []
        counts = Counter(ngrams(form))
        return [(self._places[name], count) for name, count in counts.items() if count > 1 and name in self._places]
