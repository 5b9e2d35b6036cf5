"""How full a memory is and how often it had what it was asked for."""

from typing import Final, NamedTuple

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
