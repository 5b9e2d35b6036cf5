"""People confirm or cancel what the machine has ordered: one transaction each, with its journal entry.

Whoever comes second learns who was faster, what they did and when.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.domain.clock import rfc3339
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import (
    CANCELLABLE,
    CASE_MOVES,
    ActionState,
    CaseEnd,
    CaseState,
    CommentState,
    WaitingFor,
    check_move,
)
from app.domain.words import ActionKind
from app.journal.chain import Entry, append
from app.outbox.moves import is_by_machine, move
from app.outbox.permission import REMOVALS
from app.pipeline.carry_out.by_hand import end_by_hand, lock_together
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.overrule.questions import ask_again
from app.pipeline.overrule.seconds import lone_ban
from app.pipeline.overrule.standing_bans import hold_bans
from app.pipeline.overrule.wishes import UNDO_WINDOW
from app.storage.cases import asked_about
from app.storage.outbox import lock_action, lock_comment
from app.storage.tables import Action, Comment, Label, Note, ReviewCase

LONGEST_REASON: Final = 2_000
LONGEST_BAN_DAYS: Final = 365
_DAY_SECONDS: Final = 86_400
_CANCELLED: Final = "person"
_STANDS: Final = {
    ActionState.SHADOW: "относится к теневому режиму и никогда не отправляется",
    ActionState.PROPOSED: "только предложено",
    ActionState.PENDING: "не требует подтверждения и ждёт отправки",
    ActionState.SENDING: "уже отправляется",
    ActionState.MANUAL: "ждёт, что его выполнят вручную",
    ActionState.DONE: "уже выполнено",
    ActionState.FAILED: "не удалось выполнить",
    ActionState.CANCELLED: "отменено",
}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What became of a confirmation: `second_needed` while a ban for ever waits for another person."""

    action: Action
    second_needed: bool = False


def confirm(
    house: House,
    action_id: int,
    *,
    who: Principal,
    ban_days: int | None = None,
    second_reason: str = "",
    configuration: Configuration | None = None,
) -> Confirmation:
    """Let a proposed action go out, on this person's word; `ban_days` replaces the ladder's term.

    It waits as long as every order of a person, so that it can be called back. With `configuration`, a written
    `second_reason` stands in for the second person where the page's policy allows that and there is none.

    Raises:
        NotFoundError: there is no such action, or not for this person.
        InvalidInputError: `ban_days` is out of its range, the action bans nobody, or the written reason is too short.
        ConflictError: it is not proposed any more, its decision is not current, this person has confirmed already,
            somebody else looks at its case, or it bans the author of a comment that still stands and is asked about.
    """
    with house.database.write() as session:
        action, comment = _locked(session, action_id, who)
        _check_term(action, ban_days)
        _check_confirmable(action, comment)
        _check_answered(session, action, comment)
        if ban_days is not None:
            action.ban_seconds = ban_days * _DAY_SECONDS
        at = house.clock.now()
        alone = []
        if configuration is not None and _is_for_ever(action) and action.confirmed_by in {"", who.by}:
            alone = lone_ban(session, house.ids, configuration, action, who=who, reason=second_reason, at=at)
        if alone:
            entries = [*alone, _release(action, who, at)]
        elif _is_for_ever(action) and not action.confirmed_by:
            entries = [_first_of_two(action, who, at)]
        elif _is_for_ever(action) and action.confirmed_by == who.by:
            raise ConflictError(
                f"бессрочную блокировку подтверждают два разных человека: {who.by} подтвердил её "
                f"{rfc3339(action.changed_at)}, теперь её должен подтвердить кто-то другой"
            )
        else:
            entries = [_release(action, who, at), *_close_case(session, action, who, at)]
        append(session, house.journal_key, entries, at)
    return Confirmation(action, second_needed=action.state == ActionState.PROPOSED)


