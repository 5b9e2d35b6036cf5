"""What a person's keep and remove do to a comment: the same for one case, for many, and for a reversal."""

from dataclasses import dataclass, replace
from typing import Final

from sqlmodel import col, select

from app.domain.decisions import Keep, PersonRemove
from app.domain.errors import ConflictError
from app.domain.states import ActionState, CaseEnd, CommentState, WaitingFor
from app.domain.words import ActionKind, Reason, Verdict
from app.pipeline.overrule.grounds import check_ban, check_not_private, check_remove
from app.pipeline.overrule.labels import label
from app.pipeline.overrule.lifting import call_back, lift
from app.pipeline.overrule.seconds import ABSENT, absence, is_alone, written_reason
from app.pipeline.overrule.sitting import Sitting, opinion_of
from app.pipeline.overrule.standing_bans import go_on, take_over
from app.pipeline.overrule.wishes import PersonVerdict, Ruled
from app.pipeline.record.deciding import Wanted
from app.storage.tables import Action

_PERSON: Final = "person"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a person decides: the case that is answered, if any, and for how long the answer can be taken back."""

    case_id: int | None
    #: `case`, `audit`, `objection` or `reversal`; `UNSEEN` of a copy.
    source: str
    #: Microseconds from now.
    window: int
    objection: bool = False
    #: Nobody was asked about the ban that the machine proposes: a removal leaves it proposed.
    ban_unasked: bool = False
    #: The comment goes as a copy of the one that this campaign's question was about.
    campaign_id: int | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The codes that the decision bears."""
        if self.campaign_id is not None:
            return Reason.PERSON, Reason.CAMPAIGN
        return (Reason.PERSON, Reason.OBJECTION) if self.objection else (Reason.PERSON,)


def keep(sitting: Sitting, occasion: Occasion) -> Ruled:
    """The text stays, or comes back: a person's word binds for this text as a restore in the network does."""
    comment, machine = sitting.comment, sitting.machine_decision()
    call_back(sitting, _PERSON)
    wanted, cannot = lift(sitting)
    ruling = Keep(occasion.reasons, basis=_basis(sitting, occasion))
    decision_id = _decide(sitting, ruling)
    for one in wanted:
        _order(sitting, occasion, one, decision_id)
    _close(sitting, CaseEnd.KEPT)
    comment.restored_revision_id = comment.revision_id
    label(sitting, decision_id, occasion.source, Verdict.KEEP, (), machine)
    sitting.settle()
    return _ruled(sitting, occasion, decision_id, cannot=cannot)


def remove(sitting: Sitting, occasion: Occasion, verdict: PersonVerdict) -> Ruled:
    """The text goes, on a clause of the act or for a broken law; what the machine had ordered gives way.

    A ban that was confirmed stands unless another one is wished for; one that is only proposed is declined, except
    where nobody was asked about it.

    Raises:
        InvalidInputError: the grounds are not the act's, it is a private message, or the ban is not allowed.
        ConflictError: the author was faster.
    """
    comment, policy = sitting.comment, sitting.page.policy.policy
    check_not_private(private=comment.private)
    if comment.state is CommentState.WITHDRAWN:
        raise ConflictError("автор сам удалил комментарий")
    grounds = check_remove(verdict, policy)
    machine = sitting.machine_decision()
    standing = take_over(sitting, proposals=occasion.ban_unasked) if verdict.ban is None else None
    call_back(sitting, _PERSON)
    basis = _basis(sitting, occasion)
    if verdict.law is not None:
        law = verdict.law
        basis["law"] = {"level": str(law.level), "act": law.act.strip(), "article": law.article.strip()}
    if verdict.personal_data:
        basis["personal_data"] = True
    ruling = PersonRemove(verdict.categories, grounds.clauses, occasion.reasons, basis)
    decision_id = _decide(sitting, ruling)
    if comment.state is not CommentState.REMOVED:
        _order(sitting, occasion, Wanted(grounds.how, "; ".join(grounds.clauses)), decision_id)
    second_needed = verdict.ban is not None and _ban(sitting, occasion, verdict, decision_id)
    if standing is not None:
        go_on(sitting, standing, decision_id, not_before=sitting.at + occasion.window)
    _close(sitting, CaseEnd.REMOVED)
    comment.restored_revision_id = None
    label(sitting, decision_id, occasion.source, Verdict.REMOVE, verdict.categories, machine)
    sitting.settle()
    return _ruled(sitting, occasion, decision_id, second_needed=second_needed)


