"""Guessing becomes slow for whoever guesses, and for nobody else."""

import pytest

from app.console.slow_down import Attempts
from app.domain.clock import HOUR, SECOND
from tests.fakes.clock import FakeClock

FREE = 5


def _fail(attempts: Attempts, address: str, times: int) -> None:
    for _ in range(times):
        attempts.failed(address)


def test_a_few_mistakes_cost_nothing_and_then_waiting_doubles() -> None:
    """Up to four failures are free; from the fifth on the wait doubles to a minute and never beyond."""
    attempts = Attempts(FakeClock())
    waits = []
    for _ in range(FREE + 9):
        waits.append(attempts.wait("10.0.0.1"))
        attempts.failed("10.0.0.1")

    assert waits == [0] * FREE + [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_waiting_ends() -> None:
    """When its time is over the address may try again; an hour later all is forgotten, and after a success at once."""
    clock = FakeClock()
    attempts = Attempts(clock)
    _fail(attempts, "10.0.0.1", FREE + 2)
    assert attempts.wait("10.0.0.1") == 4
    clock.advance(3 * SECOND + 1)
    assert attempts.wait("10.0.0.1") == 1
    clock.advance(SECOND)
    assert attempts.wait("10.0.0.1") == 0
    clock.advance(HOUR)
    attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0
    _fail(attempts, "10.0.0.1", FREE)
    attempts.succeeded("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0


@pytest.mark.parametrize(
    ("guesser", "other", "shares"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_others_do_not_wait(guesser: str, other: str, shares: bool) -> None:
    """Another address is not slowed down; the addresses of one IPv6 home are one."""
    attempts = Attempts(FakeClock())
    _fail(attempts, guesser, FREE)

    assert (attempts.wait(other) > 0) is shares


def test_memory_is_bounded() -> None:
    """However many addresses fail, a few thousand are remembered: the newest."""
    attempts = Attempts(FakeClock())
    for number in range(6000):
        _fail(attempts, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", FREE)

    assert len(attempts._failures) == 4096
    assert attempts.wait("10.0.23.111") > 0
    assert attempts.wait("10.0.0.1") == 0