def cancel(house: House, action_id: int, *, who: Principal, reason: str) -> Action:
    """Call an action back before it is sent. The words of `reason` are kept where they can be erased.

    A removal that a person has ordered or confirmed leaves its question open again, as it was; a ban that waits to be
    sent for the same comment is then only proposed.

    Raises:
        NotFoundError: there is no such action, or not for this person.
        InvalidInputError: `reason` is empty or too long.
        ConflictError: it is being sent, or has ended.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\0" in reason:
        raise InvalidInputError("reason", f"ожидается причина словами, от 1 до {LONGEST_REASON} знаков")
    with house.database.write() as session:
        action, comment = _locked(session, action_id, who)
        if action.state not in CANCELLABLE:
            raise ConflictError(_told(action))
        at = house.clock.now()
        entry = move(action, ActionState.CANCELLED, at, code=_CANCELLED, by=who.by)
        note_id = house.ids()
        session.add(
            Note(
                id=note_id,
                comment_id=comment.id,
                action_id=action.id,
                account_id=who.account_id,
                text=reason,
                written_at=at,
            )
        )
        entries = [entry._replace(body={**entry.body, "by": who.signed, "note": note_id})]
        if action.kind in REMOVALS and not is_by_machine(action):
            entries += _question_again(session, house, action, comment, who, at)
        append(session, house.journal_key, entries, at)
    return action


def done_by_hand(house: House, action_id: int, *, who: Principal) -> Action:
    """A person says that they have done in the network what the program cannot do there.

    Raises:
        NotFoundError: there is no such action, or not for this person.
        ConflictError: it does not wait for anybody's hands.
    """
    with house.database.write() as session:
        lock_together(session, action_id)
        action, comment = _locked(session, action_id, who)
        if action.state != ActionState.MANUAL:
            raise ConflictError(_told(action))
        at = house.clock.now()
        entries = end_by_hand(session, house, action, comment, at, by=who.by, signed=who.signed)
        append(session, house.journal_key, entries, at)
    return action


def _locked(session: Session, action_id: int, who: Principal) -> tuple[Action, Comment]:
    """The action and its comment, the comment locked first as everybody does who moves actions."""
    found = session.exec(select(Action.comment_id, Action.page_id).where(Action.id == action_id)).first()
    if found is None or not who.may_touch(found[1]):
        raise _missing(action_id)
    comment = lock_comment(session, found[0])
    action = lock_action(session, action_id)
    if comment is None or action is None:
        raise _missing(action_id)
    return action, comment


def _missing(action_id: int) -> NotFoundError:
    return NotFoundError(f"действия {action_id} нет")


def _check_term(action: Action, ban_days: int | None) -> None:
    if ban_days is None:
        return
    if action.kind != ActionKind.BAN_AUTHOR:
        raise InvalidInputError("ban_days", "срок есть только у блокировки, здесь он не нужен")
    if not 1 <= ban_days <= LONGEST_BAN_DAYS:
        raise InvalidInputError("ban_days", f"ожидается от 1 до {LONGEST_BAN_DAYS} дней")


def _check_confirmable(action: Action, comment: Comment) -> None:
    if action.state != ActionState.PROPOSED:
        raise ConflictError(_told(action))
    if comment.decision_id != action.decision_id:
        raise ConflictError(
            f"решение {action.decision_id} заменено решением {comment.decision_id}: действие из него больше не следует"
        )
    if comment.state == CommentState.WITHDRAWN:
        raise ConflictError("автор сам удалил комментарий")


def _check_answered(session: Session, action: Action, comment: Comment) -> None:
    """Nobody is banned for a comment that still stands while it is asked whether it must go."""
    if action.kind != ActionKind.BAN_AUTHOR:
        return
    case_id = asked_about(session, [comment.id]).get(comment.id)
    if case_id is not None:
        raise ConflictError(f"сначала ответьте на вопрос {case_id} о комментарии: от ответа зависит и блокировка")


def _is_for_ever(action: Action) -> bool:
    return action.kind == ActionKind.BAN_AUTHOR and action.ban_seconds is None


def _first_of_two(action: Action, who: Principal, at: int) -> Entry:
    action.confirmed_by = who.by
    action.changed_at = at
    body = {"action": action.id, "decision": action.decision_id, "page": action.page_id, "by": who.signed}
    return Entry("action_confirmed_first", action.comment_id, body)


def _release(action: Action, who: Principal, at: int) -> Entry:
    entry = move(action, ActionState.PENDING, at, by=who.by)
    first = action.confirmed_by if _is_for_ever(action) else ""
    action.confirmed_by = f"{first}, {who.by}" if first and first != who.by else who.by
    action.due_at, action.waiting_for = at + UNDO_WINDOW, WaitingFor.UNDO_WINDOW.value
    body = {**entry.body, "by": who.signed, "ban_seconds": action.ban_seconds, "second": bool(first)}
    return entry._replace(kind="action_confirmed", body=body)


def _question_again(  # noqa: PLR0917 - one sentence: this removal of this comment is called back by this person
    session: Session, house: House, removal: Action, comment: Comment, who: Principal, at: int
) -> list[Entry]:
    """Whether the comment must go is open again: what was ordered teaches nothing, and nobody is banned meanwhile."""
    asked = ask_again(session, house.ids, comment, removal, at)
    if not asked:
        return []
    session.execute(delete(Label).where(col(Label.decision_id) == removal.decision_id))
    return [*asked, *hold_bans(session, comment.id, who, at)]


def _close_case(session: Session, action: Action, who: Principal, at: int) -> list[Entry]:
    """The question whether the comment must go is answered by letting its removal out."""
    if action.kind not in REMOVALS:
        return []
    statement = select(ReviewCase).where(
        ReviewCase.comment_id == action.comment_id, col(ReviewCase.state) != CaseState.CLOSED.value
    )
    case = session.exec(statement.with_for_update()).first()
    if case is None:
        return []
    if is_held_by_other(case, who, at):
        raise ConflictError(told.claimed(case))
    check_move(CASE_MOVES, CaseState(case.state), CaseState.CLOSED)
    case.state, case.ended = CaseState.CLOSED.value, CaseEnd.REMOVED.value
    case.ended_by, case.closed_at = who.by, at
    return [Entry("case_closed", action.comment_id, {"case": case.id, "end": CaseEnd.REMOVED.value, "by": who.signed})]


def _told(action: Action) -> str:
    """Who did what and when."""
    what = _STANDS[ActionState(action.state)]
    if action.state == ActionState.PENDING and action.confirmed_by:
        what = f"уже подтвердил {action.confirmed_by}"
    who = f", {action.ended_by}" if action.ended_by else ""
    return f"действие {action.id} {what}{who} ({rfc3339(action.changed_at)})"