def _basis(sitting: Sitting, occasion: Occasion) -> dict[str, object]:
    basis: dict[str, object] = {"undo_until": sitting.at + occasion.window}
    if occasion.case_id is not None:
        basis["case"] = occasion.case_id
    if occasion.campaign_id is not None:
        basis["campaign"] = occasion.campaign_id
    return basis


def _decide(sitting: Sitting, ruling: Keep | PersonRemove) -> int:
    opinion = opinion_of(sitting.machine_decision())
    return sitting.deciding.decide(
        sitting.comment, sitting.page, ruling, opinion, mode=sitting.page.mode, hand=sitting.hand
    )


def _order(sitting: Sitting, occasion: Occasion, wanted: Wanted, decision_id: int) -> None:
    """Into the outbox, but not before it can no longer be taken back."""
    waits = replace(wanted, waiting_for=WaitingFor.UNDO_WINDOW, due_at=sitting.at + occasion.window)
    sitting.deciding.order(sitting.comment, sitting.page, waits, ActionState.PENDING, decision_id, hand=sitting.hand)


def _ban(sitting: Sitting, occasion: Occasion, verdict: PersonVerdict, decision_id: int) -> bool:
    """Order the ban that is wished for; whether it waits for another person's word."""
    wish = verdict.ban
    if wish is None:
        return False
    rules = check_ban(wish, sitting.page, sitting.comment)
    category = str(verdict.categories[0]) if verdict.categories else ""
    wanted = Wanted(ActionKind.BAN_AUTHOR, str(rules.clause), category, wish.seconds)
    if wish.seconds is not None:
        _order(sitting, occasion, wanted, decision_id)
        return False
    if is_alone(sitting.session, sitting.who, sitting.page.id, sitting.page.policy.policy):
        reason = written_reason(verdict.second_reason, why="бессрочную блокировку подтверждают двое")
        stand_in(sitting, decision_id, "ban", reason)
        _order(sitting, occasion, wanted, decision_id)
        return False
    first = replace(wanted, confirmed_by=sitting.hand.by)
    sitting.deciding.order(sitting.comment, sitting.page, first, ActionState.PROPOSED, decision_id, hand=sitting.hand)
    return True


def stand_in(sitting: Sitting, decision_id: int, what: str, reason: str) -> None:
    """A written reason stands in for the second person; reports count these. `what` is `ban` or `objection`."""
    number = sitting.note(reason)
    body = absence(decision_id, sitting.page.id, what, number, sitting.hand.signed)
    sitting.ledger.note(ABSENT, sitting.comment.id, **body)


def _close(sitting: Sitting, end: CaseEnd) -> None:
    sitting.ledger.close_case(sitting.comment, end, sitting.hand.by, signed=sitting.hand.signed)


def _ruled(
    sitting: Sitting,
    occasion: Occasion,
    decision_id: int,
    *,
    second_needed: bool = False,
    cannot: tuple[str, ...] = (),
) -> Ruled:
    return Ruled(
        decision_id,
        occasion.case_id,
        actions_of(sitting, decision_id),
        sitting.at + occasion.window,
        second_needed,
        cannot,
    )


def actions_of(sitting: Sitting, decision_id: int) -> tuple[Action, ...]:
    """A decision's actions as they stand."""
    query = select(Action).where(Action.decision_id == decision_id).order_by(col(Action.id))
    return tuple(sitting.session.exec(query.execution_options(populate_existing=True)))
