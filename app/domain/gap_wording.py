"""Says what a person has to look through, because a network does not let it be read again."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.clock import SECOND

#: The code of a gap that nobody can read again.
NOT_READABLE: Final = "not_readable"


def by_eye(from_at: int, to_at: int, timezone: str) -> str:
    """The span (microseconds) in the page's time zone, and what to do about it."""
    since, until = _moment(from_at, timezone), _moment(to_at, timezone)
    return f"сеть не даёт перечитать пропущенное: комментарии, написанные с {since} по {until}, проверьте глазами"


def _moment(instant: int, timezone: str) -> str:
    return f"{datetime.fromtimestamp(instant // SECOND, UTC).astimezone(ZoneInfo(timezone)):%d.%m.%Y %H:%M}"
