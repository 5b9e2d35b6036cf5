"""Asks the network whether a page's tokens work, with calls that change nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.credentials import Lesson, on_page
from app.domain.errors import InvalidInputError
from app.domain.ports import ClientFactory, Right, Untold
from app.domain.watching import Matter
from app.journal.chain import Entry
from app.outbox.endings import Ink, learn
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_needs import unmet
from app.pipeline.administration.page_overview import missing
from app.pipeline.administration.page_tokens import wake
from app.pipeline.administration.policies import policy_in_force
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.policy.rules import parse
from app.storage import pages as queries
from app.storage.tables import Page

#: The code of a right that the network refuses without saying why.
NOT_ALLOWED: Final = "not_allowed"
#: The token could not even be opened, so the network was not asked.
_SEALED: Final = Untold("sealed_with_another_key", transient=True)


@dataclass(frozen=True, slots=True)
class TokenChecked:
    """One token: whether the network knows it, and if not, why; and what it may do on the page.

    `refused` = the token is to blame; without `works` and `refused` it was not asked about, or the network is to blame.
    """

    slot: str
    works: bool
    refused: bool = False
    code: str = ""
    rights: tuple[Right, ...] = ()


@dataclass(frozen=True, slots=True)
class PageChecked:
    """What came of the check; a page works if it has a token and every one of them does.

    `lacks` says what the page's rules order that nobody but a person can do there.
    """

    tokens: tuple[TokenChecked, ...]
    lacks: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether there is nothing to mend."""
        return bool(self.tokens) and all(token.works for token in self.tokens)


def check_page(house: House, page_id: int, clients: Mapping[str, ClientFactory], *, by: str) -> PageChecked:
    """Forget what the page's tokens were seen unable to do and try each; one that works is alive again.

    What a token may not do is remembered for a day: until then nobody tries it, and a person is asked at once.

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
            raise InvalidInputError(
                "page", f"сеть {page.network} выключена: добавьте её в DVORNIK_NETWORKS и перезапустите"
            )
        rows = [row for row in queries.credentials_of(session, [page.connection_id]) if row.page_id in {0, page.id}]
        lessons = queries.forget_lessons(session, [row.id for row in rows], page.id)
        acting.settle([Entry("page_checked", page.id, {"by": acting.who, "forgotten": lessons})])
    with house.database.read() as session:
        credentials = open_credentials(session, house, rows, house.clock.now())
        policy = parse(policy_in_force(session, page.policy_name).source, file=page.policy_name)
    client = clients[page.network]()
    try:
        # No transaction is open while the network is asked.
        answers = {one.id: client.examine(page.external_id, one) for one in credentials}
    finally:
        client.close()
    rights = {number: found for number, found in answers.items() if not isinstance(found, Untold)}
    if rights:
        _learn(house, page, rights, by)
    known = [right for found in rights.values() for right in found]
    network = house.networks[page.network]
    lacks = unmet(policy, network.abilities, known if len(rights) == len(rows) else [])
    if network.lacks and len(rights) < len(rows):
        # What the installation has not set looks like a fault of the tokens.
        lacks = (network.lacks, *lacks)
    return PageChecked(tuple(_checked(row.slot, answers.get(row.id, _SEALED)) for row in rows), lacks)


def _checked(slot: str, found: tuple[Right, ...] | Untold) -> TokenChecked:
    if isinstance(found, Untold):
        return TokenChecked(slot, works=False, refused=not found.transient, code=found.code)
    return TokenChecked(slot, works=True, rights=found)


def _learn(house: House, page: Page, rights: Mapping[int, tuple[Right, ...]], by: str) -> None:
    """Tokens that the network knows are not dead, what waited for them is due, and what they may not do is kept."""
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        revived = []
        for row in queries.credentials_of(session, [page.connection_id]):
            if row.id in rights and row.dead_at is not None:
                row.dead_at, row.dead_code = None, ""
                session.add(row)
                revived.append(row.id)
        wake(acting, page.connection_id)
        session.flush()
        ink = Ink(house.ids, acting.at, lambda: 1.0)
        refused = [(number, right) for number, found in rights.items() for right in found if right.can is False]
        for number, right in refused:
            learn(session, ink, Lesson(number, on_page(right.what, page.id), right.code or NOT_ALLOWED))
        if not refused:
            incidents.end(session, house, Matter.RIGHTS, page_id=page.id)
        body = {"by": acting.who, "revived": revived}
        acting.settle([Entry("connection_woken", page.connection_id, body)])
