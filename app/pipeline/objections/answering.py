"""What became of an objection: its outcome follows from the question that people answered, its answer is a text.

The question is answered like any other, at the review door. Nothing here decides: it reads how the question ended,
prepares the words, and writes down that the author was told.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlmodel import Session

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.notices import NoticeFacts, NoticeKind, notice
from app.domain.principals import Principal
from app.domain.states import (
    OBJECTION_MOVES,
    ActionState,
    CaseEnd,
    CaseState,
    CommentState,
    ObjectionOutcome,
    ObjectionState,
    check_move,
)
from app.domain.words import ActionKind, Verdict
from app.journal.chain import Entry, append
from app.pipeline.decision_number import number_of
from app.pipeline.house import House
from app.pipeline.objections.opening import LONGEST_TEXT
from app.storage import objections as queries
from app.storage.accounts import PERSON, account_named, actor, is_id
from app.storage.decisions import DecisionRecord, read_decisions
from app.storage.objections import ObjectionFilter, ObjectionRecord
from app.storage.tables import Objection, ReviewCase

_OUTCOMES: Final = {CaseEnd.KEPT: ObjectionOutcome.REVERSED, CaseEnd.REMOVED: ObjectionOutcome.UPHELD}
_NOTICES: Final = {
    ObjectionOutcome.UPHELD: NoticeKind.OBJECTION_UPHELD,
    ObjectionOutcome.REVERSED: NoticeKind.OBJECTION_REVERSED,
    ObjectionOutcome.MOOT: NoticeKind.OBJECTION_MOOT,
}
#: States of an order from which nothing follows for the author.
_FUTILE: Final = frozenset({ActionState.FAILED, ActionState.CANCELLED})
_codes = msgspec.json.Decoder(list[str]).decode


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """An objection as it stands now; `state` and `outcome` may be ahead of what is stored.

    `got` is what its author may be told at once, `prepared` the answer, None until there is an outcome to tell.
    """

    record: ObjectionRecord
    state: ObjectionState
    outcome: ObjectionOutcome | None
    decided_by: str
    decided_at: int | None
    number: str
    got: str
    prepared: str | None


def stands(objection: Objection, case: ReviewCase | None) -> tuple[ObjectionState, ObjectionOutcome | None]:
    """How far an objection has got, by how its question stands."""
    if objection.state == ObjectionState.ANSWERED:
        return ObjectionState.ANSWERED, ObjectionOutcome(objection.outcome or ObjectionOutcome.MOOT)
    if case is None or case.state != CaseState.CLOSED:
        return ObjectionState.OPEN, None
    ended = CaseEnd(case.ended or CaseEnd.SUPERSEDED)
    return ObjectionState.DECIDED, _OUTCOMES.get(ended, ObjectionOutcome.MOOT)


def is_settled(objection: Objection, case: ReviewCase | None) -> bool:
    """Whether what is stored is how things stand."""
    state, outcome = stands(objection, case)
    return (state, outcome) == (objection.state, objection.outcome)


def view(session: Session, house: House, record: ObjectionRecord) -> ObjectionView:
    """The objection with its words prepared."""
    state, outcome = stands(record.objection, record.case)
    number = number_of(house, record.decision.id)
    zone = record.page.timezone
    closed = record.case if record.case is not None and record.case.state == CaseState.CLOSED else None
    return ObjectionView(
        record=record,
        state=state,
        outcome=outcome,
        decided_by=closed.ended_by if closed else "",
        decided_at=closed.closed_at if closed else None,
        number=number,
        got=notice(NoticeKind.OBJECTION_GOT, NoticeFacts(number, zone, until=record.objection.due_at)),
        prepared=_prepared(session, record, outcome, number) if outcome is not None else None,
    )


def show(house: House, objection_id: int, *, who: Principal) -> ObjectionView:
    """One objection.

    Raises:
        NotFoundError: there is none, or not for this person.
    """
    with house.database.read() as session:
        return view(session, house, _found(session, objection_id, who))


def listed(
    house: House, wanted: ObjectionFilter, *, before: int | None, limit: int
) -> tuple[list[ObjectionRecord], int | None]:
    """Newest first, and where the next page of the list begins."""
    with house.database.read() as session:
        return queries.list_objections(session, wanted, before=before, limit=limit)


def answer(house: House, objection_id: int, *, text: str | None, who: Principal) -> ObjectionView:
    """Write down what the author was told, None = the prepared words; the objection is closed with it.

    Raises:
        NotFoundError: there is no such objection, or not for this person.
        InvalidInputError: there are no words, or too many.
        ConflictError: it was answered already, or its question is still open.
    """
    at = house.clock.now()
    with house.database.write() as session:
        record = _found(session, objection_id, who, lock=True)
        words = None if text is None else _checked(text)
        state, outcome = stands(record.objection, record.case)
        if state is ObjectionState.ANSWERED:
            raise ConflictError(f"на это возражение уже ответил {_name(record.objection.answered_by)}")
        if outcome is None:
            raise ConflictError("сначала решите вопрос о комментарии: без решения отвечать нечего")
        if words is None:
            words = _prepared(session, record, outcome, number_of(house, record.decision.id))
        objection = record.objection
        entries = [*settle(session, record), _move(objection, ObjectionState.ANSWERED, by=who.signed)]
        objection.outcome, objection.answered_at, objection.answered_by = outcome.value, at, who.by
        if record.body is not None:
            record.body.answer = words
        append(session, house.journal_key, entries, at)
    return show(house, objection_id, who=who)


def settle(session: Session, record: ObjectionRecord) -> list[Entry]:
    """Store how the question stands where that has changed; the objection's row is locked or nobody else writes it."""
    objection = record.objection
    state, outcome = stands(objection, record.case)
    if is_settled(objection, record.case):
        return []
    decided = record.case is not None and state is ObjectionState.DECIDED
    by = actor(session, record.case.ended_by) if record.case is not None and decided else ""
    objection.outcome = outcome.value if outcome is not None else None
    return [_move(objection, state, by=by)]


