"""Asks the network whether a page's tokens work, with calls that change nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.errors import InvalidInputError
from app.domain.ports import ClientFactory, Untold
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_overview import missing
from app.pipeline.administration.page_tokens import wake
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.house import House
from app.storage import pages as queries

#: The token could not even be opened, so the network was not asked.
_SEALED: Final = Untold("sealed_with_another_key", transient=True)


@dataclass(frozen=True, slots=True)
class TokenChecked:
    """One token: whether the network told it who runs the page, and if not, why.

    `refused` = the token is to blame; without `works` and `refused` it was not asked about, or the network is to blame.
    """

    slot: str
    works: bool
    refused: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class PageChecked:
    """What came of the check; a page works if it has a token and every one of them does."""

    tokens: tuple[TokenChecked, ...]

    @property
    def works(self) -> bool:
        """Whether there is nothing to mend."""
        return bool(self.tokens) and all(token.works for token in self.tokens)


def check_page(house: House, page_id: int, clients: Mapping[str, ClientFactory], *, by: str) -> PageChecked:
    """Forget what the page's tokens were seen unable to do and try each; one that works is alive again.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: its network has no client in this version.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        page = queries.page_of(session, page_id, lock=True)
        if page is None:
            raise missing(page_id)
        if page.network not in clients:
            raise InvalidInputError("page", f"сеть {page.network} в этой версии проверить нельзя")
        rows = [row for row in queries.credentials_of(session, [page.connection_id]) if row.page_id in {0, page.id}]
        lessons = queries.forget_lessons(session, [row.id for row in rows])
        acting.settle([Entry("page_checked", page.id, {"by": acting.who, "forgotten": lessons})])
    with house.database.read() as session:
        credentials = open_credentials(session, house, rows, house.clock.now())
    client = clients[page.network]()
    try:
        # No transaction is open while the network is asked.
        answers = {one.id: client.managers(page.external_id, [one]) for one in credentials}
    finally:
        client.close()
    alive = {number for number, managers in answers.items() if not isinstance(managers, Untold)}
    if alive:
        _revive(house, page.connection_id, alive, by)
    return PageChecked(tuple(_checked(row.slot, answers.get(row.id, _SEALED)) for row in rows))


def _checked(slot: str, managers: frozenset[str] | Untold) -> TokenChecked:
    if isinstance(managers, Untold):
        return TokenChecked(slot, works=False, refused=not managers.transient, code=managers.code)
    return TokenChecked(slot, works=True)


def _revive(house: House, connection_id: int, alive: set[int], by: str) -> None:
    """Tokens that work are not dead, and what waited for them is due."""
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        revived = []
        for row in queries.credentials_of(session, [connection_id]):
            if row.id in alive and row.dead_at is not None:
                row.dead_at, row.dead_code = None, ""
                session.add(row)
                revived.append(row.id)
        wake(acting, connection_id)
        body = {"by": acting.who, "revived": revived}
        acting.settle([Entry("connection_woken", connection_id, body)])
