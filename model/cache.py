"""Keeps what known tokens add to a score, within a budget of bytes."""

import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Final

import numpy as np

from model.memory import Memory
from model.weights import Floats

# An entry of a dictionary that was filled and emptied, the number of the place, the places in the lists and the
# queues, as measured on 64-bit CPython; the token's own string is counted apart.
_OBJECTS: Final = 170
_USUAL_TOKEN: Final = 96
# This share of the places is for tokens that were not asked for again since they came.
_NEW_SHARE: Final = 10


class TokenCache:
    """Rows of tokens. When the budget is spent, each new token takes the place of an old one.

    Tokens wait in two queues, first come, first gone. Who was asked for again while in the queue of the new goes over
    to the queue of the kept, and who was asked for while there goes to its end. So a flood of random letters, which
    nobody repeats, drives out only itself and not the words that people use.
    """

    def __init__(self, compute: Callable[[Sequence[str]], Floats], width: int, budget: int) -> None:
        self._compute = compute
        self._fixed = 8 * width + 1 + _OBJECTS
        self._limit = budget
        capacity = max(1, budget // (self._fixed + _USUAL_TOKEN))
        self._index: dict[str, int] = {}
        self._tokens: list[str] = []
        self._free: list[int] = []
        self._new: deque[int] = deque()
        self._kept: deque[int] = deque()
        self._asked = np.zeros(capacity + 1, dtype=np.bool_)
        # The last place belongs to nobody: it stands for -1.
        self._rows: Floats = np.zeros((capacity + 1, width))
        self._capacity = capacity
        self._letters = 0
        self._hits = self._misses = 0
        self._lock = threading.Lock()

    def memory(self) -> Memory:
        """How full it is; hits and misses count the words of texts."""
        with self._lock:
            return Memory(self._bytes(), self._limit, len(self._index), self._hits, self._misses)

    def gather(self, words: Sequence[str]) -> Floats:
        """The rows of words in order; what is missing is computed and admitted."""
        with self._lock:
            known = list(map(self._index.get, words, repeat(-1)))
            places = np.array(known)
            self._asked[places] = True
            rows = self._rows.take(places, 0)
            missing = known.count(-1)
            self._misses += missing
            self._hits += len(known) - missing
        if missing:
            new: dict[str, int] = {}
            where = [number for number, place in enumerate(known) if place < 0]
            which = [new.setdefault(words[number], len(new)) for number in where]
            computed = self._compute(list(new))
            rows[where] = computed[which]
            with self._lock:
                self._admit(new, computed)
        return rows

    def _admit(self, tokens: Mapping[str, int], rows: Floats) -> None:
        """Keep the rows of tokens, each with its number in `rows`."""
        numbers: list[int] = []
        places: list[int] = []
        for token, number in tokens.items():
            size = sys.getsizeof(token)
            # Another thread may have been faster.
            if token in self._index or self._fixed + size > self._limit:
                continue
            while len(self._index) == self._capacity or self._bytes() + self._fixed + size > self._limit:
                self._let_go()
            if self._free:
                place = self._free.pop()
                self._tokens[place] = token
            else:
                place = len(self._tokens)
                self._tokens.append(token)
            self._index[token] = place
            self._letters += size
            self._new.append(place)
            numbers.append(number)
            places.append(place)
        # A place that was given twice, because there are few, has the later row.
        self._rows[places] = rows[numbers]
        self._asked[places] = False

    def _let_go(self) -> None:
        """Free the place of the first token in a queue that was not asked for again."""
        while True:
            queue = self._new if _NEW_SHARE * len(self._new) >= len(self._index) else self._kept
            place = queue.popleft()
            if not self._asked[place]:
                break
            self._asked[place] = False
            self._kept.append(place)
        token, self._tokens[place] = self._tokens[place], ""
        del self._index[token]
        self._letters -= sys.getsizeof(token)
        self._free.append(place)

    def _bytes(self) -> int:
        return len(self._index) * self._fixed + self._letters
