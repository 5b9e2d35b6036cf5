"""Stores what a network told a poller: events, cursor and gap in one transaction, so that a kill repeats nothing."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from sqlalchemy import insert
from sqlmodel import Session

from app import telemetry
from app.domain.clock import MINUTE
from app.domain.errors import BusyError
from app.domain.events import Event
from app.domain.polling import Heard, Learned, Unheard
from app.domain.ports import Credential, Retry
from app.domain.states import WaitingFor
from app.domain.watching import Matter
from app.domain.words import IntakeKind
from app.journal.chain import append
from app.outbox.endings import Ink, about_connection
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.configuration import Configuration, PageConfig, Snapshot
from app.pipeline.house import House
from app.pipeline.naming import page_named
from app.pipeline.polling.listing import news
from app.pipeline.polling.reading import Judge, Reading, Spoiled, Updates
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Outcome
from app.pipeline.watching import incidents
from app.storage import outbox, polls, rereads
from app.storage.pages import pages_of_connection
from app.storage.polls import HeldPoll
from app.storage.tables import Page, Poll, RejectedEvent

#: People hear of a network that does not answer after so long: most troubles of this kind pass sooner.
PATIENCE: Final = 2 * MINUTE


@dataclass(frozen=True, slots=True)
class Told:
    """An answer about one page that has something to store."""

    page: HeldPoll
    heard: Heard


@dataclass(frozen=True, slots=True)
class Tokens:
    """A page's living tokens, and as what each is sealed: one that is renewed meanwhile is not dead."""

    credentials: Sequence[Credential] = ()
    sealed: Mapping[int, str] = field(default_factory=dict)


