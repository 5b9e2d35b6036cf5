"""Weeks, months and quarters by name, and where they begin and end in a time zone; pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from app.domain.clock import midnight
from app.domain.errors import InvalidInputError

_NAME: Final = re.compile(r"(?P<year>2\d{3})-(?:W(?P<week>\d\d)|Q(?P<quarter>[1-4])|(?P<month>\d\d))", re.ASCII)
_MONTHS: Final = (
    *("январь", "февраль", "март", "апрель", "май", "июнь", "июль"),
    *("август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
_DAY: Final = timedelta(days=1)
_EXPECTED: Final = "ожидается неделя (2026-W47), месяц (2026-11) или квартал (2026-Q4)"


class Length(StrEnum):
    """What a report may be about."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Period:
    """Days from `first` to the one before `after`, in the time zone of whoever asks."""

    name: str
    length: Length
    first: date
    after: date

    @cached_property
    def steps(self) -> tuple[date, ...]:
        """First days of the parts that a chart shows: days of a week or a month, weeks of a quarter."""
        days = [self.first + _DAY * number for number in range((self.after - self.first).days)]
        if self.length is not Length.QUARTER:
            return tuple(days)
        return tuple(day for day in days if day == self.first or day.weekday() == 0)

    @property
    def mondays(self) -> tuple[date, ...]:
        """First days of the weeks that begin in it: each week belongs to one month and one quarter."""
        first = self.first + _DAY * (-self.first.weekday() % 7)
        return tuple(first + _DAY * number for number in range(0, (self.after - first).days, 7))

    @property
    def title(self) -> str:
        """The period in words."""
        if self.length is Length.WEEK:
            return f"неделя с {self.first:%d.%m.%Y} по {self.after - _DAY:%d.%m.%Y}"
        if self.length is Length.QUARTER:
            return f"{self.name[-1]} квартал {self.first.year} года"
        return f"{_MONTHS[self.first.month - 1]} {self.first.year} года"

    @property
    def before(self) -> str:
        """The name of the period before this one."""
        return name_of(self.first - _DAY, self.length)

    @property
    def following(self) -> str:
        """The name of the period after this one."""
        return name_of(self.after, self.length)

    def bounds(self, zone: str) -> tuple[int, int]:
        """When it begins and ends in a time zone: [since, until) in microseconds."""
        return midnight(self.first, zone), midnight(self.after, zone)


def parse_period(name: str) -> Period:
    """A week, a month or a quarter by its name.

    Raises:
        InvalidInputError: it is no such name, or there is no such week or month.
    """
    found = _NAME.fullmatch(name)
    if not found:
        raise InvalidInputError("period", _EXPECTED)
    year = int(found["year"])
    try:
        if found["week"]:
            first = date.fromisocalendar(year, int(found["week"]), 1)
            return Period(name, Length.WEEK, first, first + 7 * _DAY)
        if found["quarter"]:
            number = int(found["quarter"])
            return Period(name, Length.QUARTER, date(year, 3 * number - 2, 1), _month_after(year, 3 * number))
        number = int(found["month"])
        return Period(name, Length.MONTH, date(year, number, 1), _month_after(year, number))
    except ValueError:
        raise InvalidInputError("period", _EXPECTED) from None


def name_of(day: date, length: Length) -> str:
    """The name of the period of this length that a day lies in."""
    if length is Length.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if length is Length.QUARTER:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day:%Y-%m}"


def _month_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)
