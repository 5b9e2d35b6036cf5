"""Reads an update that MAX was asked for: the same as a webhook's body, proved by the answer that brought it."""

import structlog

from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Ignored
from app.domain.json_fields import object_of, read_json, text_of
from app.domain.polling import Unreadable
from app.networks.max.inbound import TYPE_LENGTH, parse

_log = structlog.get_logger()


def read_update(update: bytes, page: str) -> tuple[Event | Ignored | Unreadable, ...]:
    """What an update tells, of whichever page of the bot; total."""
    kind = ""
    try:
        data = read_json(update)
        kind = text_of(object_of(data), "update_type")[:TYPE_LENGTH]
        return (parse(data, raw=update),)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", page=page, where=error.where, expected=error.expected)
        return (Unreadable("malformed", kind),)
