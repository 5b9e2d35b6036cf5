"""Forgets what was kept for a while only: rows that go whole or lose their words, a portion at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlmodel import Session, col

from app.storage.tables import (
    AlertChannel,
    AlertMessage,
    DeskSession,
    Incident,
    Job,
    Note,
    RejectedEvent,
    Reread,
    SeenEvent,
    SeenText,
    SignInLink,
)
from app.storage.walk import last_id


@dataclass(frozen=True, slots=True)
class ShortLived:
    """A table and which of its rows have had their time, given an instant in microseconds.

    They go whole, or what `blank` names is put in its columns; `stamped` = and `erased_at` says when.
    """

    table: Any
    order: Any
    over: Callable[[int], ColumnElement[bool]]
    blank: Mapping[str, object] | None = None
    stamped: bool = False


def _repeated_since(before: int) -> ColumnElement[bool]:
    """Texts that somebody keeps repeating although they were first seen before this instant, words still there."""
    return and_(col(SeenText.id) < last_id(before), col(SeenText.text).is_not(None), col(SeenText.text) != "")


def _told_of(before: int) -> ColumnElement[bool]:
    """Messages about incidents that ended before this instant."""
    return col(AlertMessage.incident_id).in_(select(col(Incident.id)).where(col(Incident.ended_at) < before))


def _told_nothing_more(before: int) -> ColumnElement[bool]:
    """Channels that were removed before this instant, of which no message is kept."""
    named = select(col(AlertMessage.channel_id))
    return and_(col(AlertChannel.removed_at) < before, col(AlertChannel.id).not_in(named))


EVENT_KEYS: Final = ShortLived(
    SeenEvent, col(SeenEvent.received_at), lambda before: col(SeenEvent.received_at) < before
)
#: The row stays: it tells that something was refused, and why.
REJECTED_KEYS: Final = ShortLived(
    RejectedEvent,
    col(RejectedEvent.id),
    lambda before: and_(col(RejectedEvent.received_at) < before, col(RejectedEvent.key) != ""),
    blank={"key": ""},
)
#: Why somebody's data were erased: a note about a person, so about no comment.
ERASURE_GROUNDS: Final = ShortLived(
    Note,
    col(Note.id),
    lambda before: and_(col(Note.comment_id) == 0, col(Note.text).is_not(None), col(Note.written_at) < before),
    blank={"text": None},
    stamped=True,
)
SESSIONS: Final = ShortLived(
    DeskSession,
    col(DeskSession.id),
    lambda before: or_(col(DeskSession.expires_at) < before, col(DeskSession.ended_at) < before),
)
SIGN_IN_LINKS: Final = ShortLived(SignInLink, col(SignInLink.id), lambda before: col(SignInLink.expires_at) < before)
JOBS: Final = ShortLived(Job, col(Job.id), lambda before: col(Job.ended_at) < before)
#: Go before the incidents that they are about.
ALERT_MESSAGES: Final = ShortLived(AlertMessage, col(AlertMessage.id), _told_of)
INCIDENTS: Final = ShortLived(Incident, col(Incident.id), lambda before: col(Incident.ended_at) < before)
REREADS: Final = ShortLived(Reread, col(Reread.id), lambda before: col(Reread.ended_at) < before)
#: Go after the messages that were sent there.
ALERT_CHANNELS: Final = ShortLived(AlertChannel, col(AlertChannel.id), _told_nothing_more)
#: Their keyed digests and counts stay while they are repeated. Not null: an empty beginning is like no other text.
REPEATED_TEXTS: Final = ShortLived(SeenText, col(SeenText.id), _repeated_since, blank={"text": ""})


def count_over(session: Session, what: ShortLived, *, before: int) -> int:
    """How many rows have had their time."""
    query = select(func.count()).select_from(what.table).where(what.over(before))
    return int(session.execute(query).scalar_one())


def forget_over(session: Session, what: ShortLived, *, before: int, limit: int, at: int) -> int:
    """Delete or blank rows that have had their time, the oldest first; returns how many. `at` = the present instant."""
    doomed = select(what.table.id).where(what.over(before)).order_by(what.order).limit(limit)
    stamp = {"erased_at": at} if what.stamped else {}
    statement: Any = delete(what.table) if what.blank is None else update(what.table).values(**what.blank, **stamp)
    return int(session.connection().execute(statement.where(what.table.id.in_(doomed))).rowcount)
