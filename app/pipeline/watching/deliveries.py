"""Asks the networks how they deliver to us and whether our tokens live, page by page, every ten minutes."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlmodel import Session

from app.domain.clock import HOUR, MINUTE, SECOND
from app.domain.connecting import CallbackServer, Connector, ConnectorFactory, Refusal, Why
from app.domain.ports import Credential, Slot
from app.domain.watching import Matter
from app.domain.words import IntakeKind
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.pipeline.watching.lives import settle_tokens
from app.pipeline.watching.servers import BAD, NOT_ALLOWED, NOT_POLLED, OK, WAIT, state_of
from app.storage import watches as queries
from app.storage.pages import credentials_of
from app.storage.tables import Page, Poll, Watch

NAME: Final = "deliveries"
#: How often it is looked whose turn it is, and how often a page's turn comes.
EVERY: Final = 10 * SECOND
CHECK_EVERY: Final = 10 * MINUTE
#: A connection that is sending is left alone, but no page for longer than this.
AT_LAST: Final = HOUR
#: Pages in one run, those of one connection, connections asked at a time, and seconds after which the rest has to wait.
PORTION: Final = 1000
OF_ONE: Final = 100
THREADS: Final = 8
LONGEST_RUN: Final = 60.0
#: Refusals after which a token is not asked again in the same run, whatever the page.
_HOPELESS: Final = frozenset({Why.DEAD, Why.LATER, Why.PERSON})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Subject:
    """A page whose turn it is, what was seen of it last, and the tokens that may ask about it."""

    page: Page
    watch: Watch | None
    poll: Poll | None
    credentials: Sequence[Credential] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Looks after deliveries; `address` is where our callbacks are expected, '' if nobody has said."""

    house: House
    connectors: Mapping[str, ConnectorFactory]
    address: str = ""

    def run(self, _house: House, _configuration: Configuration, stop: threading.Event) -> None:
        """The duty: look at the pages whose turn it is."""
        self.look(stop)

    def look(self, stop: threading.Event) -> int:
        """Look at every page that is due, as far as time allows; returns how many were looked at."""
        groups = self._due()
        ends = time.monotonic() + LONGEST_RUN
        made = {network: self.connectors[network]() for network in {network for network, _ in groups}}
        try:
            with ThreadPoolExecutor(THREADS, thread_name_prefix="dvornik-watch") as pool:

                def work(one: tuple[tuple[str, int], list[_Subject]]) -> int:
                    (network, connection), subjects = one
                    return self._group(made[network], connection, subjects, lambda: self._halts(stop, ends))

                # The small ones first: a key that thousands of pages share fills a whole run.
                return sum(pool.map(work, sorted(groups.items(), key=lambda one: len(one[1]))))
        finally:
            for connector in made.values():
                connector.close()

    @staticmethod
    def _halts(stop: threading.Event, ends: float) -> bool:
        return stop.is_set() or time.monotonic() > ends

    def _due(self) -> dict[tuple[str, int], list[_Subject]]:
        """Pages by the connection that they share: its tokens are asked with one after another."""
        now = self.house.clock.now()
        groups: defaultdict[tuple[str, int], list[_Subject]] = defaultdict(list)
        with self.house.database.read() as session:
            turn = queries.Turn(now - CHECK_EVERY, now - AT_LAST, OF_ONE, PORTION)
            due = queries.due_pages(session, list(self.connectors), turn, now)
            wanted = {0, *(page.id for page, _, _ in due)}
            rows = [
                row
                for row in credentials_of(session, {page.connection_id for page, _, _ in due})
                if row.page_id in wanted
            ]
            opened = {one.id: one for one in open_credentials(session, self.house, rows, now)}
        places: defaultdict[tuple[int, int], list[Credential]] = defaultdict(list)
        for row in rows:
            if row.id in opened:
                places[row.connection_id, row.page_id].append(opened[row.id])
        for page, watch, poll in due:
            credentials = places[page.connection_id, page.id] + places[page.connection_id, 0]
            # A community's key first: it belongs to the page, and its rate is higher.
            credentials.sort(key=lambda one: one.slot != Slot.COMMUNITY)
            groups[page.network, page.connection_id].append(_Subject(page, watch, poll, credentials))
        return groups

    def _group(
        self, connector: Connector, connection: int, subjects: Sequence[_Subject], halts: Callable[[], bool]
    ) -> int:
        lives: dict[int, Refusal | None] = {}
        looked = 0
        for one in subjects:
            if halts():
                break
            try:
                state = self._ask(connector, one, lives)
            except Exception as error:  # noqa: BLE001 - a connector is total; if it is not, the other pages go on
                _log.error("connector_broke", page=one.page.id, error=type(error).__name__)
                state = None
            with self.house.database.write() as session:
                self._write(session, one, state)
                settle_tokens(session, self.house, connection, one.credentials, lives)
            looked += 1
        return looked

    def _ask(self, connector: Connector, one: _Subject, lives: dict[int, Refusal | None]) -> str | None:
        """What the network says of the page's server, None if it says nothing; `lives` learns about the tokens."""
        servers: tuple[CallbackServer, ...] | None = None
        refusal = None
        called = one.page.intake == IntakeKind.CALLBACK
        for credential in one.credentials:
            known = lives.get(credential.id)
            # A token that many pages share is not asked for each of them what is known already.
            answered = credential.id in lives and (servers is not None or not called)
            if answered or (known is not None and known.why in _HOPELESS):
                continue
            answer = connector.servers(one.page.external_id, credential)
            if isinstance(answer, Refusal):
                lives[credential.id] = refusal = answer
            else:
                lives[credential.id], servers = None, answer
        if servers is not None:
            return state_of(servers, one.page.callback_server, self.address)
        return NOT_ALLOWED if refusal is not None and refusal.why is Why.NOT_ALLOWED else None

    def _write(self, session: Session, one: _Subject, state: str | None) -> None:
        now = self.house.clock.now()
        before = one.watch.state if one.watch else ""
        page = session.get(Page, one.page.id)
        if page is None or page.removed_at is not None or _ways(page) != _ways(one.page):
            # Connected anew meanwhile: the answer was about how it was before.
            return
        if one.page.intake == IntakeKind.LONGPOLL:
            state = self._polled(session, one, before, now)
        elif state in BAD or (state == WAIT and before == WAIT):
            incidents.begin(session, self.house, Matter.CALLBACK_SERVER, page_id=one.page.id, code=str(state))
        elif state == OK:
            incidents.end(session, self.house, Matter.CALLBACK_SERVER, page_id=one.page.id)
        queries.note(session, one.page.id, checked_at=now, state=before if state is None else state)

    def _polled(self, session: Session, one: _Subject, before: str, now: int) -> str:
        """A page that we ask for ourselves has a clock of its own; what fails there its poller tells."""
        poll = one.poll
        if poll is not None and poll.trouble_began_at is not None:
            return before
        if poll is not None and now - (poll.polled_at or 0) < CHECK_EVERY:
            incidents.end(session, self.house, Matter.POLLING, page_id=one.page.id)
            return OK
        # Once may be a page that was just switched over.
        if before == NOT_POLLED:
            incidents.begin(session, self.house, Matter.POLLING, page_id=one.page.id, code=NOT_POLLED)
        return NOT_POLLED


def _ways(page: Page) -> tuple[str, str, int]:
    """How a page's events come."""
    return page.intake, page.callback_server, page.connection_id
