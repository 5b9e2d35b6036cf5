"""Reads the one kind of field that VK writes in a way of its own: dates."""

from typing import Final

from app.domain.clock import SECOND
from app.domain.json_fields import integer

#: 2006-01-01, the year VK opened, and 2100-01-01: a date outside is nonsense.
EARLIEST_S: Final = 1_136_073_600
LATEST_S: Final = 4_102_444_800


def instant(value: object) -> int | None:
    """Unix seconds as microseconds; None for nonsense."""
    seconds = integer(value)
    if seconds is None or not EARLIEST_S <= seconds < LATEST_S:
        return None
    return seconds * SECOND
