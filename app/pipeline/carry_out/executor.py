"""Carries one action after another to the network: asks again, commits `sending`, calls, writes down the answer.

A process that is killed between the call and the record repeats the call: the network's client takes "already gone"
for done, so the repetition does no harm.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.domain.abilities import Abilities
from app.domain.clock import MINUTE, SECOND
from app.domain.ports import Delivery, Done, Manual, NetworkClient, Retry
from app.domain.states import ActionState, Outcome, WaitingFor
from app.domain.words import ActionKind
from app.journal.chain import Entry, append
from app.outbox import endings
from app.outbox.backoff import Jitter
from app.outbox.claim import Lease, still_mine
from app.outbox.endings import Ink, alert
from app.outbox.moves import move, propose
from app.outbox.permission import MANAGERS_UNKNOWN, Answer, Cancel, Go, Gone, Hold, Propose, ask
from app.outbox.terms import is_end_of_term, needless
from app.pipeline.carry_out.beside import (
    NO_CAPABLE_TOKEN,
    able_on,
    ban_of,
    begin_ban,
    end_ban,
    follow_up,
    keep_what_goes,
    lock_album,
    not_offered,
)
from app.pipeline.carry_out.credentials import open_credentials
from app.pipeline.carry_out.sending import Ban, Sending, Step
from app.pipeline.carry_out.standing import Matter, load_matter, order_of, standing_of
from app.pipeline.house import House
from app.storage import outbox
from app.storage.tables import Action
from app.telemetry import API_ERRORS, DELIVERIES

_log = structlog.get_logger()
#: How long a worker tries to write down what the network answered before it leaves the action to the next claim.
RECORD_DELAYS = (0.1, 0.5, 2.0, 5.0, 10.0)
TOKEN_RECHECK = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Executor:
    """Works off one leased connection with one client; `stop` ends its waits."""

    house: House
    lease: Lease
    client: NetworkClient
    stop: threading.Event = field(default_factory=threading.Event)
    jitter: Jitter = random.random
    #: Called with a page's id before somebody is banned there; reads the page's managers if their list is not fresh.
    before_ban: Callable[[int], None] = lambda _page: None

    def step(self) -> Step:
        """Settle or send the next action of the connection."""
        prepared = self._prepare(managers_of=None)
        if isinstance(prepared, Ban):
            self.before_ban(prepared.page_id)
            prepared = self._prepare(managers_of=prepared.page_id)
        if isinstance(prepared, Ban):
            # Another page's ban came first meanwhile; the next step reads its managers.
            return Step.SETTLED
        if isinstance(prepared, Step):
            return prepared
        if prepared.order.kind is ActionKind.BAN_AUTHOR and not self._still_allowed(prepared):
            return Step.SETTLED
        delivery = self._call(prepared)
        self._write_down(prepared, delivery)
        return Step.SENT

    # ------------------------------------------------------------------------------------------------ before the call

    def _prepare(self, *, managers_of: int | None) -> Sending | Ban | Step:
        now = self.house.clock.now()
        with self.house.database.write() as session:
            if not still_mine(session, self.lease):
                return Step.LOST
            found = self._next(session, now)
            if found is None:
                return Step.IDLE
            matter = load_matter(session, *found)
            if matter is None:
                raise LookupError(f"action {found[0]}: its comment {found[1]} is missing")
            # Somebody moved it while we waited for its comment.
            if matter.action.state != ActionState.PENDING:
                return Step.SETTLED
            ban = ban_of(session, matter, self._abilities)
            if (ban or matter.action).kind == ActionKind.BAN_AUTHOR and matter.page.id != managers_of:
                return Ban(matter.page.id)
            sending, entries = self._begin(session, matter, ban, now)
            append(session, self.house.journal_key, entries, now)
        return sending or Step.SETTLED

    def _next(self, session: Session, now: int) -> tuple[int, int] | None:
        if outbox.is_paused(session) or outbox.is_resting(session, self.lease.connection_id, now):
            return None
        return outbox.next_ready(session, self.lease.connection_id, now)

    @property
    def _abilities(self) -> Abilities | None:
        network = self.house.networks.get(self.lease.network)
        return network.abilities if network else None

    def _begin(
        self, session: Session, matter: Matter, ban: Action | None, now: int
    ) -> tuple[Sending | None, list[Entry]]:
        action = matter.action
        if matter.page.connection_id != self.lease.connection_id:
            # The page has moved to another connection since; whoever holds that one goes on.
            action.connection_id = matter.page.connection_id
            return None, []
        answer = self._ask(matter, now)
        if isinstance(answer, Go) and is_end_of_term(action) and (why := needless(session, action, now)):
            answer = Cancel(why)
        if not isinstance(answer, Go):
            return None, self._settle(session, matter, answer, now)
        rows = outbox.usable_credentials(session, self.lease.connection_id, action.page_id)
        credentials = open_credentials(session, self.house, rows, now)
        if not credentials:
            hold = Hold(endings.NO_TOKEN, TOKEN_RECHECK)
            return None, self._hold(session, matter, hold, now=now, waiting=WaitingFor.TOKEN)
        if action.ban_until is None and action.ban_seconds is not None and action.kind == ActionKind.BAN_AUTHOR:
            action.ban_until = now + action.ban_seconds * SECOND
        action.attempts += 1
        action.claim += 1
        action.sent_at = now
        entry = move(action, ActionState.SENDING, now)
        sealed = {row.id: row.token_enc for row in rows}
        with_ban = begin_ban(matter, ban, now)
        keep_what_goes(session, self.house, matter, now)
        order = order_of(session, self.house, matter, self._abilities, with_ban=bool(with_ban))
        ban_id = ban.id if ban is not None and with_ban else None
        sending = Sending(
            action.id, action.comment_id, action.claim, action.page_id, order, credentials, ban_id, sealed
        )
        return sending, [entry, *with_ban]

    def _ask(self, matter: Matter, now: int) -> Answer:
        """Whether it may be sent; whoever bans by hand sees for himself whom he bans."""
        answer = ask(standing_of(matter), now)
        unknown = isinstance(answer, Hold) and answer.code == MANAGERS_UNKNOWN
        return Go() if unknown and not_offered(self._abilities, ActionKind(matter.action.kind)) else answer

    def _still_allowed(self, sending: Sending) -> bool:
        """Ask once more in a transaction of its own; settles the action if the answer has changed."""
        now = self.house.clock.now()
        with self.house.database.write() as session:
            if not still_mine(session, self.lease):
                return False
            matter = self._mine(session, sending)
            if matter is None:
                return False
            answer = self._ask(matter, now)
            if isinstance(answer, Go):
                return True
            matter.action.attempts -= 1
            append(session, self.house.journal_key, self._settle(session, matter, answer, now), now)
        return False

    def _settle(self, session: Session, matter: Matter, answer: Answer, now: int) -> list[Entry]:
        action = matter.action
        match answer:
            case Propose(reason):
                return propose(session, self.house.ids, action, matter.comment, reason=reason, at=now)
            case Cancel(code):
                return [move(action, ActionState.CANCELLED, now, code=code)]
            case Gone():
                return [move(action, ActionState.DONE, now, outcome=Outcome.GONE)]
            case Hold():
                waiting = WaitingFor.TOKEN if answer.code == MANAGERS_UNKNOWN else None
                return self._hold(session, matter, answer, now=now, waiting=waiting)
            case Go():  # pragma: no cover - nothing to settle
                return []

    def _hold(
        self, session: Session, matter: Matter, hold: Hold, *, now: int, waiting: WaitingFor | None
    ) -> list[Entry]:
        """Put the action off; the same reason twice in a row is neither journalled nor told again."""
        action = matter.action
        action.due_at = now + hold.after
        known = action.last_error == hold.code
        # A dead token was told about when it died, and one alert a page is enough.
        told = known or outbox.is_known_trouble(session, action.page_id, hold.code)
        told = told or (hold.code == endings.NO_TOKEN and self._has_died(session, action.page_id))
        entries = []
        if action.state == ActionState.SENDING:
            entries = [move(action, ActionState.PENDING, now, code=hold.code)]
        elif not known:
            action.last_error, action.changed_at = hold.code, now
            body = {"action": action.id, "page": action.page_id, "was": action.state, "reason": hold.code}
            entries = [Entry("action_waiting", action.comment_id, body)]
        action.waiting_for = waiting.value if waiting else None
        if waiting and not told:
            alert(hold.code, page=action.page_id, action=action.id)
        return entries

    def _has_died(self, session: Session, page_id: int) -> bool:
        return outbox.has_dead_credential(session, self.lease.connection_id, page_id)

    # ---------------------------------------------------------------------------------------- the call and what follows

    def _call(self, sending: Sending) -> Delivery:
        if (manual := not_offered(self._abilities, sending.order.kind)) is not None:
            return manual
        able = able_on(sending.credentials, sending.order.kind, sending.page_id)
        if not able:
            return Manual(NO_CAPABLE_TOKEN)
        try:
            return self.client.carry_out(sending.order, able)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and counted as an attempt
            # A client is total; if it is not, its fault must neither stop the other actions nor repeat for ever.
            _log.exception("client_broke", action=sending.action_id, network=self.lease.network)
            return Retry("client_error")

    def _write_down(self, sending: Sending, delivery: Delivery) -> None:
        """Record the answer, patiently: it is better to wait for the database than to call twice."""
        for seconds in RECORD_DELAYS:
            try:
                self._record(sending, delivery)
            except SQLAlchemyError as error:
                _log.warning("record_delayed", action=sending.action_id, error=type(error).__name__)
                self.stop.wait(seconds)
            else:
                return
        self._record(sending, delivery)

    def _record(self, sending: Sending, delivery: Delivery) -> None:
        now = self.house.clock.now()
        ink = Ink(self.house.ids, now, self.jitter)
        with self.house.database.write() as session:
            # First the lease's row, then the comment, then the rest: everybody locks in this order.
            still_mine(session, self.lease)
            album = lock_album(session, sending.order, sending.page_id, sending.comment_id)
            matter = self._mine(session, sending)
            entries: list[Entry] = []
            if matter is not None:
                entries += endings.end(session, ink, matter.action, matter.comment, delivery)
                entries += follow_up(session, self.house, matter, album, delivery, now)
                if sending.ban_id is not None:
                    entries += end_ban(session, self.house, matter, sending.ban_id, delivery, now)
            else:
                _log.warning("claim_lost", action=sending.action_id, claim=sending.claim)
            connection = self.lease.connection_id
            entries += endings.about_connection(session, ink, connection, delivery, sending.sealed)
            append(session, self.house.journal_key, entries, now)
        result = type(delivery).__name__.lower() if matter is not None else "fenced"
        DELIVERIES.labels(self.lease.network, sending.order.kind.value, result).inc()
        if not isinstance(delivery, Done):
            API_ERRORS.labels(self.lease.network, delivery.code).inc()

    def _mine(self, session: Session, sending: Sending) -> Matter | None:
        """The action, locked, if this claim still holds it."""
        matter = load_matter(session, sending.action_id, sending.comment_id)
        if matter is None or matter.action.state != ActionState.SENDING or matter.action.claim != sending.claim:
            return None
        return matter
