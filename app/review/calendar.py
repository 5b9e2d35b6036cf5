"""Working time of an office: how much of it lies between two instants, and when a term given in it runs out; pure.

An office works so many hours on each day of its week, in its page's time zone. Public holidays with a fixed date are
known; days that a government moves, the office's own days off and the Saturdays it works on are its data.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from app.domain.errors import InvalidInputError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Labour Code of Russia, article 112: month and day. Moved days off change every year and are not guessed.
FIXED_HOLIDAYS: Final = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)
MOST_DAYS: Final = 1_000
#: Further than any term reaches: beside a week of work there are at most `MOST_DAYS` days off.
_HORIZON_DAYS: Final = 20 * 366
_MIDNIGHT: Final = 24 * 60
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_KEYS: Final = ("week", "days_off", "work_days")


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours of one day, minutes since its midnight; `end` over 24 × 60 = past the next midnight."""

    begin: int
    end: int


_USUAL: Final = Hours(9 * 60, 18 * 60)
_USUAL_WEEK: Final = (_USUAL,) * 5 + (None,) * 2


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an office works: a week from Monday on (None = a day off), and the days that differ from it."""

    zone: ZoneInfo
    week: tuple[Hours | None, ...] = _USUAL_WEEK
    days_off: frozenset[date] = frozenset()
    work_days: Mapping[date, Hours] = field(default_factory=dict)

    def hours_of(self, day: date) -> Hours | None:
        """When the office works on a day; what it says of that very day outweighs holidays and the week."""
        if day in self.work_days:
            return self.work_days[day]
        if day in self.days_off or (day.month, day.day) in FIXED_HOLIDAYS:
            return None
        return self.week[day.weekday()]

    def between(self, begin: int, end: int) -> int:
        """Working microseconds from one instant to another; negative if the second is the earlier one."""
        if end < begin:
            return -self.between(end, begin)
        worked = 0
        for opens, closes in self._stretches(begin):
            if opens >= end:
                break
            worked += max(0, min(closes, end) - max(opens, begin))
        return worked

    def after(self, begin: int, working: int) -> int:
        """The first instant by which so many working microseconds have passed since `begin`."""
        if working <= 0:
            return begin
        for opens, closes in islice(self._stretches(begin), _HORIZON_DAYS):
            start = max(opens, begin)
            if closes - start >= working:
                return start + working
            working -= max(0, closes - start)
        raise ValueError("the calendar holds no working time")

    def _stretches(self, since: int) -> Iterator[tuple[int, int]]:
        """Stretches of work in order, without overlaps, from the one that may still run at `since`; empty on days off.

        They are the same wherever one begins, so that what lies between two instants adds up.
        """
        day = self._day_of(since) - timedelta(days=1)
        closed = self._stretch(day - timedelta(days=1))[1]
        while True:
            opens, closes = self._stretch(day)
            # A night shift may reach into the next day's hours; an hour is worked once.
            yield max(opens, closed), max(closes, closed)
            closed, day = closes, day + timedelta(days=1)

    def _stretch(self, day: date) -> tuple[int, int]:
        """A day's own hours as instants."""
        hours = self.hours_of(day)
        if hours is None:
            midnight = self._instant(day, 0)
            return midnight, midnight
        opens = self._instant(day, hours.begin)
        # Hours that a change of the clocks cuts short may end before they begin.
        return opens, max(opens, self._instant(day, hours.end))

    def _day_of(self, instant: int) -> date:
        return (_EPOCH + timedelta(microseconds=instant)).astimezone(self.zone).date()

    def _instant(self, day: date, minutes: int) -> int:
        days, minutes = divmod(minutes, _MIDNIGHT)
        clock = time(minutes // 60, minutes % 60, tzinfo=self.zone)
        local = datetime.combine(day + timedelta(days=days), clock)
        return (local.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def read(calendar_json: str, timezone: str) -> Calendar:
    """The calendar of a page as it is stored; '{}' is Monday to Friday from 9 to 18.

    Raises:
        InvalidInputError: it is not what `checked` lets pass.
    """
    try:
        given = msgspec.json.decode(calendar_json)
    except msgspec.DecodeError:
        raise InvalidInputError("calendar", "ожидается объект JSON") from None
    return _calendar(given, ZoneInfo(timezone))


def checked(given: object) -> str:
    """A calendar as JSON text for the page's column, the same for the same hours.

    `given` is {"week": {"mon": ["09:00", "18:00"], …}, "days_off": ["2027-01-11", …],
    "work_days": {"2026-12-26": ["09:00", "17:00"], …}}; each key may be missing, a weekday that `week` does not name is
    a day off, without `week` it is the usual one.

    Raises:
        InvalidInputError: names the place and what belongs there.
    """
    _calendar(given, ZoneInfo("UTC"))
    return msgspec.json.Encoder(order="sorted").encode(given).decode()


def _calendar(given: object, zone: ZoneInfo) -> Calendar:
    top = _object(given, "calendar", _KEYS)
    week = _week(top["week"]) if "week" in top else _USUAL_WEEK
    listed = top.get("days_off", [])
    if not isinstance(listed, list) or len(listed) > MOST_DAYS:
        raise InvalidInputError("calendar.days_off", f"ожидается список дат, не больше {MOST_DAYS}")
    days_off = frozenset(_day(one, f"calendar.days_off.{place}") for place, one in enumerate(listed))
    named = _object(top.get("work_days", {}), "calendar.work_days")
    if len(named) > MOST_DAYS:
        raise InvalidInputError("calendar.work_days", f"ожидается не больше {MOST_DAYS} дат")
    work_days = {
        _day(day, "calendar.work_days"): _hours(hours, f"calendar.work_days.{day}") for day, hours in named.items()
    }
    for day in sorted(days_off & work_days.keys()):
        raise InvalidInputError(f"calendar.work_days.{day}", "ожидается день, которого нет в days_off")
    return Calendar(zone, week, days_off, work_days)


def _week(given: object) -> tuple[Hours | None, ...]:
    named = _object(given, "calendar.week", WEEKDAYS)
    if not named:
        raise InvalidInputError("calendar.week", "ожидается хотя бы один рабочий день")
    return tuple(_hours(named[day], f"calendar.week.{day}") if day in named else None for day in WEEKDAYS)


def _object(given: object, where: str, keys: tuple[str, ...] = ()) -> Mapping[str, object]:
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        raise InvalidInputError(where, "ожидается объект JSON")
    for key in given:
        if keys and key not in keys:
            raise InvalidInputError(f"{where}.{key[:64]}", f"такого ключа нет, ожидаются: {', '.join(keys)}")
    return given


def _day(given: object, where: str) -> date:
    expected = "ожидается дата вида 2027-01-11"
    if not isinstance(given, str) or not _DATE.fullmatch(given):
        raise InvalidInputError(where, expected)
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInputError(where, expected) from None


def _hours(given: object, where: str) -> Hours:
    expected = 'ожидаются часы вида ["09:00", "18:00"]; конец раньше начала означает следующий день'
    if not isinstance(given, list) or len(given) != len(("begin", "end")):
        raise InvalidInputError(where, expected)
    begin, end = (_minutes(one, where, expected) for one in given)
    if begin in {end, _MIDNIGHT}:
        raise InvalidInputError(where, expected)
    return Hours(begin, end if end > begin else end + _MIDNIGHT)


def _minutes(given: object, where: str, expected: str) -> int:
    match = _TIME.fullmatch(given) if isinstance(given, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else _MIDNIGHT + 1
    if minutes > _MIDNIGHT:
        raise InvalidInputError(where, expected)
    return minutes
