"""The small types that requests and answers share: ids, instants, cursors, texts that a database can hold."""

import base64
import binascii
import re
from datetime import datetime, timedelta, timezone
from typing import Annotated, Final

from fastapi import Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from app.domain.clock import rfc3339
from app.domain.errors import InvalidInputError

LARGEST_ID: Final = 2**63 - 1
_ID: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", re.ASCII)
_EPOCH: Final = datetime.fromtimestamp(0, tz=timezone.utc)  # noqa: UP017 - the same object under both names


class Model(BaseModel):
    """Base of every shape; what is not named in it is refused, so that a typing error is not taken for a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


def _parse_id(value: object) -> int:
    if isinstance(value, str) and _ID.fullmatch(value) and int(value) <= LARGEST_ID:
        return int(value)
    raise ValueError(f"expected an id: a string of digits, at most {LARGEST_ID}")


def _written_out(value: object) -> object:
    """A bare number would be taken for seconds since 1970, or for thousandths of them."""
    if isinstance(value, str) and not _DATE.match(value):
        raise ValueError("expected an instant with a time zone, such as 2026-11-22T17:31:00Z")
    return value


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("expected text without the character U+0000")
    return value


_ID_SCHEMA: Final = {"type": "string", "pattern": "^[0-9]{1,19}$", "examples": ["1234567890123456789"]}
#: An id in a request.
IdIn = Annotated[int, BeforeValidator(_parse_id), WithJsonSchema(_ID_SCHEMA)]
#: An id in an answer: JavaScript cannot hold 63 bits, so it is a string.
Id = Annotated[int, PlainSerializer(str, return_type=str), WithJsonSchema(_ID_SCHEMA)]
#: An instant in a request.
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
#: An instant in an answer.
Instant = Annotated[
    int,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T17:31:00.123456Z"]}),
]
#: Text that any database column can hold.
Text = Annotated[str, AfterValidator(_without_nul)]
#: The name of a network; which there are, the house knows.
NetworkName = Annotated[Text, Field(min_length=1, max_length=32)]
NetworkId = Annotated[str, Query(min_length=1, max_length=64), AfterValidator(_without_nul)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]
Cursor = Annotated[
    str | None, Query(max_length=40, description="`next_cursor` of the page of the list before this one.")
]


def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970 of a moment with a time zone; exact, unlike `timestamp()`."""
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def write_cursor(before: int | None) -> str | None:
    """An opaque place in a list."""
    if before is None:
        return None
    return base64.urlsafe_b64encode(before.to_bytes(8, "big", signed=True)).decode().rstrip("=")


def read_cursor(cursor: str | None) -> int | None:
    """The place that a cursor stands for.

    Raises:
        InvalidInputError: it is none of ours.
    """
    if cursor is None:
        return None
    raw = _decoded(cursor, 8)
    return int.from_bytes(raw, "big", signed=True)


def write_place(place: tuple[int, int] | None) -> str | None:
    """An opaque place in a list that is ordered by two numbers."""
    if place is None:
        return None
    raw = b"".join(part.to_bytes(8, "big", signed=True) for part in place)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_place(cursor: str | None) -> tuple[int, int] | None:
    """The place that a cursor stands for.

    Raises:
        InvalidInputError: it is none of ours.
    """
    if cursor is None:
        return None
    raw = _decoded(cursor, 16)
    return int.from_bytes(raw[:8], "big", signed=True), int.from_bytes(raw[8:], "big", signed=True)


def _decoded(cursor: str, size: int) -> bytes:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != size:
        raise InvalidInputError("query.cursor", "ожидается next_cursor в том виде, в каком он пришёл")
    return raw
