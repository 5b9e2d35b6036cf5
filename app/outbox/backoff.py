"""When to try again: exponential delays with full jitter, so that a network that wakes up is not met by a crowd."""

from collections.abc import Callable
from typing import Final

from app.domain.clock import HOUR, SECOND

BASE: Final = 2 * SECOND
CAP: Final = HOUR
#: About ten hours of trying on average: a network's bad night costs nothing, a hopeless order does not try for ever.
LIMIT: Final = 30

#: Gives a number in [0, 1), like `random.random`.
Jitter = Callable[[], float]


def ceiling(attempts: int) -> int:
    """The longest delay after so many attempts, in microseconds."""
    if attempts < 1:
        return BASE
    # The exponent is bounded first: 2 ** attempts of a corrupted row must not eat the memory.
    return min(CAP, BASE << min(attempts - 1, 32))


def delay(attempts: int, jitter: Jitter) -> int:
    """How long to wait after so many attempts, in microseconds: anything up to the ceiling, at least a millisecond."""
    return max(1000, int(ceiling(attempts) * jitter()))


def is_spent(attempts: int) -> bool:
    """Whether an action that has tried so often has failed."""
    return attempts >= LIMIT
