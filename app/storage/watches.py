"""Queries over how deliveries fare: pages whose turn it is to be looked at, their rhythm, incidents that are open."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.storage.outbox import database_now
from app.storage.tables import Connection, Decision, Incident, Page, Poll, Watch

_MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: pages looked at before `checked_before`, before `at_last` though their connection is sending.

    At most `of_one` pages of one connection, so that a slow one holds no other up, and `limit` together.
    """

    checked_before: int
    at_last: int
    of_one: int
    limit: int


def due_pages(
    session: Session, networks: Collection[str], turn: Turn, now: int
) -> list[tuple[Page, Watch | None, Poll | None]]:
    """Pages in use that were not looked at lately, the longest first; not those whose network asks to be left alone."""
    checked_at = func.coalesce(col(Watch.checked_at), 0)
    seldom = func.coalesce(col(Watch.checked_at), col(Page.created_at)) <= turn.at_last
    place = func.row_number().over(partition_by=col(Page.connection_id), order_by=(checked_at, col(Page.id)))
    due = (
        select(col(Page.id).label("page_id"), checked_at.label("checked_at"), place.label("place"))
        .join(Connection, col(Connection.id) == col(Page.connection_id))
        .outerjoin(Watch, col(Watch.page_id) == col(Page.id))
        .where(
            col(Page.removed_at).is_(None),
            col(Page.network).in_(networks),
            checked_at <= turn.checked_before,
            or_(col(Connection.paused_until).is_(None), col(Connection.paused_until) <= now),
            or_(col(Connection.lease_until) <= database_now(session), seldom),
        )
        .subquery()
    )
    query = (
        select(Page, Watch, Poll)
        .join(due, due.c.page_id == col(Page.id))
        .outerjoin(Watch, col(Watch.page_id) == col(Page.id))
        .outerjoin(Poll, col(Poll.page_id) == col(Page.id))
        .where(due.c.place <= turn.of_one)
        .order_by(due.c.checked_at, col(Page.id))
        .limit(turn.limit)
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