class Storing:
    """Everything that a poller does with the database; used by one thread."""

    def __init__(
        self, house: House, configuration: Configuration, committer: Committer, judge: Judge, *, owner: str
    ) -> None:
        self._house = house
        self._configuration = configuration
        self._committer = committer
        self._judge = judge
        self._owner = owner

    def tokens(self, page: HeldPoll) -> Tokens:
        """The tokens with which a page may be asked for."""
        with self._house.database.read() as session:
            rows = outbox.usable_credentials(session, page.connection_id, page.page_id)
            opened = open_credentials(session, self._house, rows, self._house.clock.now())
        return Tokens(opened, {row.id: row.token_enc for row in rows})

    def store(self, told: Sequence[Told]) -> None:
        """Commit what several pages told and move their cursors; a page that somebody else holds by then stays put.

        Raises:
            BusyError: not durable; the network is to be asked again from where we stood.
        """
        start = perf_counter()
        at = self._house.clock.now()
        updates = Updates()
        with self._house.database.read() as session:
            snapshot = self._configuration.current(session)
            pages = snapshot.by_id
            # A page that was removed meanwhile is let go with the next look: nothing of it is stored, nothing moves.
            told = [one for one in told if one.page.page_id in pages]
            found = [self._listed(session, pages[one.page.page_id], one.heard, at) for one in told]
        for one, listed in zip(told, found, strict=True):
            reading = self._reading(pages[one.page.page_id], snapshot)
            reading.read(one.heard.updates, updates)
            reading.take(listed, updates)

        def also(session: Session) -> None:
            self._keep_aside(session, updates.spoiled, at)
            for one in sorted(told, key=lambda each: each.page.page_id):
                self._move(session, one, at)

        answers = self._committer.commit(updates.items, also)
        for answer, item in zip(answers, updates.items, strict=True):
            outcome = answer if isinstance(answer, Outcome) else "busy"
            telemetry.EVENTS.labels(item.event.network, outcome).inc()
            if isinstance(answer, Outcome):
                telemetry.DECISION.labels(IntakeKind.LONGPOLL).observe(perf_counter() - start)
        if any(isinstance(answer, BusyError) for answer in answers):
            raise BusyError("the database does not answer")

    @staticmethod
    def _listed(session: Session, page: PageConfig, heard: Heard, at: int) -> list[Event]:
        return [event for listing in heard.listings for event in news(session, page, listing, at)]

    def _reading(self, page: PageConfig, snapshot: Snapshot) -> Reading:
        adapter = self._house.networks[page.network]

        def find(external_id: str) -> PageConfig | None:
            if external_id == page.external_id:
                return page
            if external_id and not adapter.source_is_shared:
                return None
            return page_named(snapshot, page.network, external_id, page.connection_id)

        return Reading(page, adapter.read_update, find, self._judge)

    def _keep_aside(self, session: Session, spoiled: Sequence[Spoiled], at: int) -> None:
        for one in spoiled:
            row = {"id": self._house.ids(), "page_id": one.page_id, "key": one.key[:200], "type": one.type[:64]}
            session.execute(insert(RejectedEvent), [row | {"code": one.code, "received_at": at}])

    def _move(self, session: Session, told: Told, at: int) -> None:
        row = polls.lock_held(session, self._owner, told.page.page_id)
        if row is None:
            return
        place, lost = told.heard.place, told.heard.lost
        if told.heard.opened:
            row.server, row.key_enc = place.server, self._house.vault.seal(place.key)
        if lost:
            self._lost(session, row, lost, at)
        elif row.trouble_began_at is not None and not told.heard.opened:
            row.trouble_began_at, row.trouble_code = None, ""
            incidents.end(session, self._house, Matter.POLLING, page_id=row.page_id)
        if lost or not told.heard.opened or row.polled_at is None:
            # A new key for an old number tells nothing yet: how far back VK's history reaches is still to be seen.
            row.polled_at = at
        row.cursor, row.due_at = place.cursor, at + told.heard.rest if told.heard.rest else 0

    def _lost(self, session: Session, row: Poll, code: str, at: int) -> None:
        """Nobody knows what happened since the last answer: it is read again, and people hear of it until it works."""
        if row.polled_at is not None:
            for page_id in self._asked_for(session, row.page_id):
                rereads.open_gap(session, self._house.ids, page_id, from_at=row.polled_at, to_at=at, code=code, at=at)
        row.trouble_began_at, row.trouble_code = row.trouble_began_at or at, code
        incidents.begin(session, self._house, Matter.POLLING, page_id=row.page_id, code=code)

    def _asked_for(self, session: Session, page_id: int) -> list[int]:
        """The pages whose events come with this one's."""
        page = session.get_one(Page, page_id)
        if not self._house.networks[page.network].source_is_shared:
            return [page_id]
        return [one.id for one in pages_of_connection(session, page.connection_id) if one.intake == page.intake]

    def note_trouble(self, page: HeldPoll, unheard: Unheard, due_at: int) -> None:
        """Asking for a page failed and is put off until `due_at`."""
        at = self._house.clock.now()
        with self._house.database.write() as session:
            row = polls.lock_held(session, self._owner, page.page_id)
            if row is None:
                return
            began_at = row.trouble_began_at or at
            row.trouble_began_at, row.trouble_code, row.due_at = began_at, unheard.code, due_at
            # A page that was never heard is perhaps being connected at this very moment.
            if (unheard.lasting and row.polled_at is not None) or at - began_at >= PATIENCE:
                incidents.begin(session, self._house, Matter.POLLING, page_id=page.page_id, code=unheard.code)

    def note_learned(self, page: HeldPoll, learned: Learned, sealed: Mapping[int, str]) -> None:
        """Tokens that turned out dead or unable, noted as the sending notes them."""
        ink = Ink(self._house.ids, self._house.clock.now(), random.random)
        told = [Retry("", waiting=WaitingFor.LIMIT, lessons=learned.lessons)] if learned.lessons else []
        told += [Retry(code, waiting=WaitingFor.TOKEN, dead=(number,), alert=True) for number, code in learned.dead]
        with self._house.database.write() as session:
            for delivery in told:
                entries = about_connection(session, ink, page.connection_id, delivery, sealed)
                append(session, self._house.journal_key, entries, ink.at)
