"""One removal for all comments that say the same: which copies it may cover, and how each of them is decided.

A wave of residents looks exactly like a raid. Therefore what the machine reads as an appeal is looked at one by one,
however many say it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from sqlmodel import Session

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.states import CaseState, CommentState
from app.domain.words import Reason, Verdict
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.answering import Occasion, actions_of, remove
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.overrule.labels import UNSEEN
from app.pipeline.overrule.sitting import MACHINE, Sitting, found_id, sit, turn
from app.pipeline.overrule.wishes import BULK_UNDO_WINDOW, PersonVerdict, Ruled
from app.storage.basis import PersonBasis, person_basis
from app.storage.campaigns import Copy, campaign_about, count_copies, read_copy, removed_by
from app.storage.tables import Decision, ReviewCase

#: Questions that are about their own comment alone.
_APART: Final = frozenset({Reason.OBJECTION, Reason.AUDIT, Reason.PROTECTED_APPEAL, Reason.PRIVATE_MESSAGE})
_EACH: Final = (
    "похоже на обращение жителя: волна жалоб выглядит так же, как набег, поэтому такие копии смотрят по одной"
)
_reasons: Final = msgspec.json.Decoder(frozenset[str]).decode


class OneByOneError(ConflictError):
    """Each copy needs a look of its own."""


@dataclass(frozen=True, slots=True)
class Question:
    """A case about one comment of a campaign."""

    case_id: int
    campaign_id: int


@dataclass(frozen=True, slots=True)
class Together:
    """An open question about one of many: its case and campaign, the page whose act is applied, and its own comment.

    `for_all` is the case that stands for all of them, maybe this one.
    """

    case: ReviewCase
    campaign_id: int
    page: PageConfig
    head: Copy
    for_all: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """How many comments one removal could cover, this one included; 0 = none but this, `why_not` in words if known."""

    copies: int = 0
    why_not: str = ""


def check_for_copies(verdict: PersonVerdict) -> None:
    """What may be said about all copies at once: that they go, and of nobody that they are banned.

    Raises:
        InvalidInputError: it is something else.
    """
    if verdict.verdict is not Verdict.REMOVE:
        raise InvalidInputError("verdict", "ожидается remove: «оставить» и так закрывает вопрос обо всех копиях")
    if verdict.ban is not None:
        raise InvalidInputError("ban", "вместе с копиями никого не блокируют: блокируют по одному, глядя на автора")


def together(session: Session, configuration: Configuration, case_id: int, *, who: Principal, at: int) -> Together:
    """The question whose copies may be removed at once.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        InvalidInputError: it stands for its own comment alone.
        ConflictError: it is closed, somebody else holds it, the text has changed, or each copy needs a look of its own.
    """
    missing = f"вопроса {case_id} нет"
    case = session.get(ReviewCase, found_id(case_id, missing))
    if case is None or not who.may_touch(case.page_id):
        raise NotFoundError(missing)
    if case.state == CaseState.CLOSED:
        raise ConflictError(told.closed(case))
    if is_held_by_other(case, who, at):
        raise ConflictError(told.claimed(case))
    found = campaign_about(session, case)
    if found is None:
        raise InvalidInputError("campaign_of", "этот вопрос об одном комментарии: копий у него нет")
    page = configuration.current(session).by_id.get(case.page_id)
    if page is None:
        raise ConflictError("страница снята с модерации: решать по ней больше нечего")
    head = read_copy(session, found.id, case.comment_id)
    if head is None or head.comment.revision_id != case.revision_id:
        raise ConflictError("автор изменил комментарий")
    if _needs_a_look(head, page) or Reason.PROTECTED_APPEAL in _reasons(found.asked_json):
        raise OneByOneError(_EACH)
    return Together(case, found.id, page, head, found.case_id)


def offer(session: Session, configuration: Configuration, case_id: int, *, who: Principal, at: int) -> Offer:
    """What the page of a question says about its copies."""
    try:
        found = together(session, configuration, case_id, who=who, at=at)
    except OneByOneError as error:
        return Offer(why_not=str(error))
    except (ConflictError, InvalidInputError):
        return Offer()
    copies = count_copies(session, found.campaign_id)
    return Offer(copies) if copies > 1 else Offer()


def why_not(copy: Copy, page: PageConfig, *, who: Principal, at: int) -> str:
    """Why a copy does not go with the others, in words; '' = it does."""
    return _decided(copy) or _asked_apart(copy, who, at) or (_EACH if _needs_a_look(copy, page) else "")


def _decided(copy: Copy) -> str:
    comment = copy.comment
    if comment.state == CommentState.WITHDRAWN:
        return "автор сам удалил комментарий"
    if comment.state != CommentState.VISIBLE:
        return "комментария на странице уже нет"
    bound = comment.restored_revision_id == comment.revision_id
    if bound or (copy.verdict == Verdict.KEEP and copy.decided_by != MACHINE):
        return f"комментарий велено оставить ({told.named(copy.decided_by)})"
    if copy.verdict == Verdict.REMOVE and copy.case is None:
        return f"комментарий уже решено удалить ({told.named(copy.decided_by)})"
    return ""


def _asked_apart(copy: Copy, who: Principal, at: int) -> str:
    if copy.comment.private:
        return "личные сообщения не удаляют"
    if copy.case is None:
        return ""
    if copy.case.reason in _APART:
        return f"о комментарии есть отдельный вопрос {copy.case.id}"
    return told.claimed(copy.case) if is_held_by_other(copy.case, who, at) else ""


def remove_copy(
    house: House,
    configuration: Configuration,
    question: Question,
    comment_id: int,
    verdict: PersonVerdict,
    *,
    who: Principal,
    abilities: Mapping[str, Abilities],
) -> Ruled:
    """Remove one copy, in a transaction of its own; what this person has removed so already stays as it is.

    `verdict.revision` is the number of the copy's text that is meant.

    Raises:
        DvornikError: the question no longer stands, or the copy is no longer one, with why.
    """

    def act(session: Session) -> Ruled:
        missing = f"комментария {comment_id} нет"
        sitting = sit(session, house, configuration, comment_id, who=who, abilities=abilities, missing=missing)
        done = _done(sitting, PersonBasis(campaign=question.campaign_id))
        if done is not None:
            return done
        found = together(session, configuration, question.case_id, who=who, at=sitting.at)
        copy = read_copy(session, question.campaign_id, comment_id)
        if copy is None or copy.revision != verdict.revision or found.campaign_id != question.campaign_id:
            raise ConflictError("автор изменил комментарий")
        refusal = why_not(copy, sitting.page, who=who, at=sitting.at)
        if refusal:
            raise ConflictError(refusal)
        own = sitting.comment.case.id if sitting.comment.case else None
        occasion = Occasion(own, UNSEEN, BULK_UNDO_WINDOW, ban_unasked=True, campaign_id=question.campaign_id)
        return remove(sitting, occasion, replace(verdict, note=""))

    return turn(house, act)


def undoable(session: Session, case_id: int, *, who: Principal, at: int) -> tuple[int, ...]:
    """This person's removals of a closed question's copies that can still be taken back, the question's own first."""
    case = session.get(ReviewCase, case_id)
    found = campaign_about(session, case) if case else None
    if found is None:
        return ()
    made = [(decision, person_basis(basis)) for decision, basis in removed_by(session, found.id, who.by)]
    mine = [(decision, basis) for decision, basis in made if found.id == basis.campaign or case_id == basis.case]
    in_time = [(decision, basis) for decision, basis in mine if basis.undo_until > at]
    return tuple(decision for decision, _ in sorted(in_time, key=lambda one: one[1].case != case_id))


