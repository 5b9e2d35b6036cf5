"""Takes a person's decision back while nothing of it has been sent: the question is open again."""

from typing import Any, Final

import msgspec
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.domain.clock import rfc3339
from app.domain.decisions import Review
from app.domain.errors import ConflictError, NotAllowedError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import CANCELLABLE, ActionState, CaseEnd, CaseState, CommentState
from app.domain.wording import ACTIONS
from app.domain.words import Category, Reason, Role
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.answering import actions_of
from app.pipeline.overrule.lifting import call_back
from app.pipeline.overrule.questions import put_again
from app.pipeline.overrule.sitting import Sitting, found_id, opinion_of, sit, turn
from app.pipeline.overrule.standing_bans import propose_again
from app.pipeline.overrule.wishes import Ruled
from app.pipeline.record.cases import new_case
from app.pipeline.record.ledger import CaseRow
from app.storage.accounts import PERSON
from app.storage.basis import PersonBasis, person_basis
from app.storage.tables import Action, Campaign, Decision, Label, Objection, ReviewCase

_UNDONE: Final = "undone"
_categories: Final = msgspec.json.Decoder(tuple[Category, ...]).decode


def undo(house: House, configuration: Configuration, decision_id: int, *, who: Principal) -> Ruled:
    """Call a person's decision back: its orders are cancelled and the question is put anew.

    Raises:
        NotFoundError: there is no such decision, or not for this person.
        NotAllowedError: somebody else took it.
        ConflictError: it is the machine's or not the newest, it was sent already, the author was told of it in writing,
            or the time is over.
    """
    missing = f"решения {decision_id} нет"

    def act(session: Session) -> Ruled:
        decision = session.get(Decision, found_id(decision_id, missing))
        if decision is None:
            raise NotFoundError(missing)
        sitting = sit(session, house, configuration, decision.comment_id, who=who, abilities={}, missing=missing)
        _check_mine(sitting, decision)
        actions = actions_of(sitting, decision.id)
        basis = person_basis(decision.basis_json)
        _check_unsent(actions, basis, sitting.at)
        _check_untold(sitting, decision)
        call_back(sitting, _UNDONE, only={action.id for action in actions})
        return _ask_again(sitting, decision, basis, actions)

    return turn(house, act)


def _check_mine(sitting: Sitting, decision: Decision) -> None:
    who = sitting.who
    if sitting.comment.decision_id != decision.id:
        raise ConflictError(f"решение {decision.id} уже заменено решением {sitting.comment.decision_id}")
    if not decision.decided_by.startswith(PERSON):
        raise ConflictError(f"это решение принимал не сотрудник ({told.named(decision.decided_by)}): отменять нечего")
    if decision.decided_by != who.by and who.role is not Role.ADMIN:
        raise NotAllowedError(f"решение принял {told.named(decision.decided_by)}: отменит он сам или администратор")


def _check_unsent(actions: tuple[Action, ...], basis: PersonBasis, at: int) -> None:
    unsent = CANCELLABLE | {ActionState.CANCELLED}
    sent = [action for action in actions if action.sent_at is not None or action.state not in unsent]
    if sent:
        listed = ", ".join(f"{ACTIONS[one.kind]} ({rfc3339(one.sent_at or one.changed_at)})" for one in sent)
        raise ConflictError(f"уже отправлено: {listed}")
    if at > basis.undo_until and not any(action.state in CANCELLABLE for action in actions):
        raise ConflictError(f"отменить можно было до {rfc3339(basis.undo_until)}")


def _check_untold(sitting: Sitting, decision: Decision) -> None:
    """What a resident was told in writing is not silently made untrue."""
    # Locked, so that nobody answers by a verdict that is just being taken back.
    query = select(Objection).where(Objection.comment_id == decision.comment_id).order_by(col(Objection.id))
    objections = sitting.session.exec(query.with_for_update()).all()
    told_by = next((one.answered_by for one in objections if (one.answered_at or -1) >= decision.decided_at), None)
    if told_by is not None:
        raise ConflictError(f"автору уже ответили на возражение ({told.named(told_by)}): примите новое решение")


def _ask_again(sitting: Sitting, decision: Decision, basis: PersonBasis, undone: tuple[Action, ...]) -> Ruled:
    machine = sitting.machine_decision()
    categories = _categories(machine.categories_json) if machine else ()
    ruling = Review((Reason.PERSON,), categories)
    sitting.comment.restored_revision_id = None
    new_id = sitting.deciding.decide(
        sitting.comment, sitting.page, ruling, opinion_of(machine), mode=sitting.page.mode, hand=sitting.hand
    )
    propose_again(sitting, undone, decision.decided_by, new_id)
    sitting.ledger.note(
        "decision_undone", sitting.comment.id, decision=decision.id, instead=new_id, by=sitting.hand.signed
    )
    case_id = _reopen(sitting, basis, machine.id if machine else new_id)
    # What was taken back teaches nothing.
    sitting.session.execute(delete(Label).where(col(Label.decision_id) == decision.id))
    sitting.settle()
    return Ruled(new_id, case_id, actions_of(sitting, decision.id))


def _reopen(sitting: Sitting, basis: PersonBasis, about: int) -> int | None:
    """The case as it was answered, under a new number; one that asks about the comment meanwhile is enough.

    A copy goes back to the question that is asked about all, and becomes that question if none is open. About a comment
    that its author has taken back nobody is asked; a question for all passes to the next of them.
    """
    comment = sitting.comment
    withdrawn = comment.state is CommentState.WITHDRAWN
    if comment.case is not None:
        return comment.case.id
    campaign = None if basis.case else sitting.session.get(Campaign, basis.campaign or 0, with_for_update=True)
    asked = sitting.session.get(ReviewCase, campaign.case_id or 0) if campaign else None
    if asked is not None and asked.state != CaseState.CLOSED:
        return asked.id
    old = sitting.session.get(ReviewCase, basis.case) if basis.case else None
    if old is not None:
        again = put_again(sitting.session, sitting.house.ids, old)
        sitting.ledger.entries.extend(again.entries)
        if not withdrawn:
            return again.case_id
        comment.case = CaseRow(again.case_id, comment.id, CaseState.OPEN)
        sitting.ledger.close_case(comment, CaseEnd.WITHDRAWN, "author")
        return None
    if withdrawn:
        return None
    case_id = sitting.house.ids()
    row: dict[str, Any] = new_case(
        case_id,
        comment_id=comment.id,
        page_id=comment.page_id,
        revision_id=comment.revision_id,
        decision_id=about,
        reason=str(Reason.CAMPAIGN if campaign else Reason.PERSON),
        protected=False,
        uncertainty=1.0,
        at=sitting.at,
    )
    if campaign is not None:
        campaign.case_id = case_id
    sitting.ledger.add(ReviewCase, **row)
    sitting.ledger.note("case_opened", comment.id, case=case_id, decision=row["decision_id"])
    return case_id
