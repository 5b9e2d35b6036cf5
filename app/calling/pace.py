"""Keeps each token to the rate that its network allows, in one process."""

import threading
import time
from collections.abc import Callable
from typing import Final

#: A call is sent this much later than its share of a second, because the way to a network takes uneven time.
_MARGIN: Final = 1.1


class Pace:
    """Gives turns to credentials; a connection is leased by one worker, so counting in one process is enough."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._next: dict[int, float] = {}
        self._lock = threading.Lock()

    def wait(self, credential: int, per_second: int) -> None:
        """Return when this credential may call again; calls of one credential are spaced evenly."""
        seconds = self.turn(credential, per_second)
        if seconds > 0:
            self._sleep(seconds)

    def turn(self, credential: int, per_second: int) -> float:
        """Take the next turn of this credential; how many seconds the caller has to wait for it."""
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next.get(credential, now))
            self._next[credential] = turn + _MARGIN / per_second
        return turn - now


class HalfPace(Pace):
    """Leaves the rest of a token's rate to the sending of actions, which must not wait for a list."""

    def turn(self, credential: int, per_second: int) -> float:
        """As its parent, at half the rate."""
        return super().turn(credential, max(1, per_second // 2))
