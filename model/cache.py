"""Keeps what known tokens add to a score, within a budget of bytes."""

import threading
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.weights import Floats, TokenParts

# A dictionary entry, the token's own string, its place and its numbers, as measured on 64-bit CPython.
_OBJECTS: Final = 290


class Generation:
    """One fill of the cache. It only grows, so a reader that holds it never sees a row change.

    A token's place leads to its row of sums, the row of its lemma and its kinds of signal words.
    """

    __slots__ = ("index", "kinds", "lemmas", "rows", "size")

    def __init__(self, capacity: int, width: int) -> None:
        self.size = 0
        self.index: dict[str, int] = {}
        self.rows: Floats = np.empty((capacity, width))
        self.lemmas: NDArray[np.int64] = np.empty(capacity, dtype=np.int64)
        self.kinds: NDArray[np.int64] = np.empty(capacity, dtype=np.int64)


class TokenCache:
    """Rows of tokens; when the budget is spent it starts afresh.

    Half of the budget is open to every new token, the other half to those that are seen again, so that a flood of
    random letters does not drive out the words that people use.
    Reading needs no lock: `generation` is read once per comment. Admitting takes one.
    """

    def __init__(self, compute: Callable[[Sequence[str]], TokenParts], width: int, budget: int) -> None:
        self._compute = compute
        self._width = width
        self.capacity = max(0, budget // (8 * (width + 2) + _OBJECTS))
        self._seen: set[int] = set()
        self._lock = threading.Lock()
        self.generation = Generation(self.capacity, width)

    def parts(self, tokens: Sequence[str]) -> TokenParts:
        """What different tokens that are not in the generation add; they are admitted."""
        parts = self._compute(tokens)
        if self.capacity:
            with self._lock:
                self._admit(tokens, parts)
        return parts

    def _admit(self, tokens: Sequence[str], parts: TokenParts) -> None:
        current = self.generation
        first, last = current.size, current.size + len(tokens)
        if 2 * last <= self.capacity and current.index.keys().isdisjoint(tokens):
            current.rows[first:last] = parts.rows
            current.lemmas[first:last] = parts.lemmas
            current.kinds[first:last] = parts.kinds
            current.size = last
            # Last, so that a reader who finds a place finds it filled.
            current.index.update(zip(tokens, range(first, last), strict=True))
            return
        for number, token in enumerate(tokens):
            if token in current.index:
                continue
            if 2 * current.size >= self.capacity and not self._again(token):
                continue
            if current.size >= self.capacity:
                self.generation = current = Generation(self.capacity, self._width)
            place = current.size
            current.rows[place] = parts.rows[number]
            current.lemmas[place] = parts.lemmas[number]
            current.kinds[place] = parts.kinds[number]
            current.size = place + 1
            current.index[token] = place

    def _again(self, token: str) -> bool:
        """True when the token was asked about before, as far as that is remembered."""
        seen = hash(token)
        if seen in self._seen:
            self._seen.discard(seen)
            return True
        if len(self._seen) >= self.capacity:
            self._seen.clear()
        self._seen.add(seen)
        return False
