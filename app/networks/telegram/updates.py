"""Reads an update that was asked for: the body that a callback would have had, proved by the bot's own token."""

import structlog

from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Ignored
from app.domain.polling import Unreadable
from app.networks.telegram.inbound import read

_log = structlog.get_logger()


def read_update(update: bytes, page: str) -> tuple[Event | Ignored | Unreadable, ...]:
    """What an update of a bot tells; total."""
    try:
        return (read(update),)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", page=page, where=error.where, expected=error.expected)
        return (Unreadable("malformed"),)
