"""The red button: sending stops at once, for a page or for everything; taking events and judging go on."""

from dataclasses import dataclass

from app.domain.errors import NotFoundError
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_overview import missing
from app.pipeline.house import House
from app.storage import pages as queries
from app.storage.tables import Control, Page


@dataclass(frozen=True, slots=True)
class Pause:
    """Whether sending is stopped (`page_id` None = everywhere), since when, by whom; `changed` = by this act."""

    page_id: int | None
    paused_at: int | None
    paused_by: str
    changed: bool


def pause(house: House, page_id: int | None, by: str) -> Pause:
    """Stop sending; a pause that holds already keeps its time and its author.

    Raises:
        NotFoundError: there is no such page.
    """
    return _switch(house, page_id, by, on=True)


def resume(house: House, page_id: int | None, by: str) -> Pause:
    """Let sending go on.

    Raises:
        NotFoundError: there is no such page.
    """
    return _switch(house, page_id, by, on=False)


def _switch(house: House, page_id: int | None, by: str, *, on: bool) -> Pause:
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        row: Control | Page | None
        if page_id is None:
            row = session.get(Control, 1, with_for_update=True)
            if row is None:
                raise NotFoundError("база не подготовлена: выполните dvornik migrate")
        else:
            row = queries.page_of(session, page_id, lock=True)
            if row is None:
                raise missing(page_id)
        changed = (row.paused_at is not None) != on
        if changed:
            row.paused_at, row.paused_by = (acting.at, by) if on else (None, "")
            session.add(row)
            acting.settle([Entry("paused" if on else "resumed", page_id, {"by": acting.who})])
        return Pause(page_id, row.paused_at, row.paused_by, changed)