def done_before(house: House, configuration: Configuration, case_id: int, *, who: Principal) -> Ruled | None:
    """What this person has done with the question already, so that pressing twice does and tells the same."""
    with house.database.read() as session:
        case = session.get(ReviewCase, case_id)
        if case is None or case.state != CaseState.CLOSED or not who.may_touch(case.page_id):
            return None
    missing = f"вопроса {case_id} нет"

    def act(session: Session) -> Ruled | None:
        sitting = sit(session, house, configuration, case.comment_id, who=who, abilities={}, missing=missing)
        return _done(sitting, PersonBasis(case=case_id))

    return turn(house, act)


def _done(sitting: Sitting, basis: PersonBasis) -> Ruled | None:
    """The removal by this person that holds and was made so, if there is one."""
    decision = sitting.session.get(Decision, sitting.comment.decision_id)
    if decision is None or decision.decided_by != sitting.who.by or decision.verdict != Verdict.REMOVE:
        return None
    made = person_basis(decision.basis_json)
    if decision.revision_id != sitting.comment.revision_id or not _same(made, basis):
        return None
    return Ruled(decision.id, made.case, actions_of(sitting, decision.id), made.undo_until)


def _same(made: PersonBasis, basis: PersonBasis) -> bool:
    if basis.campaign is not None:
        return made.campaign == basis.campaign
    return made.case == basis.case


def _needs_a_look(copy: Copy, page: PageConfig) -> bool:
    """Whether the machine reads it as an appeal, or people were asked because it is one."""
    if copy.case is not None and copy.case.protected:
        return True
    appeal = copy.appeal is not None and copy.appeal >= page.policy.appeal
    return appeal or Reason.PROTECTED_APPEAL in _reasons(copy.reasons_json)
