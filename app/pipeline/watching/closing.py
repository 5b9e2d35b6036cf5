"""Ends incidents whose cause is gone without anybody having said so: a new token, a page that was taken away."""

import threading
from typing import Final

from sqlmodel import Session, col, select

from app.domain.clock import SECOND
from app.domain.watching import Matter
from app.domain.words import IntakeKind
from app.outbox.trouble import in_trouble
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.storage.pages import falls_to_review, has_pages, pages_with
from app.storage.tables import Connection, Credential, Incident, Page
from app.storage.watches import open_incidents

NAME: Final = "incidents"
EVERY: Final = 10 * SECOND


def close_ended(house: House, _configuration: Configuration, stop: threading.Event) -> None:
    """Look at every open incident and end those that are over."""
    with house.database.read() as session:
        found = open_incidents(session)
        # By one query: thousands of pages may be silent at once.
        pages = pages_with(session, {one.page_id for one in found if one.page_id})
        over = [one for one in found if _is_over(session, house, one, pages.get(one.page_id))]
    for one in over:
        if stop.is_set():
            return
        with house.database.write() as session:
            # Asked again: whoever opened it may have been faster.
            page = session.get(Page, one.page_id) if one.page_id else None
            if _is_over(session, house, one, page):
                incidents.end(session, house, Matter(one.what), page_id=one.page_id, connection_id=one.connection_id)


def _is_over(session: Session, house: House, incident: Incident, page: Page | None) -> bool:
    if incident.page_id and (page is None or page.removed_at is not None):
        return True
    if incident.connection_id and not has_pages(session, incident.connection_id):
        return True
    return _cause_is_gone(session, house, incident, page)


def _cause_is_gone(session: Session, house: House, incident: Incident, page: Page | None) -> bool:
    match Matter(incident.what), page:
        case Matter.BUDGET, Page():
            return page.id not in falls_to_review(session, [page])
        case (Matter.CALLBACK_SERVER | Matter.POLLING | Matter.PAGE_MOVED) as matter, Page():
            return _is_set_otherwise(house, page, matter, incident.code)
        case Matter.TOKEN_DEAD, _:
            return not has_dead(session, incident.connection_id, incident.page_id)
        case (Matter.SENDING | Matter.HELD_BACK) as matter, _:
            return _goes_again(session.get(Connection, incident.connection_id), matter, house.clock.now())
        case _:
            # Silence and the model are watched by whoever opens their incidents.
            return False


def _is_set_otherwise(house: House, page: Page, matter: Matter, code: str) -> bool:
    """Whether the page is kept another way than the one that had trouble."""
    if matter is Matter.PAGE_MOVED:
        return page.external_id == code
    if matter is Matter.CALLBACK_SERVER:
        return page.intake != IntakeKind.CALLBACK
    # Some networks are asked for comments whichever way messages come.
    network = house.networks.get(page.network)
    return network is None or page.intake not in network.sources


def _goes_again(connection: Connection | None, matter: Matter, now: int) -> bool:
    if connection is None:
        return True
    return not in_trouble(connection, now) if matter is Matter.SENDING else not connection.pause_code


def has_dead(session: Session, connection_id: int, page_id: int) -> bool:
    """Whether a token of exactly this place is dead; page 0 = the connection's common ones."""
    query = select(Credential.id).where(
        col(Credential.connection_id) == connection_id,
        col(Credential.page_id) == page_id,
        col(Credential.dead_at).is_not(None),
    )
    return session.exec(query.limit(1)).first() is not None
