"""Time comes in through a port, so that tests own it; instants are integers of UTC microseconds."""

import time
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Final, Protocol
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class Clock(Protocol):
    """Tells the time in microseconds since 1970-01-01 UTC."""

    def now(self) -> int:
        """The present instant."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """The present instant."""
        return time.time_ns() // 1000


def rfc3339(instant: int) -> str:
    """`2026-11-22T17:31:00.123456Z` for an instant in microseconds."""
    moment = datetime.fromtimestamp(instant // SECOND, UTC).replace(microsecond=instant % SECOND)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def midnight(day: date, zone: str) -> int:
    """When a day begins in a time zone."""
    return round(datetime.combine(day, time_of_day(), ZoneInfo(zone)).timestamp()) * SECOND


def day_of(instant: int, zone: str) -> date:
    """The day of a time zone that an instant lies in."""
    return datetime.fromtimestamp(instant // SECOND, ZoneInfo(zone)).date()
