"""Keeps what known tokens add to a score, within a budget of bytes."""

import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from model.weights import Floats, TokenParts

# A dictionary entry, the token's own string and the tuple of its two numbers, as measured on 64-bit CPython.
_OBJECTS: Final = 290


class Generation:
    """One fill of the cache. It only grows, so a reader that holds it never sees a row change."""

    __slots__ = ("index", "meta", "rows")

    def __init__(self, capacity: int, width: int) -> None:
        self.index: dict[str, int] = {}
        self.rows: Floats = np.empty((capacity, width))
        self.meta: list[tuple[int, int]] = []


class TokenCache:
    """Rows of tokens seen at least twice; when the budget is spent it starts afresh.

    Reading needs no lock: `generation` is read once per comment. Admitting takes one.
    """

    def __init__(self, compute: Callable[[str], TokenParts], width: int, budget: int) -> None:
        self._compute = compute
        self._width = width
        self.capacity = max(0, budget // (8 * width + _OBJECTS))
        self._seen: set[int] = set()
        self._lock = threading.Lock()
        self.generation = Generation(self.capacity, width)

    def parts(self, token: str) -> TokenParts:
        """What a token that is not in the generation adds; the second sight admits it."""
        parts = self._compute(token)
        if self.capacity:
            with self._lock:
                self._admit(token, parts)
        return parts

    def _admit(self, token: str, parts: TokenParts) -> None:
        seen = hash(token)
        if seen not in self._seen:
            if len(self._seen) >= self.capacity:
                self._seen.clear()
            self._seen.add(seen)
            return
        self._seen.discard(seen)
        current = self.generation
        if token in current.index:
            return
        place = len(current.meta)
        if place >= self.capacity:
            self.generation = current = Generation(self.capacity, self._width)
            place = 0
        current.rows[place] = parts.row
        current.meta.append((parts.lemma, parts.kinds))
        # Last, so that a reader who finds the place finds it filled.
        current.index[token] = place
