"""The office's calendar: days, holidays, clocks that change, and how it is written down."""

from datetime import UTC, datetime

import pytest

from app.domain.clock import HOUR, MINUTE
from app.domain.errors import InvalidInputError
from app.review.calendar import checked, read


def at(text, zone="Europe/Moscow"):
    """The instant of a local time."""
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return int(moment.timestamp()) * 1_000_000


def usual(zone="Europe/Moscow"):
    """A page that never said when it works."""
    return read("{}", zone)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        # A whole working day from its first minute: until its last.
        ("2026-11-23T09:00", "2026-11-23T18:00"),
        ("2026-11-23T15:00", "2026-11-24T15:00"),
        # At night and on a Sunday the clock stands still.
        ("2026-11-23T03:00", "2026-11-23T18:00"),
        ("2026-11-22T13:00", "2026-11-23T18:00"),
        # Friday evening: over the weekend.
        ("2026-11-27T17:00", "2026-11-30T17:00"),
        # 4 November is a holiday, whatever its weekday (a Wednesday in 2026).
        ("2026-11-03T17:00", "2026-11-05T17:00"),
        # New Year: from 31 December to Monday 11 January 2027.
        ("2026-12-31T17:00", "2027-01-11T17:00"),
    ],
)
def test_nine_working_hours_of_a_usual_office(asked, due):
    """Monday to Friday from 9 to 18, without weekends and holidays of a fixed date."""
    assert usual().after(at(asked), 9 * HOUR) == at(due)


def test_the_office_s_own_days_outweigh_the_week_and_the_holidays():
    """A Friday that was given away, a Saturday on which it works, a holiday on which somebody is on duty."""
    calendar = read(
        '{"days_off": ["2026-11-27"], "work_days": {"2026-11-28": ["09:00", "13:00"], "2027-01-04": ["10:00", "11:00"]}}',
        "Europe/Moscow",
    )
    assert calendar.between(at("2026-11-27T00:00"), at("2026-11-28T00:00")) == 0
    assert calendar.between(at("2026-11-28T00:00"), at("2026-11-29T00:00")) == 4 * HOUR
    assert calendar.between(at("2027-01-01T00:00"), at("2027-01-09T00:00")) == HOUR


def test_hours_may_cross_midnight_and_last_a_day():
    """A duty service that works at night, and one that never sleeps."""
    night = read('{"week": {"fri": ["22:00", "06:00"]}}', "Europe/Moscow")
    assert night.after(at("2026-11-27T12:00"), 3 * HOUR) == at("2026-11-28T01:00")
    assert night.between(at("2026-11-28T01:00"), at("2026-11-29T12:00")) == 5 * HOUR
    always = read('{"week": {"sat": ["00:00", "24:00"], "sun": ["00:00", "24:00"]}}', "Europe/Moscow")
    assert always.between(at("2026-11-28T00:00"), at("2026-11-30T00:00")) == 48 * HOUR


def test_the_week_may_have_a_short_friday_and_no_lunch_is_counted_twice():
    """Each weekday has its own hours; those that it does not name are days off."""
    days = ", ".join(f'"{day}": ["08:30", "17:30"]' for day in ("mon", "tue", "wed", "thu"))
    calendar = read(f'{{"week": {{{days}, "fri": ["08:30", "16:30"]}}}}', "Asia/Novokuznetsk")
    week = at("2026-11-23T00:00", "Asia/Novokuznetsk"), at("2026-11-30T00:00", "Asia/Novokuznetsk")
    assert calendar.between(*week) == 44 * HOUR


def test_a_night_on_which_the_clocks_change_is_as_long_as_it_is():
    """In spring a night shift loses an hour, in autumn it gains one; minutes that are skipped are worked right after."""
    night = read('{"week": {"sat": ["22:00", "06:00"]}}', "Europe/Berlin")
    spring = at("2027-03-27T12:00", "Europe/Berlin"), at("2027-03-28T12:00", "Europe/Berlin")
    autumn = at("2027-10-30T12:00", "Europe/Berlin"), at("2027-10-31T12:00", "Europe/Berlin")
    assert night.between(*spring) == 7 * HOUR
    assert night.between(*autumn) == 9 * HOUR
    skipped = read('{"week": {"sun": ["02:15", "02:45"]}}', "Europe/Berlin")
    assert skipped.between(*spring) == 30 * MINUTE
    assert skipped.between(at("2027-03-28T00:00", "Europe/Berlin"), at("2027-03-28T01:59", "Europe/Berlin")) == 0


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([], "calendar"),
        ({"weeks": {}}, "calendar.weeks"),
        ({"week": {}}, "calendar.week"),
        ({"week": {"monday": ["09:00", "18:00"]}}, "calendar.week.monday"),
        ({"week": {"mon": ["9:00", "18:00"]}}, "calendar.week.mon"),
        ({"week": {"mon": ["09:00", "24:30"]}}, "calendar.week.mon"),
        ({"week": {"mon": ["09:00", "09:00"]}}, "calendar.week.mon"),
        ({"week": {"mon": "09:00-18:00"}}, "calendar.week.mon"),
        ({"days_off": "2027-01-11"}, "calendar.days_off"),
        ({"days_off": ["2027-02-30"]}, "calendar.days_off.0"),
        ({"days_off": ["20270111"]}, "calendar.days_off.0"),
        ({"work_days": {"завтра": ["09:00", "18:00"]}}, "calendar.work_days"),
        (
            {"days_off": ["2027-01-11"], "work_days": {"2027-01-11": ["09:00", "18:00"]}},
            "calendar.work_days.2027-01-11",
        ),
    ],
)
def test_a_calendar_that_means_nothing_is_refused_with_its_place(given, where):
    """Every slip names the place and what belongs there."""
    with pytest.raises(InvalidInputError) as refused:
        checked(given)
    assert refused.value.where == where


def test_what_is_checked_can_be_read():
    """The stored text reads back as the same office, and the same office is stored in the same words."""
    one = {
        "work_days": {"2026-12-26": ["09:00", "17:00"]},
        "week": {"tue": ["09:00", "18:00"], "mon": ["10:00", "12:00"]},
    }
    other = {
        "week": {"mon": ["10:00", "12:00"], "tue": ["09:00", "18:00"]},
        "work_days": {"2026-12-26": ["09:00", "17:00"]},
    }
    assert checked(one) == checked(other)
    calendar = read(checked(one), "Europe/Moscow")
    assert calendar.between(at("2026-11-23T00:00"), at("2026-11-30T00:00")) == 11 * HOUR
    assert calendar.between(at("2026-12-26T00:00"), at("2026-12-27T00:00")) == 8 * HOUR
