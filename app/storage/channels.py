"""Queries over the channels by which an office is told, and over what has still to be sent there."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, literal_column, update
from sqlmodel import Session, col, func, select

from app.storage.accounts import is_id
from app.storage.tables import AlertChannel, AlertMessage, Incident

#: A literal, because the partial index serves only a condition that the planner can read.
_UNSENT = "alert_message.sent_at IS NULL"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a channel has not been told yet: how much, since when, and what the last attempt met."""

    messages: int
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Part:
    """One half of an incident that is to be told: `began` or `ended`."""

    message_id: int
    part: str
    attempts: int
    incident: Incident


def channel_of(session: Session, channel_id: int, *, lock: bool = False) -> AlertChannel | None:
    """A channel that was not removed."""
    if not is_id(channel_id):
        return None
    query = select(AlertChannel).where(col(AlertChannel.id) == channel_id, col(AlertChannel.removed_at).is_(None))
    return session.exec(query.with_for_update() if lock else query).first()


def live_channels(session: Session) -> list[AlertChannel]:
    """Channels in the order in which they were added."""
    query = select(AlertChannel).where(col(AlertChannel.removed_at).is_(None))
    return list(session.exec(query.order_by(col(AlertChannel.id))))


def due_channels(session: Session, now: int) -> list[AlertChannel]:
    """Channels with something to be told, of which nothing is being sent and nothing waits for another attempt."""
    due = (
        select(AlertMessage.channel_id)
        .where(literal_column(_UNSENT))
        .group_by(col(AlertMessage.channel_id))
        .having(func.max(AlertMessage.due_at) <= now)
    )
    query = select(AlertChannel).where(col(AlertChannel.id).in_(due), col(AlertChannel.removed_at).is_(None))
    return list(session.exec(query.order_by(col(AlertChannel.id))))


def waiting(session: Session) -> dict[int, Waiting]:
    """What each channel has not been told yet."""
    query = (
        select(
            AlertMessage.channel_id,
            func.count(),
            func.max(AlertMessage.attempts),
            func.max(AlertMessage.last_error),
        )
        .where(literal_column(_UNSENT))
        .group_by(col(AlertMessage.channel_id))
    )
    return {row[0]: Waiting(row[1], row[2], row[3]) for row in session.exec(query)}


def last_sent(session: Session) -> dict[int, int]:
    """When each channel was told something last."""
    query = (
        select(AlertMessage.channel_id, func.max(AlertMessage.sent_at))
        .where(col(AlertMessage.sent_at).is_not(None))
        .group_by(col(AlertMessage.channel_id))
    )
    return {channel_id: sent_at or 0 for channel_id, sent_at in session.exec(query)}


def claim(session: Session, channel_id: int, now: int, until: int) -> list[Part]:
    """Take everything that a channel is to be told; nobody else takes it before `until`.

    Nothing while a part of it is being sent or waits for another attempt: an end is not told before its beginning.
    """
    if channel_of(session, channel_id, lock=True) is None:
        return []
    unsent = and_(literal_column(_UNSENT), col(AlertMessage.channel_id) == channel_id)
    if session.exec(select(AlertMessage.id).where(unsent, col(AlertMessage.due_at) > now).limit(1)).first():
        return []
    mine = (
        update(AlertMessage)
        .where(unsent)
        .values(due_at=until, attempts=col(AlertMessage.attempts) + 1)
        .returning(col(AlertMessage.id))
    )
    taken: Any = session.execute(mine, execution_options={"synchronize_session": False})
    if not taken.all():
        return []
    query = (
        select(AlertMessage, Incident)
        .join(Incident, col(Incident.id) == col(AlertMessage.incident_id))
        .where(literal_column(_UNSENT), col(AlertMessage.channel_id) == channel_id, col(AlertMessage.due_at) == until)
        .order_by(col(Incident.began_at), col(Incident.id), col(AlertMessage.id))
    )
    rows = session.exec(query.execution_options(populate_existing=True)).all()
    return [Part(message.id, message.part, message.attempts, incident) for message, incident in rows]


def settle(session: Session, channel_id: int, until: int, *, sent_at: int | None, due_at: int, error: str) -> None:
    """Write down what became of what was claimed `until` then: sent, or due again."""
    session.execute(
        update(AlertMessage)
        .where(literal_column(_UNSENT), col(AlertMessage.channel_id) == channel_id, col(AlertMessage.due_at) == until)
        .values(sent_at=sent_at, due_at=due_at, last_error=error),
        execution_options={"synchronize_session": False},
    )


def forget_unsent(session: Session, channel_id: int) -> None:
    """A channel that is gone is told nothing more."""
    session.execute(delete(AlertMessage).where(literal_column(_UNSENT), col(AlertMessage.channel_id) == channel_id))
