"""Weeks, months and quarters have names, and begin at midnight where the page is."""

from datetime import UTC, date, datetime

import pytest

from app.domain.errors import InvalidInputError
from app.pipeline.reports.periods import Length, name_of, parse_period

SECOND = 1_000_000


def _utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("name", "first", "after", "steps"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 23), 7),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5), 7),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 4), 7),
        ("2026-02", date(2026, 2, 1), date(2026, 3, 1), 28),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), 31),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), 14),
    ],
)
def test_a_name_is_a_stretch_of_days(name: str, first: date, after: date, steps: int) -> None:
    """A week begins on Monday, a month and a quarter on their first day; a quarter is shown by weeks."""
    period = parse_period(name)

    assert (period.first, period.after, len(period.steps)) == (first, after, steps)
    assert period.steps[0] == first
    assert all(first <= step < after for step in period.steps)
    assert name_of(first, period.length) == name
    assert parse_period(period.following).first == after
    assert parse_period(period.before).after == first


@pytest.mark.parametrize(
    "name", ["", "2026", "2026-13", "2026-00", "2026-W00", "2025-W53", "2026-Q5", "26-11", "٢٠٢٦-11"]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    """A name that means no week, month or quarter is refused with an example of each."""
    with pytest.raises(InvalidInputError, match="2026-W47"):
        parse_period(name)


def test_a_period_begins_at_the_pages_midnight() -> None:
    """November in Novokuznetsk begins seven hours before it does in Greenwich, in Kaliningrad two."""
    period = parse_period("2026-11")

    assert period.bounds("Asia/Novokuznetsk") == (_utc("2026-10-31 17:00"), _utc("2026-11-30 17:00"))
    assert period.bounds("Europe/Kaliningrad")[0] == _utc("2026-10-31 22:00")
    assert parse_period("2026-Q4").length is Length.QUARTER
