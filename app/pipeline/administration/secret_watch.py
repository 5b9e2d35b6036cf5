"""Looks whether every secret still opens, tells people of those that do not, and forgets secrets whose time is over."""

import threading
from typing import Final

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from app.domain.clock import MINUTE
from app.domain.watching import Matter
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.storage.tables import Connection, Credential, Incident, Page

NAME: Final = "secrets"
EVERY: Final = 10 * MINUTE
#: A page and a connection, as incidents name them: one of the two is 0.
_Place = tuple[int, int]


def watch_secrets(house: House, _: Configuration, __: threading.Event) -> None:
    """The duty; it writes only where something has changed."""
    house.vault.ring.renew()
    with house.database.read() as session:
        sealed = _sealed(session, house)
        told = _told(session)
        outlived = session.exec(select(Page.id).where(_is_outlived(house)).limit(1)).first() is not None
    if sealed == told and not outlived:
        return
    with house.database.write() as session:
        for page_id, connection_id in sorted(sealed - told):
            incidents.begin(session, house, Matter.SEALED, page_id=page_id, connection_id=connection_id)
        for page_id, connection_id in sorted(told - sealed):
            incidents.end(session, house, Matter.SEALED, page_id=page_id, connection_id=connection_id)
        values = {"previous_secret_enc": None, "previous_secret_until": None}
        session.execute(update(Page).where(_is_outlived(house)).values(values))


def _is_outlived(house: House) -> ColumnElement[bool]:
    return col(Page.previous_secret_until) <= house.clock.now()


def _sealed(session: Session, house: House) -> set[_Place]:
    """Where something does not open: pages by their secrets, connections by their own and by their tokens."""
    living = col(Page.removed_at).is_(None)
    pages = session.exec(select(Page.id, Page.secret_enc).where(living)).all()
    connections = select(Page.connection_id).where(living)
    own = session.exec(select(Connection.id, Connection.secret_enc).where(col(Connection.id).in_(connections))).all()
    query = select(Credential.connection_id, Credential.token_enc).where(col(Credential.connection_id).in_(connections))
    tokens = session.exec(query).all()
    found = {(page_id, 0) for page_id, value in pages if not _opens(house, value)}
    return found | {(0, connection_id) for connection_id, value in [*own, *tokens] if not _opens(house, value)}


def _opens(house: House, value: str | None) -> bool:
    return not value or house.vault.opener(value) is not None


def _told(session: Session) -> set[_Place]:
    query = select(Incident.page_id, Incident.connection_id)
    return set(session.exec(query.where(Incident.what == Matter.SEALED.value, col(Incident.ended_at).is_(None))))
