"""Takes an objection in: one transaction in which it is written down and its question is put to a person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.domain import decision_number
from app.domain.clock import DAY
from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import ObjectionState
from app.domain.urgency import rank
from app.domain.words import Reason, Verdict
from app.journal.chain import Entry, append
from app.pipeline.decision_number import find_decision
from app.pipeline.house import House
from app.pipeline.record.cases import new_case
from app.storage import objections as queries
from app.storage.accounts import is_id
from app.storage.outbox import lock_comment
from app.storage.tables import Comment, Decision, Note, Objection, ObjectionBody, ReviewCase
from app.telemetry import OBJECTIONS

LONGEST_TEXT: Final = 4_000
#: The term of an answer.
TERM: Final = 30 * DAY
#: More words on an objection that waits are added to it, up to so many times.
MOST_ADDITIONS: Final = 20

_codes = msgspec.json.Decoder(list[str]).decode


class Channel(StrEnum):
    """How an objection reached the office."""

    SITE = "site"
    PERSON = "person"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Opened:
    """An objection that waits; `joined` = there was one to this decision already."""

    objection_id: int
    case_id: int | None
    due_at: int
    joined: bool


def from_site(house: House, *, number: str, text: str, who: Principal) -> Opened | None:
    """An objection under a printed number; None if the number stands for no removal on the caller's pages.

    Either way one transaction is committed with one entry of the journal or more, so that neither the answer nor the
    time it takes tells a stranger which numbers exist.

    Raises:
        InvalidInputError: there are no words, or too many.
    """
    text = checked_text(text)
    at = house.clock.now()
    with house.database.write() as session:
        decision = _numbered(session, house, number, who)
        if decision is None:
            entry = Entry("objection_unknown", None, {"by": who.signed, "channel": Channel.SITE.value})
            append(session, house.journal_key, [entry], at)
            return None
        return open_objection(session, house, decision, channel=Channel.SITE, text=text, by=who.signed, at=at)


def typed_in(house: House, decision_id: int, *, text: str, who: Principal) -> Opened:
    """An objection that somebody brought, told or wrote outside the networks.

    Raises:
        NotFoundError: there is no such decision, or not for this person.
        InvalidInputError: there are no words or too many, or the decision removes nothing.
    """
    at = house.clock.now()
    with house.database.write() as session:
        decision = session.get(Decision, decision_id) if is_id(decision_id) else None
        if decision is None or not who.may_touch(decision.page_id):
            raise NotFoundError(f"решения {decision_id} нет")
        text = checked_text(text)
        if decision.verdict != Verdict.REMOVE:
            raise InvalidInputError("decision_id", "ожидается решение об удалении: возражать можно против него")
        return open_objection(session, house, decision, channel=Channel.PERSON, text=text, by=who.signed, at=at)


def decision_meant(house: House, words: str, *, who: Principal) -> int:
    """The decision that a person at the desk means: by the printed number, or by the decision's own id.

    Raises:
        InvalidInputError: it is neither, or stands for nothing on the person's pages.
    """
    words = words.strip()
    with house.database.read() as session:
        if words.isascii() and words.isdecimal() and decision_number.SIGNS < len(words) < 20:
            decision = session.get(Decision, int(words)) if is_id(int(words)) else None
        else:
            found = find_decision(session, house, words)
            decision = None if found is None else session.get(Decision, found)
    if decision is None or not who.may_touch(decision.page_id):
        raise InvalidInputError("number", "ожидается номер решения из уведомления: такого решения нет, проверьте знаки")
    return decision.id


def checked_text(text: str) -> str:
    """The words of an objection.

    Raises:
        InvalidInputError: there are none, too many, or a sign that no database takes.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT or "\0" in text:
        raise InvalidInputError("text", f"ожидается текст возражения, от 1 до {LONGEST_TEXT} знаков")
    return text