def _move(objection: Objection, after: ObjectionState, *, by: str) -> Entry:
    was = ObjectionState(objection.state)
    if after is not was:
        check_move(OBJECTION_MOVES, was, after)
        objection.state = after.value
    body = {"objection": objection.id, "decision": objection.decision_id, "page": objection.page_id, "was": was.value}
    kind = "objection_reopened" if after is ObjectionState.OPEN else f"objection_{after}"
    return Entry(kind, objection.comment_id, {**body, "outcome": objection.outcome, "by": by})


def _prepared(session: Session, record: ObjectionRecord, outcome: ObjectionOutcome, number: str) -> str:
    """The answer's text: what was decided now, by whose post, and what follows."""
    comment = record.comment
    [current] = read_decisions(session, [comment.decision_id or record.decision.id])
    kinds = {action.kind for action in current.actions if action.state not in _FUTILE}
    is_back = comment.state == CommentState.VISIBLE or ActionKind.RESTORE_COMMENT in kinds
    stands_by = current.decision if current.decision.verdict == Verdict.REMOVE else record.decision
    facts = NoticeFacts(
        number,
        record.page.timezone,
        clause=_clause(stands_by.clauses_json),
        post=_post(session, current),
        unbanned=ActionKind.UNBAN_AUTHOR in kinds,
        can_restore=is_back,
    )
    return notice(_NOTICES[outcome], facts)


def _clause(clauses_json: str) -> str:
    return next(iter(_codes(clauses_json)), "")


def _post(session: Session, current: DecisionRecord) -> str:
    by = current.decision.decided_by
    account = account_named(session, by.removeprefix(PERSON)) if by.startswith(PERSON) else None
    return account.post if account is not None else ""


def _checked(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT or "\0" in text:
        raise InvalidInputError("text", f"ожидается текст ответа, от 1 до {LONGEST_TEXT} знаков")
    return text


def _found(session: Session, objection_id: int, who: Principal, *, lock: bool = False) -> ObjectionRecord:
    if lock and is_id(objection_id):
        session.get(Objection, objection_id, with_for_update=True)
    found = queries.read_objections(session, [objection_id]) if is_id(objection_id) else []
    if not found or not who.may_touch(found[0].objection.page_id):
        raise NotFoundError(f"возражения {objection_id} нет")
    return found[0]


def _name(by: str) -> str:
    return by.removeprefix(PERSON)
