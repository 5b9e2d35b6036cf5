"""How full a memory is and how often it had what it was asked for."""

from functools import _lru_cache_wrapper
from typing import Any, Final, Generic, NamedTuple, TypeVar

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")

#: The memory of words, whose hits and misses are the words of texts.
WORDS: Final = "words"


class Memory(NamedTuple):
    """The state of one memory; `hits` and `misses` only grow while the process lives.

    `bytes` is what it holds, counted as measured on 64-bit CPython; it never exceeds `limit`.
    """

    bytes: int
    limit: int
    entries: int
    hits: int
    misses: int


def of_calls(remembering: "_lru_cache_wrapper[Any]", entry: int) -> Memory:
    """The state of a function that remembers its answers; an entry takes at most so many bytes."""
    hits, misses, most, entries = remembering.cache_info()
    return Memory(entries * entry, (most or 0) * entry, entries, hits, misses)


class Answers(Generic[_Key, _Answer]):
    """Answers by their questions, at most so many of so many bytes each; when it is full it starts afresh."""

    def __init__(self, most: int, entry: int) -> None:
        self._most = most
        self._entry = entry
        self._known: dict[_Key, _Answer] = {}
        self._asked = self._kept = 0

    def get(self, key: _Key) -> _Answer | None:
        """The answer; None when it is not known."""
        self._asked += 1
        return self._known.get(key)

    def keep(self, key: _Key, answer: _Answer) -> None:
        """Know an answer that was not known."""
        self._kept += 1
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = answer

    def memory(self) -> Memory:
        """How full it is; threads that ask at once may go uncounted."""
        entries = len(self._known)
        hits = max(0, self._asked - self._kept)
        return Memory(entries * self._entry, self._most * self._entry, entries, hits, self._kept)
