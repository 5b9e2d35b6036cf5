"""Finds many integers among many at once: a hash table of plain arrays, read by whole arrays."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# 2^64 divided by the golden ratio: its multiples spread over the table whatever the keys have in common.
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
# Slots per key: with four, nine of ten keys are the first of their slot.
_ROOM: Final = 4


class Keys:
    """A set of different non-negative keys. `order` sorts arrays of the caller into the order of the answers."""

    def __init__(self, keys: Integers) -> None:
        bits = max(1, int(_ROOM * keys.size).bit_length())
        self._shift = np.uint64(64 - bits)
        slots = self._slots(keys)
        self.order: Integers = np.argsort(slots, kind="stable").astype(np.int64)
        # An end that no question equals, so that the place behind the last key can be looked at.
        self._keys: Integers = np.append(keys[self.order], np.int64(-1))
        self._slots_sorted = np.append(slots[self.order], 1 << bits)
        self._first = np.searchsorted(self._slots_sorted[:-1], np.arange(1 << bits)).astype(np.int32)

    def _slots(self, keys: Integers) -> Integers:
        return (keys.view(np.uint64) * _SPREAD >> self._shift).view(np.int64)

    def find(self, asked: Integers) -> tuple[Integers, Integers]:
        """(numbers into `asked` of those that are in the set, ascending; their places in the order of `order`)."""
        slots = self._slots(asked)
        places = self._first[slots].astype(np.int64)
        hit = self._keys[places] == asked
        # A neighbour in the same slot is looked at next; the chains are a few keys long.
        open_ = np.flatnonzero(~hit)
        while open_.size:
            step = places[open_] + 1
            step = np.minimum(step, self._keys.size - 1)
            same = self._slots_sorted[step] == slots[open_]
            open_, step = open_[same], step[same]
            places[open_] = step
            found = self._keys[step] == asked[open_]
            hit[open_[found]] = True
            open_ = open_[~found]
        numbers = np.flatnonzero(hit)
        return numbers, places[numbers]
