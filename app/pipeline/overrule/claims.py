"""Who looks at a case at present: claiming, giving back, passing by and handing over; one transaction each.

People stand in the cases as they sign: `person:<account>`.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlmodel import Session, select

from app.domain.clock import MINUTE
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import CASE_MOVES, CaseState, check_move
from app.domain.words import Role
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.sitting import found_id, turn, words
from app.storage.accounts import PERSON, account_named, roles_on_page
from app.storage.outbox import lock_comment
from app.storage.tables import Comment, Note, ReviewCase, Revision

LEASE: Final = 10 * MINUTE
#: Who decides: a case may be handed over to them, and they are the second person where two are needed.
DECIDING: Final = frozenset({Role.MODERATOR, Role.ADMIN})
_names: Final = msgspec.json.Decoder(list[str]).decode


@dataclass(frozen=True, slots=True)
class Claimed:
    """A case that is looked at; `revision_number` is the text that an answer will be about, `until` microseconds."""

    case: ReviewCase
    revision_number: int
    until: int


def claim(house: House, case_id: int, *, who: Principal) -> Claimed:
    """Look at a case for ten minutes; claiming again prolongs that.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        ConflictError: it is closed, or somebody else looks at it.
    """

    def act(session: Session) -> Claimed:
        case, comment = lock_case(session, case_id, who)
        at = house.clock.now()
        _mine_or_free(case, who, at)
        fresh = case.claimed_by != who.by or case.state != CaseState.CLAIMED
        _move(case, CaseState.CLAIMED)
        until = at + LEASE
        case.claimed_by, case.claimed_until = who.by, until
        if fresh:
            _sign(session, house, "case_claimed", case, who=who, until=until)
        number = session.exec(select(Revision.number).where(Revision.id == comment.revision_id)).one()
        return Claimed(case, number, until)

    return turn(house, act)


def release(house: House, case_id: int, *, who: Principal) -> ReviewCase:
    """Give a case back; one that this person does not hold stays as it is.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        ConflictError: it is closed, or somebody else looks at it.
    """

    def act(session: Session) -> ReviewCase:
        case, _ = lock_case(session, case_id, who)
        _mine_or_free(case, who, house.clock.now())
        if case.state == CaseState.CLAIMED:
            _give_back(case)
            _sign(session, house, "case_released", case, who=who)
        return case

    return turn(house, act)


def skip(house: House, case_id: int, *, who: Principal) -> ReviewCase:
    """Pass a case by: it comes last for this person, and others may have it at once.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        ConflictError: it is closed, or somebody else looks at it.
    """

    def act(session: Session) -> ReviewCase:
        case, _ = lock_case(session, case_id, who)
        _mine_or_free(case, who, house.clock.now())
        skipped = _names(case.skipped_json)
        if who.by not in skipped:
            case.skipped_json = msgspec.json.encode([*skipped, who.by]).decode()
        _give_back(case)
        _sign(session, house, "case_skipped", case, who=who)
        return case

    return turn(house, act)


def hand_over(house: House, case_id: int, *, who: Principal, to: str, note: str) -> ReviewCase:
    """Leave a case to a colleague, with a word why; everybody may still take it.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        InvalidInputError: `to` is nobody who may decide on this page, or the note is too long.
        ConflictError: the case is closed, or somebody else looks at it.
    """
    note = words("note", note)

    def act(session: Session) -> ReviewCase:
        case, comment = lock_case(session, case_id, who)
        _mine_or_free(case, who, house.clock.now())
        name = to.strip().removeprefix(PERSON)
        account = account_named(session, name) if name else None
        if account is None or not DECIDING & roles_on_page(session, account.id, case.page_id):
            raise InvalidInputError("to", "ожидается имя сотрудника, который может решать по этой странице")
        if account.id == who.account_id:
            raise InvalidInputError("to", "вопрос и так у вас: ожидается имя другого сотрудника")
        case.assigned_to = f"{PERSON}{account.name}"
        _give_back(case)
        body: dict[str, object] = {"to": f"{PERSON}{account.id}"}
        if note:
            at, number = house.clock.now(), house.ids()
            session.add(Note(id=number, comment_id=comment.id, account_id=who.account_id, text=note, written_at=at))
            body["note"] = number
        _sign(session, house, "case_handed_over", case, who=who, **body)
        return case

    return turn(house, act)


def lock_case(session: Session, case_id: int, who: Principal) -> tuple[ReviewCase, Comment]:
    """The open case and its comment, the comment locked first as everybody does.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        ConflictError: it is closed.
    """
    missing = f"вопроса {case_id} нет"
    query = select(ReviewCase.comment_id, ReviewCase.page_id).where(ReviewCase.id == found_id(case_id, missing))
    found = session.exec(query).first()
    if found is None or not who.may_touch(found[1]):
        raise NotFoundError(missing)
    comment = lock_comment(session, found[0])
    case = session.get(ReviewCase, case_id, with_for_update=True, populate_existing=True)
    if comment is None or case is None:
        raise NotFoundError(missing)
    if case.state == CaseState.CLOSED:
        raise ConflictError(told.closed(case))
    return case, comment


def is_held_by_other(case: ReviewCase, who: Principal, at: int) -> bool:
    """Whether somebody else looks at the case now."""
    if case.state != CaseState.CLAIMED or case.claimed_by == who.by:
        return False
    return case.claimed_until is not None and case.claimed_until > at


def _mine_or_free(case: ReviewCase, who: Principal, at: int) -> None:
    if is_held_by_other(case, who, at):
        raise ConflictError(told.claimed(case))


def _move(case: ReviewCase, after: CaseState) -> None:
    check_move(CASE_MOVES, CaseState(case.state), after)
    case.state = after.value


def _give_back(case: ReviewCase) -> None:
    if case.state == CaseState.CLAIMED:
        _move(case, CaseState.OPEN)
    case.claimed_by, case.claimed_until = "", None


def _sign(session: Session, house: House, kind: str, case: ReviewCase, *, who: Principal, **more: object) -> None:
    body = {"case": case.id, "page": case.page_id, "by": who.signed, **more}
    append(session, house.journal_key, [Entry(kind, case.comment_id, body)], house.clock.now())
