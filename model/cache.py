"""Keeps what known words add to a score, within a budget of bytes."""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from model.memory import Memory
from model.weights import Floats

# An entry of a dictionary and the number of the place, as measured on 64-bit CPython; the string is counted apart.
_OBJECTS: Final = 80
_USUAL_WORD: Final = 96
# The tuple of a chunk's places.
_PLACES: Final = 64


class Generation:
    """Words by the places of their rows. It only grows, so it is read without a lock.

    `plain` are Russian words that stay as they are wherever they stand between spaces and signs, `others` all other
    forms. `chunks` are what else stands between spaces: what it demands (`model.plain`), then the places of its words.
    Place 0 is nothing, and nothing is between two spaces.
    """

    __slots__ = ("budget", "bytes", "chunks", "older", "others", "plain", "rows", "used")

    def __init__(self, width: int, most: int, budget: float, older: "Generation | None" = None) -> None:
        self.rows: Floats = np.zeros((most + 1, width))
        self.plain: dict[str, int] = {"": 0}
        self.others: dict[str, int] = {}
        self.chunks: dict[str, tuple[int, ...]] = {}
        #: The generation before, itself without one.
        self.older = older
        self.budget = budget
        self.bytes = 0
        self.used = 1

    def place(self, form: str) -> int | None:
        """Where the row of a form stands, if it is known."""
        place = self.plain.get(form)
        return self.others.get(form) if place is None else place

    def known(self, form: str) -> int:
        """The same for a form that is known."""
        return self.plain[form] if form in self.plain else self.others[form]


class TokenCache:
    """Rows of words in two generations of half the budget each.

    New words, and those of the old generation that are met again, go into the young one. When that is full it becomes
    the old one. So a flood of random letters, which nobody repeats, drives out only what nobody writes meanwhile.
    """

    def __init__(self, compute: Callable[[Sequence[str]], Floats], width: int, budget: int) -> None:
        self._compute = compute
        self._width = width
        self._fixed = 8 * width + _OBJECTS
        self._half = budget // 2
        self._most = self._half // (self._fixed + _USUAL_WORD)
        self._young = Generation(width, self._most, self._half)
        self._asked = self._computed = 0
        self._lock = threading.Lock()

    def memory(self) -> Memory:
        """How full it is; hits and misses count the words of texts, threads that ask at once may go uncounted."""
        young = self._young
        # Another thread may forget it meanwhile.
        older = young.older
        told = (young, older) if older else (young,)
        entries = sum(one.used - 1 + len(one.chunks) for one in told)
        hits = max(0, self._asked - self._computed)
        return Memory(sum(one.bytes for one in told), 2 * self._half, entries, hits, self._computed)

    def having(self, missing: Callable[[Generation], Mapping[str, bool]]) -> Generation:
        """A generation that has all words which `missing`, asked last about it, lacked in it.

        With each word `missing` says whether it is plain. Words that do not fit into half of the budget stand in a
        generation of their own, which nobody keeps.
        """
        generation = self._young
        for _ in range(2):
            words = missing(generation)
            if not words or self._add(generation, words):
                return generation
            generation = self._turn(generation)
        words = missing(Generation(self._width, 0, 0.0))
        generation = Generation(self._width, len(words), float("inf"), self._young)
        self._add(generation, words)
        return generation

    def count(self, words: int) -> None:
        """Count words that were asked for."""
        self._asked += words

    def keep(self, generation: Generation, chunks: Mapping[str, tuple[int, Sequence[str]]]) -> None:
        """Know chunks of texts by what they demand and by their words, which the generation has, if there is room."""
        for chunk, (demanded, words) in chunks.items():
            size = _OBJECTS + _PLACES + 8 * len(words) + sys.getsizeof(chunk)
            with self._lock:
                if generation.bytes + size <= generation.budget and chunk not in generation.chunks:
                    generation.chunks[chunk] = demanded, *map(generation.known, words)
                    generation.bytes += size

    def _turn(self, full: Generation) -> Generation:
        """The generation that comes after one that is full; another thread may have been faster."""
        with self._lock:
            if self._young is full and full.used > 1:
                full.older = None
                self._young = Generation(self._width, self._most, self._half, full)
            return self._young

    def _add(self, generation: Generation, words: Mapping[str, bool]) -> bool:
        """Put words into a generation; False where there is no room."""
        size = len(words) * self._fixed + sum(map(sys.getsizeof, words))
        if not self._has_room(generation, len(words), size):
            return False
        rows = self._rows(generation.older, list(words))
        with self._lock:
            if not self._has_room(generation, len(words), size):
                return False
            first = generation.used
            generation.rows[first : first + len(words)] = rows
            generation.used += len(words)
            generation.bytes += size
            for place, (word, plain) in enumerate(words.items(), first):
                (generation.plain if plain else generation.others)[word] = place
        return True

    @staticmethod
    def _has_room(generation: Generation, words: int, size: int) -> bool:
        return generation.used + words <= len(generation.rows) and generation.bytes + size <= generation.budget

    def _rows(self, older: Generation | None, words: Sequence[str]) -> Floats:
        """The rows of words, from the generation before or computed."""
        if older is None:
            self._computed += len(words)
            return self._compute(words)
        places = [older.place(word) or 0 for word in words]
        rows = older.rows.take(places, 0)
        if 0 in places:
            new = [number for number, place in enumerate(places) if not place]
            self._computed += len(new)
            rows[new] = self._compute([words[number] for number in new])
        return rows
