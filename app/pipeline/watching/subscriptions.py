"""Looks whether networks keep the address that they are to call: one that was dropped is set again, once, and told."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlmodel import Session, col, select

from app.domain.clock import MINUTE
from app.domain.connecting import Refusal, Why
from app.domain.errors import ConfigurationError
from app.domain.ports import Adapter, Credential
from app.domain.subscribing import Subscriber, SubscriberFactory, Subscription
from app.domain.watching import Matter
from app.domain.words import IntakeKind
from app.journal.chain import Entry, append
from app.pipeline.addresses import callback_path
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.pipeline.watching.lives import settle_tokens
from app.pipeline.watching.servers import NOT_ALLOWED, OK
from app.storage import outbox, rereads
from app.storage import watches as queries
from app.storage.tables import Connection, Page, Watch
from app.telemetry import ALERTS

NAME: Final = "subscriptions"
EVERY: Final = MINUTE
CHECK_EVERY: Final = 10 * MINUTE
#: What a network says of its last delivery is believed for so long.
RECENT: Final = 15 * MINUTE
#: Seconds after which the rest has to wait, and pages in one run.
LONGEST_RUN: Final = 60.0
PORTION: Final = 1000
#: What was found: no address is kept, or one that is not ours; and that ours was set again since the last look.
DROPPED: Final = "dropped"
FOREIGN: Final = "foreign_address"
RENEWED: Final = "renewed"
NO_ADDRESS: Final = "no_address"
#: So begins the code of a delivery that the network calls failed.
DELIVERY: Final = "delivery: "
_LONGEST_CODE: Final = 100
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Subject:
    """A page that stands for its bot, or for itself: what was seen of it last, where it is to be called, its tokens."""

    page: Page
    connection: Connection
    watch: Watch | None
    network: Adapter
    path: str
    credentials: Sequence[Credential] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look has shown; `state` None = nothing. `renewed` = why the address was set again."""

    state: str | None
    renewed: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionWatcher:
    """Looks after addresses; `public_url` is where we are, '' if nobody has said."""

    house: House
    subscribers: Mapping[str, SubscriberFactory]
    public_url: str = ""

    def run(self, _house: House, _configuration: Configuration, stop: threading.Event) -> None:
        """The duty: look at those whose turn it is."""
        self.look(stop.is_set)

    def look(self, halts: Callable[[], bool] = lambda: False) -> int:
        """Look at every bot that is due, as far as time allows; returns how many were looked at."""
        due = self._due()
        ends = time.monotonic() + LONGEST_RUN
        made = {name: self.subscribers[name]() for name in {one.network.name for one in due}}
        looked = 0
        try:
            for one in due:
                if halts() or time.monotonic() > ends:
                    break
                self._one(made[one.network.name], one)
                looked += 1
        finally:
            for subscriber in made.values():
                subscriber.close()
        return looked

    def _due(self) -> list[_Subject]:
        now = self.house.clock.now()
        with self.house.database.read() as session:
            query = (
                select(Page, Connection, Watch)
                .join(Connection, col(Connection.id) == col(Page.connection_id))
                .outerjoin(Watch, col(Watch.page_id) == col(Page.id))
                .where(col(Page.removed_at).is_(None), col(Page.network).in_(list(self.subscribers)))
                .order_by(col(Page.id))
            )
            found: dict[tuple[int, int], _Subject | None] = {}
            for page, connection, watch in session.exec(query):
                network = self.house.networks[page.network]
                # One bot has one address, whatever its pages; elsewhere each page has its own.
                place = (connection.id, 0 if network.source_is_shared else page.id)
                if place not in found:
                    due = _is_due(connection, watch, now)
                    found[place] = self._subject(session, page, connection, watch, now) if due else None
        return [one for one in found.values() if one is not None][:PORTION]

    def _subject(self, session: Session, page: Page, connection: Connection, watch: Watch | None, now: int) -> _Subject:
        network = self.house.networks[page.network]
        rows = outbox.usable_credentials(session, connection.id, page.id)
        keys = open_credentials(session, self.house, rows, now)
        keys.sort(key=lambda key: key.slot is not network.form.owner)
        return _Subject(page, connection, watch, network, callback_path(page, connection, network.form), keys)

    def _one(self, subscriber: Subscriber, one: _Subject) -> None:
        lives: dict[int, Refusal | None] = {}
        try:
            called = one.page.intake == IntakeKind.CALLBACK
            seen = self._ask(subscriber, one, lives) if called else _Seen(OK)
        except Exception as error:  # noqa: BLE001 - a subscriber is total; if it is not, the others go on
            _log.error("subscriber_broke", page=one.page.id, error=type(error).__name__)
            seen = _Seen(None)
        with self.house.database.write() as session:
            self._write(session, one, seen)
            settle_tokens(session, self.house, one.connection.id, one.credentials, lives)

    def _ask(self, subscriber: Subscriber, one: _Subject, lives: dict[int, Refusal | None]) -> _Seen:
        ours = f"{self.public_url}{one.path}" if self.public_url else ""
        refusal = None
        for key in one.credentials:
            found = subscriber.subscription(one.page.external_id, key, ours=ours)
            if not isinstance(found, Refusal):
                lives[key.id] = None
                return self._weigh(subscriber, one, key, found, ours)
            # A key of another kind says nothing of its life.
            if found.why is Why.DEAD:
                lives[key.id] = found
            refusal = found
        return _Seen(NOT_ALLOWED if refusal is not None and refusal.why is Why.NOT_ALLOWED else None)

    def _weigh(self, subscriber: Subscriber, one: _Subject, key: Credential, found: Subscription, ours: str) -> _Seen:
        if (found.url == ours) if ours else found.url.endswith(one.path):
            now = self.house.clock.now()
            if found.trouble and found.trouble_at is not None and now - found.trouble_at < RECENT:
                return _Seen(f"{DELIVERY}{found.trouble}"[:_LONGEST_CODE])
            return _Seen(OK)
        lost = FOREIGN if found.url else DROPPED
        if not ours:
            return _Seen(NO_ADDRESS)
        # Set again once: whoever takes it away again has a reason that a person must find.
        if one.watch is not None and one.watch.state in {RENEWED, DROPPED, FOREIGN}:
            return _Seen(lost)
        return self._renew(subscriber, one, key, ours, lost)

    def _renew(self, subscriber: Subscriber, one: _Subject, key: Credential, ours: str, lost: str) -> _Seen:
        try:
            secret = self.house.vault.open(one.connection.secret_enc) if one.connection.secret_enc else ""
        except ConfigurationError:
            return _Seen(lost)
        if not secret and "secret" in one.network.form.uses:
            # It was never connected from here: whoever does it makes one.
            return _Seen(lost)
        refused = subscriber.subscribe(one.page.external_id, ours, secret, key)
        return _Seen(lost) if refused is not None else _Seen(RENEWED, lost)

    def _write(self, session: Session, one: _Subject, seen: _Seen) -> None:
        now = self.house.clock.now()
        page = session.get(Page, one.page.id)
        if (
            page is None
            or page.removed_at is not None
            or (page.intake, page.connection_id)
            != (
                one.page.intake,
                one.connection.id,
            )
        ):
            # Connected anew meanwhile: the answer was about how it was before.
            return
        about = {"connection_id": one.connection.id} if one.network.source_is_shared else {"page_id": page.id}
        if seen.renewed:
            self._tell(session, one, seen.renewed, now)
        if seen.state in {OK, RENEWED}:
            began = _began(session, one.connection.id)
            if incidents.end(session, self.house, Matter.CALLBACK_SERVER, **about) and one.network.source_is_shared:
                # An incident of a page has its gap noticed by itself, for a bot's nobody else counts the pages.
                self._read_again(session, one, DELIVERY.strip(": "), began, now)
        elif seen.state in {DROPPED, FOREIGN, NO_ADDRESS} or (seen.state or "").startswith(DELIVERY):
            incidents.begin(session, self.house, Matter.CALLBACK_SERVER, code=seen.state or "", **about)
        before = one.watch.state if one.watch else ""
        queries.note(session, page.id, checked_at=now, state=before if seen.state is None else seen.state)

    def _tell(self, session: Session, one: _Subject, why: str, now: int) -> None:
        """The address was set again; what was not delivered meanwhile is read again where the network lets us."""
        ALERTS.labels("subscription_renewed").inc()
        _log.warning("subscription_renewed", page=one.page.id, connection=one.connection.id, why=why)
        entry = Entry("subscription_renewed", one.page.id, {"by": "machine", "reason": why})
        append(session, self.house.journal_key, [entry], now)
        since = one.watch.checked_at if one.watch is not None and one.watch.checked_at else one.page.created_at
        self._read_again(session, one, why, since, now)

    def _read_again(self, session: Session, one: _Subject, why: str, since: int, now: int) -> None:
        pages = select(Page.id).where(col(Page.connection_id) == one.connection.id, col(Page.removed_at).is_(None))
        for page_id in session.exec(pages).all() if one.network.source_is_shared else [one.page.id]:
            rereads.open_gap(session, self.house.ids, page_id, from_at=since, to_at=now, code=why, at=now)


def _began(session: Session, connection_id: int) -> int:
    """Since when a bot's deliveries may have been lost, if they are; 0 where nothing goes on."""
    found = queries.open_incidents(session, Matter.CALLBACK_SERVER.value)
    began = next((one.began_at for one in found if one.connection_id == connection_id and not one.page_id), 0)
    return max(0, began - CHECK_EVERY)


def _is_due(connection: Connection, watch: Watch | None, now: int) -> bool:
    if connection.paused_until is not None and connection.paused_until > now:
        return False
    checked = watch.checked_at if watch is not None else None
    # What lies ahead was written before the clock was set back.
    return checked is None or not 0 <= now - checked < CHECK_EVERY
