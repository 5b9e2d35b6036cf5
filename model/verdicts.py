"""Remembers what chunks of text demand, within a budget of bytes."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from model.memory import Memory

# A string's own head and its place in a set or dictionary, and a letter, as measured on 64-bit CPython.
_OBJECT: Final = 120
_LETTER: Final = 2


#: Which chunks demand nothing, and what others do; a judge may leave some unjudged beside one that decides.
Judge = Callable[[AbstractSet[str]], tuple[set[str], dict[str, int]]]


class _Generation:
    """Chunks by what they demand; it only grows."""

    __slots__ = ("bytes", "others", "plain")

    def __init__(self) -> None:
        self.bytes = 0
        self.plain: set[str] = {""}
        self.others: dict[str, int] = {}


class Verdicts:
    """What chunks demand, as a judge of many says: more than 0 for those that demand something.

    The judge demands something of any chunk that is longer than `longest`; no such chunk is kept.

    Two generations: new chunks, and those of the old one that are met again, go into the young one. When it has spent
    half of the budget it becomes the old one. So a flood of random letters drives out only what nobody writes
    meanwhile, and no text pays for more than its own chunks.
    Reading needs no lock, because sets and dictionaries of strings change at one go; admitting takes one.
    """

    def __init__(self, judge: Judge, *, budget: int, longest: int) -> None:
        self._judge = judge
        self._longest = longest
        self._half = budget // 2
        self._lock = threading.Lock()
        self._young = _Generation()
        self._old = _Generation()
        self._hits = 0
        self._misses = 0

    def most(self, chunks: Iterable[str]) -> int:
        """The most that one of these chunks demands."""
        young = self._young
        new = set(chunks) - young.plain
        most = 0
        if new:
            met = young.others.keys() & new
            if met:
                most = max(map(young.others.__getitem__, met))
                new -= met
            if new:
                return max(most, self._admit(new))
        self._hits += 1
        return most

    def _admit(self, new: set[str]) -> int:
        """The most that chunks demand which the young generation lacks; it has them afterwards."""
        old = self._old
        plain = new & old.plain
        unknown = new - plain
        others = {chunk: old.others[chunk] for chunk in old.others.keys() & unknown}
        unknown.difference_update(others)
        if unknown:
            judged = self._judge(unknown)
            plain |= judged[0]
            others |= judged[1]
            self._misses += 1
        else:
            self._hits += 1
        most = max(others.values(), default=0)
        if most:
            others = {chunk: demand for chunk, demand in others.items() if len(chunk) <= self._longest}
        self._keep(plain, others)
        return most

    def _keep(self, plain: Collection[str], others: Mapping[str, int]) -> None:
        size = _OBJECT * (len(plain) + len(others)) + _LETTER * (len("".join(plain)) + len("".join(others)))
        if size > self._half:
            return
        with self._lock:
            if self._young.bytes + size > self._half:
                self._old, self._young = self._young, _Generation()
            young = self._young
            young.bytes += size
            young.plain.update(plain)
            young.others.update(others)

    def memory(self) -> Memory:
        """How full both generations are; a hit is a text all of whose chunks had been judged."""
        young, old = self._young, self._old
        entries = sum(len(part) for each in (young, old) for part in (each.plain, each.others))
        return Memory(young.bytes + old.bytes, 2 * self._half, entries, self._hits, self._misses)
