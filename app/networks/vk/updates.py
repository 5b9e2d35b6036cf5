"""Reads an update of Bots Long Poll: a callback's body without a secret, proved by the session that brought it."""

import structlog

from app.domain.errors import PayloadRejectedError
from app.domain.events import ConfirmationRequest, Event, Ignored
from app.domain.polling import Unreadable
from app.networks.vk import inbound, verify

_log = structlog.get_logger()


def read_update(update: bytes, page: str) -> tuple[Event | Ignored | Unreadable, ...]:
    """What an update of a community tells; total."""
    return (_read(update, page),)


def _read(update: bytes, page: str) -> Event | Ignored | Unreadable:
    try:
        envelope = verify.decode(update)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", page=page, where=error.where, expected=error.expected)
        return Unreadable("malformed")
    if envelope.page != page:
        return Unreadable("foreign_page", envelope.type, envelope.event_id)
    try:
        found = inbound.parse(envelope, raw=update)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", page=page, where=error.where, expected=error.expected)
        return Unreadable("malformed", envelope.type, envelope.event_id)
    if isinstance(found, ConfirmationRequest):
        return Ignored(found.network, found.page, envelope.type, "confirmation")
    return found
