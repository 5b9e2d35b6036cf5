"""How full a memory is and how often it had what it was asked for."""

from typing import NamedTuple


class Memory(NamedTuple):
    """The state of one memory; `hits` and `misses` only grow while the process lives.

    `bytes` is what it holds, counted as measured on 64-bit CPython; it never exceeds `limit`.
    """

    bytes: int
    limit: int
    entries: int
    hits: int
    misses: int
