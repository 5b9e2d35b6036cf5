"""Incidents as people see them: in words, with the pages that they concern, never those of others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.domain.incident_wording import MATTERS, happening
from app.domain.watching import Matter
from app.pipeline.house import House
from app.storage.tables import Incident, Page


@dataclass(frozen=True, slots=True)
class IncidentShown:
    """One incident; instants in microseconds. `pages` are those it concerns, of the reader's; empty = the service."""

    id: int
    what: str
    code: str
    text: str
    advice: str
    pages: tuple[int, ...]
    began_at: int
    seen_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are wanted; `pages` None = of every page. Those of the service are always among them."""

    pages: Collection[int] | None = None
    what: Matter | None = None
    open: bool | None = None


def list_incidents(
    house: House, wanted: IncidentFilter, *, before: int | None = None, limit: int = 50
) -> tuple[list[IncidentShown], int | None]:
    """Newest first, and the id before which the list goes on (None at the end)."""
    with house.database.read() as session:
        return incidents_in(session, wanted, before=before, limit=limit)


def incidents_in(
    session: Session, wanted: IncidentFilter, *, before: int | None = None, limit: int = 50
) -> tuple[list[IncidentShown], int | None]:
    """The same, within a transaction."""
    query = select(Incident).order_by(col(Incident.id).desc()).limit(limit + 1)
    if before is not None:
        query = query.where(col(Incident.id) < before)
    if wanted.what is not None:
        query = query.where(Incident.what == wanted.what.value)
    if wanted.open is not None:
        query = query.where(col(Incident.ended_at).is_(None) if wanted.open else col(Incident.ended_at).is_not(None))
    if wanted.pages is not None:
        connections = select(Page.connection_id).where(col(Page.id).in_(wanted.pages), col(Page.removed_at).is_(None))
        about_them = and_(col(Incident.page_id) == 0, col(Incident.connection_id).in_(connections))
        service = and_(col(Incident.page_id) == 0, col(Incident.connection_id) == 0)
        query = query.where(or_(col(Incident.page_id).in_(wanted.pages), about_them, service))
    rows = session.exec(query).all()
    following = rows[limit - 1].id if len(rows) > limit else None
    return _shown(session, rows[:limit], wanted.pages), following


def open_by_page(session: Session, pages: Sequence[int]) -> Mapping[int, tuple[IncidentShown, ...]]:
    """What goes on at each of these pages."""
    found: defaultdict[int, list[IncidentShown]] = defaultdict(list)
    shown, _ = incidents_in(session, IncidentFilter(frozenset(pages), open=True), limit=1000)
    for one in shown:
        for page_id in one.pages or pages:
            found[page_id].append(one)
    return {page_id: tuple(several) for page_id, several in found.items()}


def _shown(session: Session, rows: Sequence[Incident], mine: Collection[int] | None) -> list[IncidentShown]:
    shared = {row.connection_id for row in rows if not row.page_id and row.connection_id}
    of_connection: defaultdict[int, list[int]] = defaultdict(list)
    query = select(Page.connection_id, Page.id).where(
        col(Page.connection_id).in_(shared), col(Page.removed_at).is_(None)
    )
    for connection_id, page_id in session.exec(query.order_by(col(Page.id))):
        if mine is None or page_id in mine:
            of_connection[connection_id].append(page_id)
    return [_one(row, (row.page_id,) if row.page_id else tuple(of_connection[row.connection_id])) for row in rows]


def _one(row: Incident, pages: tuple[int, ...]) -> IncidentShown:
    matter = Matter(row.what)
    return IncidentShown(
        id=row.id,
        what=row.what,
        code=row.code,
        text=happening(matter, row.code),
        advice=MATTERS[matter].do,
        pages=pages,
        began_at=row.began_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
    )
