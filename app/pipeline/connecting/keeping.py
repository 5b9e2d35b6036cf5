"""Stores what a page and its network have agreed upon, each step in a transaction of its own."""

import secrets

from app.domain.errors import ConflictError
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_fields import checked_confirmation
from app.pipeline.administration.page_overview import missing
from app.pipeline.administration.page_secret import new_secret
from app.pipeline.house import House
from app.storage import pages as queries
from app.storage.tables import Connection, Page


def keep_confirmation(house: House, page_id: int, confirmation: str, *, by: str) -> tuple[str, bool]:
    """Store what our server has to answer, before the network asks; the page's secret, and whether it was made now.

    Raises:
        NotFoundError: the page is gone.
        ConfigurationError: its secret was sealed with another key.
        InvalidInputError: the network's string is none that can be answered.
    """
    checked_confirmation(confirmation)
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        page = _locked(acting, page_id)
        changed = []
        if page.confirmation != confirmation:
            page.confirmation = confirmation
            changed.append("confirmation")
        if page.secret_enc:
            secret = house.vault.open(page.secret_enc)
        else:
            secret = secrets.token_hex(16)
            page.secret_enc = house.vault.seal(secret)
            changed.append("secret")
        _settle(acting, page, changed)
    return secret, "secret" in changed


def keep_secret(house: House, page_id: int, *, by: str) -> tuple[str, bool]:
    """The secret of the page's connection, and whether it was made now, because there was none.

    Raises:
        NotFoundError: the page is gone.
        ConfigurationError: it was sealed with another key.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        page = _locked(acting, page_id)
        connection = session.get_one(Connection, page.connection_id, with_for_update=True, populate_existing=True)
        if connection.secret_enc:
            return house.vault.open(connection.secret_enc), False
        secret = new_secret()
        connection.secret_enc = house.vault.seal(secret)
        session.add(connection)
        _settle(acting, page, ["secret"])
    return secret, True


def keep_server(house: House, page_id: int, server_id: str, *, was: str, by: str) -> None:
    """Remember which of the network's servers is ours; `was` = which one it was when this began.

    Raises:
        NotFoundError: the page is gone.
        ConflictError: somebody else has connected it to another server meanwhile.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        page = _locked(acting, page_id)
        if page.callback_server == server_id:
            return
        if page.callback_server != was:
            raise ConflictError("страницу в это же время подключает кто-то ещё: повторите через минуту")
        page.callback_server = server_id
        _settle(acting, page, ["callback_server"])


def _locked(acting: Acting, page_id: int) -> Page:
    page = queries.page_of(acting.session, page_id, lock=True)
    if page is None:
        raise missing(page_id)
    return page


def _settle(acting: Acting, page: Page, changed: list[str]) -> None:
    """The journal learns what has changed, never to what."""
    if changed:
        acting.session.add(page)
        acting.session.flush()
        acting.settle([Entry("page_changed", page.id, {"by": acting.who, "credentials": changed})])
