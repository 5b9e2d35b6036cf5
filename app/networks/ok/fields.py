"""Reads the fields that OK writes in ways of its own: instants, opaque ids, members with a prefix."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.clock import SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.json_fields import JsonObject, clean, integer

#: 2006-01-01, the year OK opened, and 2100-01-01: a date outside is nonsense.
_EARLIEST: Final = 1_136_073_600 * SECOND
_LATEST: Final = 4_102_444_800 * SECOND
_MILLISECOND: Final = 1000
_MOSCOW: Final = ZoneInfo("Europe/Moscow")
#: Ids that OK makes of several parts are below 100 characters; what is longer is somebody else's.
_LONGEST_ID: Final = 200
_NUMBER: Final = re.compile(r"(?:[a-z]+:)?([0-9]{1,19})", re.ASCII)


def instant(source: JsonObject) -> int | None:
    """When it was written, in microseconds: `date_ms`, else `date`, which is Moscow's time without saying so."""
    return from_ms(source.get("date_ms")) or _from_moscow(source.get("date"))


def from_ms(value: object) -> int | None:
    """Milliseconds as microseconds; None for nonsense."""
    number = integer(value)
    return _sane(number * _MILLISECOND) if number is not None else None


def opaque_id(source: JsonObject, where: str, name: str) -> str:
    """An id that is only compared: a string or a number.

    Raises:
        PayloadRejectedError: there is none, or something that is none.
    """
    found = optional_id(source, name)
    if not found:
        raise PayloadRejectedError(f"{where}.{name}", f"an id of at most {_LONGEST_ID} characters")
    return found


def optional_id(source: JsonObject, name: str) -> str:
    """As `opaque_id`, '' where there is none."""
    value = source.get(name)
    if type(value) is int:
        return str(value) if integer(value) else ""
    if not isinstance(value, str):
        return ""
    found = clean(value).strip()
    return found if len(found) <= _LONGEST_ID else ""


def number_of(value: object) -> str:
    """The number of a member, `user:12` or `12`; '' for anything else."""
    if type(value) is int:
        value = str(value)
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return str(int(found[1])) if found and int(found[1]) else ""


def count_of(source: Mapping[str, object], *names: str) -> int | None:
    """The first of these fields that is a count; None where none is."""
    for name in names:
        value = integer(source.get(name))
        if value is not None and value >= 0:
            return value
    return None


def _from_moscow(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_MOSCOW)
    except ValueError:
        return None
    return _sane(int(moment.timestamp()) * SECOND)


def _sane(microseconds: int) -> int | None:
    return microseconds if _EARLIEST <= microseconds < _LATEST else None
