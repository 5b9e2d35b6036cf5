"""Queries over how deliveries fare: pages whose turn it is to be looked at, their rhythm, incidents that are open."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.storage.tables import Connection, Decision, Incident, Page, Poll, Watch

_MACHINE = "machine"


def due_pages(
    session: Session, networks: Collection[str], *, checked_before: int, now: int, limit: int
) -> list[tuple[Page, Watch | None, Poll | None]]:
    """Pages in use that were not looked at lately, the longest first; not those whose network asks to be left alone."""
    query = (
        select(Page, Watch, Poll)
        .join(Connection, col(Connection.id) == col(Page.connection_id))
        .outerjoin(Watch, col(Watch.page_id) == col(Page.id))
        .outerjoin(Poll, col(Poll.page_id) == col(Page.id))
        .where(
            col(Page.removed_at).is_(None),
            col(Page.network).in_(networks),
            or_(col(Watch.checked_at).is_(None), col(Watch.checked_at) <= checked_before),
            or_(col(Connection.paused_until).is_(None), col(Connection.paused_until) <= now),
        )
        .order_by(col(Watch.checked_at).asc().nulls_first(), col(Page.id))
        .limit(limit)
    )
    return [(page, watch, poll) for page, watch, poll in session.exec(query)]


def note(session: Session, page_id: int, **seen: Any) -> None:
    """Write down what was seen of a page, whoever else does it at the moment."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Watch).values(page_id=page_id, **{"state": ""} | seen)
    session.execute(row.on_conflict_do_update(index_elements=["page_id"], set_=seen))


def watches(session: Session, pages: Collection[int]) -> dict[int, Watch]:
    """What was seen of these pages."""
    return {one.page_id: one for one in session.exec(select(Watch).where(col(Watch.page_id).in_(pages)))}


def judged_at(session: Session, page_id: int, limit: int) -> list[int]:
    """When the page's newest comments were judged, newest first."""
    query = select(Decision.decided_at).where(Decision.page_id == page_id, Decision.decided_by == _MACHINE)
    return list(session.exec(query.order_by(col(Decision.id).desc()).limit(limit)))


def open_incidents(session: Session, what: str = "") -> list[Incident]:
    """Incidents that have not ended, of one matter or of all."""
    query = select(Incident).where(col(Incident.ended_at).is_(None))
    if what:
        query = query.where(col(Incident.what) == what)
    return list(session.exec(query.order_by(col(Incident.id))))
