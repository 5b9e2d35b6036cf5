"""Delays between attempts."""

from hypothesis import given
from hypothesis import strategies as st

from app.outbox.backoff import BASE, CAP, LIMIT, ceiling, delay, is_spent

attempts = st.integers(min_value=-5, max_value=10**9)
chance = st.floats(min_value=0, max_value=1, exclude_max=True)


@given(attempts, chance)
def test_a_delay_is_positive_and_never_over_its_ceiling(count, number):
    """A delay lies between a millisecond and the ceiling of its attempt, which never exceeds the cap."""
    assert 1000 <= delay(count, lambda: number) <= ceiling(count) <= CAP


@given(attempts)
def test_the_ceiling_never_falls(count):
    """One more attempt never shortens the longest delay."""
    assert ceiling(count) <= ceiling(count + 1)


def test_the_ceiling_doubles_until_the_cap():
    """The ceiling starts at the base and doubles."""
    assert [ceiling(n) for n in (0, 1, 2, 3)] == [BASE, BASE, 2 * BASE, 4 * BASE]
    assert ceiling(LIMIT) == CAP


@given(st.lists(chance, min_size=2, max_size=2, unique=True))
def test_jitter_spreads_over_the_whole_delay(numbers):
    """Chance scales the whole delay, not a part of it: workers that failed together do not return together."""
    low, high = sorted(numbers)
    assert delay(12, lambda: low) <= delay(12, lambda: high)
    assert delay(12, lambda: 0.0) == 1000


def test_attempts_come_to_an_end():
    """The last allowed attempt spends an action, the one before it does not."""
    assert is_spent(LIMIT)
    assert not is_spent(LIMIT - 1)
