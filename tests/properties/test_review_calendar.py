"""Working time adds up, never runs backwards, and is the inverse of a term."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import HOUR, MINUTE
from app.review.calendar import Calendar, Hours

ZONES = st.sampled_from(["UTC", "Europe/Moscow", "Asia/Novokuznetsk", "America/New_York", "Europe/Berlin"])
INSTANTS = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000,
    int(datetime(2027, 12, 31, tzinfo=UTC).timestamp()) * 1_000_000,
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def hours(draw):
    """Any hours of a day, also those that end after midnight."""
    begin = draw(st.integers(0, 1439))
    return Hours(begin, begin + draw(st.integers(1, 1440)))


@st.composite
def calendars(draw):
    """An office that works on one weekday at the least."""
    week = draw(st.lists(st.none() | hours(), min_size=7, max_size=7).filter(any))
    days_off = draw(st.frozensets(DAYS, max_size=10))
    return Calendar(ZoneInfo(draw(ZONES)), tuple(week), days_off, draw(st.dictionaries(DAYS, hours(), max_size=5)))


@given(calendars(), INSTANTS, INSTANTS, INSTANTS)
def test_working_time_adds_up(calendar, one, two, three):
    """What lies between a and c is what lies between a and b and between b and c, in any order of the three."""
    assert calendar.between(one, three) == calendar.between(one, two) + calendar.between(two, three)


@given(calendars(), INSTANTS, st.integers(0, 90 * 24 * HOUR))
def test_working_time_is_part_of_the_time(calendar, begin, length):
    """It is never negative, and never more than what the clock on the wall shows."""
    assert 0 <= calendar.between(begin, begin + length) <= length


@given(calendars(), INSTANTS, st.integers(1, 40 * HOUR))
def test_a_term_holds_exactly_its_working_time(calendar, begin, working):
    """By the end of a term its working time has passed, and a moment before it has not."""
    end = calendar.after(begin, working)
    assert calendar.between(begin, end) == working
    assert calendar.between(begin, end - 1) == working - 1


@given(calendars(), INSTANTS, INSTANTS, st.integers(1, 20 * HOUR), st.integers(0, 20 * HOUR))
def test_a_term_that_begins_or_is_longer_ends_later(calendar, one, two, working, more):
    """Whoever asks first is due first, and a longer term is never due earlier."""
    first, second = sorted((one, two))
    assert calendar.after(first, working) <= calendar.after(second, working)
    assert calendar.after(first, working) <= calendar.after(first, working + more)


@given(calendars(), INSTANTS, st.integers(1, 20), st.integers(1, 20))
def test_terms_follow_one_another(calendar, begin, one, two):
    """A term of a + b ends where a term of b ends that begins at the end of a."""
    together = calendar.after(begin, (one + two) * MINUTE)
    assert calendar.after(calendar.after(begin, one * MINUTE), two * MINUTE) == together
