"""Incidents from their beginning to their end, and the messages that each of them leaves for the channels."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.domain.clock import MINUTE
from app.domain.ids import IdSource
from app.domain.watching import Matter
from app.storage.tables import AlertChannel, AlertMessage, Incident, Page

#: The two messages of an incident.
BEGAN: Final = "began"
ENDED: Final = "ended"
#: An incident that goes on is not written to more often.
_SEEN_EVERY: Final = MINUTE


def begin(
    session: Session,
    ids: IdSource,
    at: int,
    matter: Matter,
    *,
    page_id: int = 0,
    connection_id: int = 0,
    code: str = "",
) -> bool:
    """Open an incident and leave word of it for every channel; False if it is open already, whoever opened it."""
    open_one = session.exec(select(Incident).where(_is_open(matter, page_id, connection_id))).first()
    if open_one is not None:
        if at - open_one.seen_at >= _SEEN_EVERY:
            open_one.seen_at, open_one.code = at, code or open_one.code
            session.add(open_one)
        return False
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Incident).values(
        id=ids(),
        what=matter.value,
        page_id=page_id,
        connection_id=connection_id,
        code=code,
        began_at=at,
        seen_at=at,
    )
    # Another process may open it at this very moment.
    made = session.execute(row.on_conflict_do_nothing().returning(col(Incident.id))).first()
    if made is None:
        return False
    _leave_word(session, ids, at, made[0], _listening(session, page_id, connection_id))
    return True


def end(
    session: Session, ids: IdSource, at: int, matter: Matter, *, page_id: int = 0, connection_id: int = 0
) -> Incident | None:
    """Close an incident and leave word for whoever was told of its beginning; None if it is not open."""
    closed = update(Incident).where(_is_open(matter, page_id, connection_id)).values(ended_at=at, seen_at=at)
    row = session.execute(closed.returning(Incident), execution_options={"synchronize_session": False}).first()
    if row is None:
        return None
    incident: Incident = row[0]
    told = (
        select(AlertMessage.channel_id)
        .join(AlertChannel, col(AlertChannel.id) == col(AlertMessage.channel_id))
        .where(
            AlertMessage.incident_id == incident.id,
            AlertMessage.part == BEGAN,
            col(AlertChannel.removed_at).is_(None),
        )
    )
    for channel_id in session.exec(told).all():
        session.add(_message(ids, at, incident.id, channel_id, ENDED))
    session.flush()
    return incident


def rename(session: Session, matter: Matter, code: str, *, page_id: int) -> None:
    """Another code for an open incident: it goes on, and what it is about has grown or shrunk."""
    here = update(Incident).where(_is_open(matter, page_id, 0)).values(code=code)
    session.execute(here, execution_options={"synchronize_session": False})


def _is_open(matter: Matter, page_id: int, connection_id: int) -> ColumnElement[bool]:
    return and_(
        col(Incident.what) == matter.value,
        col(Incident.page_id) == page_id,
        col(Incident.connection_id) == connection_id,
        col(Incident.ended_at).is_(None),
    )


def _listening(session: Session, page_id: int, connection_id: int) -> list[int]:
    """Channels that are told: those of every page, and those of a page that it is about."""
    channels = session.exec(select(AlertChannel).where(col(AlertChannel.removed_at).is_(None))).all()
    about = {page_id} if page_id else _pages_of(session, connection_id) if connection_id else set()
    return [one.id for one in channels if one.pages_json is None or about & pages_of_channel(one)]


def _pages_of(session: Session, connection_id: int) -> set[int]:
    pages = select(Page.id).where(Page.connection_id == connection_id, col(Page.removed_at).is_(None))
    return set(session.exec(pages))


def pages_of_channel(channel: AlertChannel) -> set[int]:
    """Pages that a channel is told of; empty where it is told of all."""
    return set() if channel.pages_json is None else set(msgspec.json.decode(channel.pages_json, type=list[int]))


def _leave_word(session: Session, ids: IdSource, at: int, incident_id: int, channels: Collection[int]) -> None:
    for channel_id in channels:
        session.add(_message(ids, at, incident_id, channel_id, BEGAN))
    session.flush()


def _message(ids: IdSource, at: int, incident_id: int, channel_id: int, part: str) -> AlertMessage:
    return AlertMessage(id=ids(), incident_id=incident_id, channel_id=channel_id, part=part, due_at=at, sent_at=None)