def open_objection(
    session: Session, house: House, decision: Decision, *, channel: Channel, text: str, by: str, at: int
) -> Opened:
    """Write an objection down and ask a person, or add its words to the one that waits; `by` is signed already."""
    comment = lock_comment(session, decision.comment_id)
    if comment is None:
        raise LookupError(f"decision {decision.id}: its comment {decision.comment_id} is missing")
    waiting = queries.unanswered(session, decision.id)
    if waiting is not None:
        append(session, house.journal_key, [_added(session, house, waiting, text, by=by, at=at)], at)
        return Opened(waiting.id, waiting.case_id, waiting.due_at, joined=True)
    objection_id, due_at = house.ids(), at + TERM
    case_id, asked = ask(session, house, comment, category=_strongest(decision), at=at)
    session.add(
        Objection(
            id=objection_id,
            page_id=comment.page_id,
            comment_id=comment.id,
            decision_id=decision.id,
            case_id=case_id,
            channel=channel.value,
            state=ObjectionState.OPEN.value,
            received_at=at,
            due_at=due_at,
        )
    )
    session.add(ObjectionBody(objection_id=objection_id, text=text))
    body = {"objection": objection_id, "decision": decision.id, "page": comment.page_id, "case": case_id}
    got = Entry("objection_received", comment.id, {**body, "channel": channel.value, "by": by, "due": due_at})
    append(session, house.journal_key, [got, *asked], at)
    OBJECTIONS.labels(channel.value).inc()
    return Opened(objection_id, case_id, due_at, joined=False)


def ask(session: Session, house: House, comment: Comment, *, category: str, at: int) -> tuple[int | None, list[Entry]]:
    """Put the comment before a person as an objection: a new question, or the one that is open already.

    None where nothing was ever decided about the comment.
    """
    case = queries.open_case(session, comment.id)
    if case is not None:
        was, case.reason = case.reason, Reason.OBJECTION.value
        case.protected = True
        case.rank = min(case.rank, rank(protected=True, sampled=False, uncertainty=1.0, opened_at=at))
        return case.id, [Entry("case_joined", comment.id, {"case": case.id, "was": was, "reason": case.reason})]
    if comment.decision_id is None:
        return None, []
    case_id = house.ids()
    row = new_case(
        case_id,
        comment_id=comment.id,
        page_id=comment.page_id,
        revision_id=comment.revision_id,
        decision_id=comment.decision_id,
        reason=Reason.OBJECTION.value,
        protected=True,
        uncertainty=1.0,
        category=category,
        at=at,
    )
    session.add(ReviewCase(**row))
    opened = {"case": case_id, "decision": comment.decision_id, "reason": Reason.OBJECTION.value}
    return case_id, [Entry("case_opened", comment.id, opened)]


def _added(session: Session, house: House, waiting: Objection, text: str, *, by: str, at: int) -> Entry:
    """More words on an objection that waits, kept as a note; past a bound they are only counted."""
    body = {"objection": waiting.id, "decision": waiting.decision_id, "page": waiting.page_id, "by": by}
    # What colleagues write down about the comment has an account and takes no place of the resident's words.
    added = select(Note.id).where(col(Note.comment_id) == waiting.comment_id, col(Note.account_id).is_(None))
    if len(session.exec(added.limit(MOST_ADDITIONS)).all()) >= MOST_ADDITIONS:
        return Entry("objection_repeated", waiting.comment_id, {**body, "note": None})
    note_id = house.ids()
    session.add(Note(id=note_id, comment_id=waiting.comment_id, text=text, written_at=at))
    return Entry("objection_repeated", waiting.comment_id, {**body, "note": note_id})


def _numbered(session: Session, house: House, number: str, who: Principal) -> Decision | None:
    decision_id = find_decision(session, house, number)
    decision = None if decision_id is None else session.get(Decision, decision_id)
    return decision if decision is not None and who.may_touch(decision.page_id) else None


def _strongest(decision: Decision) -> str:
    return next(iter(_codes(decision.categories_json)), "")
