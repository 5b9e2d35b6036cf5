"""Guessing becomes slow for whoever guesses, and for nobody else."""

import pytest

from app.domain.clock import DAY, SECOND
from app.pipeline.refusals import BURST, EVERY, REMEMBERED, Refusals

NOW = 1_790_000_000_000_000


def _refuse(refusals: Refusals, address: str, times: int, *, now: int = NOW) -> None:
    for _ in range(times):
        refusals.refused(address, now)


def test_some_mistakes_cost_nothing_and_then_it_is_one_at_a_time() -> None:
    """A full bucket of refusals is free; then each costs the time in which one is forgiven."""
    refusals = Refusals()
    waits = []
    for _ in range(BURST):
        waits.append(refusals.wait("10.0.0.1", NOW))
        refusals.refused("10.0.0.1", NOW)

    assert waits == [0] * BURST
    assert refusals.wait("10.0.0.1", NOW) == EVERY // SECOND
    assert refusals.wait("10.0.0.1", NOW + EVERY - SECOND) == 1
    assert refusals.wait("10.0.0.1", NOW + EVERY) == 0
    refusals.refused("10.0.0.1", NOW + EVERY)
    assert refusals.wait("10.0.0.1", NOW + EVERY) == EVERY // SECOND


def test_all_is_forgiven_in_time() -> None:
    """However many refusals there were, after a bucket's time the address is as good as new, and never waits longer."""
    refusals = Refusals()
    _refuse(refusals, "10.0.0.1", 10_000)

    assert refusals.wait("10.0.0.1", NOW) == EVERY // SECOND
    later = NOW + BURST * EVERY
    _refuse(refusals, "10.0.0.1", BURST - 1, now=later)
    assert refusals.wait("10.0.0.1", later) == 0


def test_a_clock_that_is_set_back_shuts_nobody_out_for_days() -> None:
    """After a step back of the clock nobody waits longer than with an empty bucket, and it fills again."""
    refusals = Refusals()
    _refuse(refusals, "10.0.0.1", BURST)

    assert refusals.wait("10.0.0.1", NOW - DAY) == EVERY // SECOND
    refusals.refused("10.0.0.1", NOW - DAY)
    assert refusals.wait("10.0.0.1", NOW - DAY + EVERY) == 0


@pytest.mark.parametrize(
    ("guesser", "other", "shares"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("", "no address", True),
    ],
)
def test_others_do_not_wait(guesser: str, other: str, shares: bool) -> None:
    """Another address is not slowed down; the addresses of one IPv6 home are one."""
    refusals = Refusals()
    _refuse(refusals, guesser, BURST)

    assert (refusals.wait(other, NOW) > 0) is shares


def test_a_key_that_was_good_is_checked_behind_any_address() -> None:
    """A neighbour's good key goes on; once it is refused itself it waits like everybody."""
    refusals = Refusals()
    refusals.let_in("good")
    _refuse(refusals, "10.0.0.1", BURST)

    assert refusals.wait("10.0.0.1", NOW, key="good") == 0
    assert refusals.wait("10.0.0.1", NOW, key="other") > 0
    refusals.refused("10.0.0.1", NOW, key="good")
    assert refusals.wait("10.0.0.1", NOW, key="good") > 0


def test_memory_is_bounded() -> None:
    """However many addresses and keys come, a few thousand are remembered, the newest, and no key in clear."""
    refusals = Refusals()
    for number in range(REMEMBERED + 1000):
        _refuse(refusals, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", BURST)
        refusals.let_in(f"key {number}")

    assert len(refusals._forgiven_at) == len(refusals._good) == REMEMBERED
    last = REMEMBERED + 999
    assert refusals.wait(f"10.{last >> 16}.{last >> 8 & 255}.{last & 255}", NOW) > 0
    assert refusals.wait("10.0.0.1", NOW) == 0
    assert b"key" not in repr(refusals._good).encode()
