"""Incidents as people see them: in words, with the pages that they concern, never those of others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from app.domain.incident_wording import MATTERS, happening
from app.domain.watching import Matter
from app.pipeline.house import House
from app.storage.tables import Incident, Page
from app.storage.walk import Found, Rows, Statement, newest, stretch

_WALKED: Final = (
    col(Incident.id),
    col(Incident.page_id),
    col(Incident.connection_id),
    col(Incident.what),
    col(Incident.ended_at),
)


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
    connections = _connections_of(session, wanted.pages)

    def read(position: int | None, size: int) -> Rows:
        statement: Statement = sa_select(*_WALKED)
        if wanted.open:
            statement = statement.where(col(Incident.ended_at).is_(None))
        return session.execute(stretch(Incident, statement, None, position, size)).all()

    def keep(row: Found) -> bool:
        _, page_id, connection_id, what, ended_at = row
        return (
            wanted.what in {None, what}
            and wanted.open in {None, ended_at is None}
            and (wanted.pages is None or page_id in wanted.pages or (not page_id and connection_id in connections))
        )

    chooses = wanted != IncidentFilter()
    found = newest(read, keep=keep if chooses else None, before=before, limit=limit)
    rows = {row.id: row for row in session.exec(select(Incident).where(col(Incident.id).in_(found.ids)))}
    return _shown(session, [rows[one] for one in found.ids if one in rows], wanted.pages), found.next_before


def _connections_of(session: Session, pages: Collection[int] | None) -> frozenset[int]:
    """Whose trouble is these pages' too; 0 = the service's."""
    if pages is None:
        return frozenset()
    query = select(Page.connection_id).where(col(Page.id).in_(pages), col(Page.removed_at).is_(None))
    return frozenset({0, *session.exec(query)})


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
