"""Follows a page to the id that its network has given it; comments keep the scope that they were written in."""

import structlog
from sqlmodel import Session

from app.domain.ids import IdSource
from app.domain.watching import Matter
from app.journal.chain import Entry
from app.storage import incidents
from app.storage.nodes import bump_config
from app.storage.pages import page_at
from app.storage.tables import Page
from app.telemetry import ALERTS

_log = structlog.get_logger()


def move_page(session: Session, ids: IdSource, page_id: int, to: str, at: int) -> list[Entry]:
    """Call the page by its new id from here on; nothing, and people are told, where another page has that id here."""
    page = session.get(Page, page_id, with_for_update=True, populate_existing=True)
    if page is None or page.removed_at is not None or not to or page.external_id == to:
        return []
    if page_at(session, page.network, to) is not None:
        if incidents.begin(session, ids, at, Matter.PAGE_MOVED, page_id=page_id, code=to):
            ALERTS.labels(Matter.PAGE_MOVED.value).inc()
            _log.error("incident_began", what=Matter.PAGE_MOVED.value, page=page_id, connection=0, code=to)
        return []
    was, page.external_id = page.external_id, to
    session.add(page)
    session.flush()
    bump_config(session)
    _log.warning("page_moved", page=page_id, network=page.network)
    return [Entry("page_moved", page_id, {"was": was, "to": to, "by": "network"})]
