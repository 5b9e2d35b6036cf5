"""Ids are made before the insert: 63 bits, ordered by time, unique across processes by node number."""

import threading
from collections.abc import Callable
from typing import Final

from app.domain.clock import Clock

#: 2025-01-01T00:00:00Z in milliseconds; 41 bits of milliseconds reach to 2094.
EPOCH_MS: Final = 1_735_689_600_000
NODE_BITS: Final = 10
SEQUENCE_BITS: Final = 12
NODES: Final = 1 << NODE_BITS
_PER_MS: Final = 1 << SEQUENCE_BITS

IdSource = Callable[[], int]


def first_id_at(instant: int) -> int:
    """The smallest id that could be made at this instant (microseconds): ids from then on are at least this."""
    return max(instant // 1000 - EPOCH_MS, 0) << (NODE_BITS + SEQUENCE_BITS)


class IdMaker:
    """Makes ids for one process; `node` must differ between processes that share a database.

    A clock that stands still or runs back does not repeat an id: the maker borrows the next millisecond.
    """

    def __init__(self, clock: Clock, node: int) -> None:
        self._clock = clock
        self._node = node % NODES
        self._last_ms = -1
        self._sequence = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        """The next id."""
        with self._lock:
            self._to_now()
            return self._next()

    def many(self, count: int) -> list[int]:
        """The next ids, at a fraction of the price."""
        with self._lock:
            self._to_now()
            return [self._next() for _ in range(count)]

    def _to_now(self) -> None:
        ms = self._clock.now() // 1000 - EPOCH_MS
        if ms > self._last_ms:
            self._last_ms, self._sequence = ms, -1

    def _next(self) -> int:
        self._sequence += 1
        if self._sequence == _PER_MS:
            self._last_ms, self._sequence = self._last_ms + 1, 0
        return (self._last_ms << (NODE_BITS + SEQUENCE_BITS)) | (self._node << SEQUENCE_BITS) | self._sequence
