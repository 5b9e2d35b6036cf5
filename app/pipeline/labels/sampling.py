"""Draws a random share of the machine's decisions and puts them to people, so that its precision is known unbiased.

Whether a decision is drawn depends on a keyed digest of its id alone, which nobody outside can foresee. The probability
stands in the journal beside the question: whoever counts answers weights them by it.
"""

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec
import structlog
from sqlmodel import Session

from app.domain.clock import DAY, MINUTE
from app.domain.ids import first_id_at
from app.domain.states import CaseEnd, CaseState
from app.domain.words import Reason, Verdict
from app.journal.chain import Entry, append
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record.cases import new_case
from app.storage import audits
from app.storage.duties import read_cursor, write_cursor
from app.storage.outbox import lock_comment
from app.storage.tables import Decision, ReviewCase
from app.storage.vault import JournalKey
from app.storage.walk import first_id

NAME: Final = "audit_sample"
EVERY: Final = 10 * MINUTE
#: Ids are made before their rows are committed: what is younger may still be overtaken by a smaller id.
SETTLED: Final = 2 * MINUTE
#: A question that nobody has answered by then is closed: an open one keeps its text from being erased.
ANSWERED_WITHIN: Final = 30 * DAY
#: Decisions of one transaction.
PORTION: Final = 500
_reasons: Final = msgspec.json.Decoder(list[str]).decode
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of removals and of kept comments is drawn (0…1), and how many at most per page in 24 hours."""

    removals: float
    keeps: float
    a_day: int

    def of(self, verdict: str) -> float:
        """The share of the decisions with this verdict; 0 where nothing is drawn."""
        if not self.a_day:
            return 0.0
        return {Verdict.REMOVE.value: self.removals, Verdict.KEEP.value: self.keeps}.get(verdict, 0.0)

    def probability(self, verdict: str, opened: int) -> float:
        """How likely the next decision is drawn where `opened` were within 24 hours.

        The second half of a day's questions is spent ever more slowly: a flood of comments would otherwise use them up
        in an hour, and what comes after it could not be drawn at all.
        """
        left = max(self.a_day - opened, 0)
        return self.of(verdict) * min(1.0, 2 * left / max(self.a_day, 1))


@dataclass(frozen=True, slots=True)
class _Drawn:
    decision_id: int
    page_id: int
    verdict: str
    lot: float


def sample_with(shares: Shares) -> Callable[[House, Configuration, threading.Event], None]:
    """The duty: draw from the decisions since the last time; the first time from those to come."""

    def sample(house: House, _configuration: Configuration, stop: threading.Event) -> None:
        spent: set[int] = set()
        while not stop.is_set() and _portion(house, shares, spent):
            pass
        if spent:
            _log.warning("audit_questions_spent", pages=len(spent), a_day=shares.a_day)
        while not stop.is_set() and _let_go(house):
            pass

    return sample


def lot(key: JournalKey, decision_id: int) -> float:
    """A decision's lot, 0 ≤ lot < 1: the same whenever it is asked for, and evenly spread over decisions."""
    digest = hmac.new(key.secret, b"audit\x1f%d" % decision_id, sha256).digest()
    return (int.from_bytes(digest[:8]) >> 11) / (1 << 53)


def _portion(house: House, shares: Shares, spent: set[int]) -> bool:
    """Draw from the next decisions; False when there are no more. Notes pages whose questions of the day are spent."""
    now = house.clock.now()
    end = first_id_at(now - SETTLED)
    with house.database.read() as session:
        position = read_cursor(session, NAME)
        after = end - 1 if position is None else position
        rows = audits.stretch_of_decisions(session, after=after, before=end, limit=PORTION)
    tickets = [
        _Drawn(id_, page, verdict, drawn)
        for id_, page, verdict, reasons, by in rows
        if by == "machine"
        and Reason.NO_TEXT not in _reasons(reasons)
        and (drawn := lot(house.journal_key, id_)) < shares.of(verdict)
    ]
    with house.database.write() as session:
        if tickets:
            spent |= _ask(session, house, shares, tickets, now)
        write_cursor(session, NAME, rows[-1][0] if rows else after, now)
    return len(rows) == PORTION


def _let_go(house: House) -> bool:
    """Close questions that nobody answered in time; False when there are no more."""
    now = house.clock.now()
    with house.database.write() as session:
        found = audits.unanswered(session, before=now - ANSWERED_WITHIN, now=now, limit=PORTION)
        entries = []
        for case_id, comment_id in sorted(found, key=lambda one: one[1]):
            lock_comment(session, comment_id)
            case = session.get_one(ReviewCase, case_id, populate_existing=True)
            if case.state == CaseState.OPEN or (case.state == CaseState.CLAIMED and (case.claimed_until or 0) < now):
                case.state, case.ended, case.ended_by = CaseState.CLOSED.value, CaseEnd.EXPIRED.value, "machine"
                case.closed_at = now
                session.add(case)
                body = {"case": case_id, "end": CaseEnd.EXPIRED.value, "by": "machine"}
                entries.append(Entry("case_closed", comment_id, body))
        session.flush()
        append(session, house.journal_key, entries, now)
    return len(found) == PORTION


def _ask(session: Session, house: House, shares: Shares, tickets: list[_Drawn], now: int) -> set[int]:
    """Open a case for each decision whose lot is under its probability, as far as a person may be asked about it.

    Returns the pages that nothing can be drawn from any more for now.
    """
    since = now - DAY
    pages = {ticket.page_id for ticket in tickets}
    opened = dict(audits.audits_since(session, pages, first_id=first_id(since), since=since))
    standing = _locked(session, tickets)
    entries, spent = [], set()
    for ticket in tickets:
        decision = standing.get(ticket.decision_id)
        if decision is None:
            continue
        probability = shares.probability(ticket.verdict, opened.get(ticket.page_id, 0))
        if ticket.lot < probability:
            opened[ticket.page_id] = opened.get(ticket.page_id, 0) + 1
            entries.append(_open_case(session, house, decision, probability, now))
        elif probability <= 0:
            spent.add(ticket.page_id)
    session.flush()
    append(session, house.journal_key, entries, now)
    return spent


def _locked(session: Session, tickets: list[_Drawn]) -> dict[int, Decision]:
    """Those of the decisions that a person may be asked about, their comments locked in order of ids."""
    wanted = [ticket.decision_id for ticket in tickets]
    for comment_id in sorted(audits.askable(session, wanted)):
        lock_comment(session, comment_id)
    # Asked once more under the locks: what was edited or judged in between is no longer there.
    return {decision.id: decision for decision in audits.askable(session, wanted).values()}


def _open_case(session: Session, house: House, decision: Decision, probability: float, now: int) -> Entry:
    categories = msgspec.json.decode(decision.categories_json, type=list[str])
    case_id = house.ids()
    row = new_case(
        case_id,
        comment_id=decision.comment_id,
        page_id=decision.page_id,
        revision_id=decision.revision_id,
        decision_id=decision.id,
        reason=str(Reason.AUDIT),
        protected=False,
        uncertainty=0.0,
        category=categories[0] if categories else "",
        sampled=True,
        at=now,
    )
    session.add(ReviewCase(**row))
    body: Mapping[str, object] = {"case": case_id, "decision": decision.id, audits.PROBABILITY: probability}
    return Entry(audits.OPENED, decision.comment_id, body)
