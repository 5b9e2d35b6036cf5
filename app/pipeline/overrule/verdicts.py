"""A person answers a case, and may take the answer back while nothing of it has been sent."""

from collections.abc import Mapping
from typing import Final

from sqlmodel import Session

from app.domain.clock import rfc3339
from app.domain.decisions import LawViolation
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.words import Reason, Verdict
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.answering import Occasion, keep, remove, stand_in
from app.pipeline.overrule.claims import is_held_by_other, lock_case
from app.pipeline.overrule.grounds import check_keep
from app.pipeline.overrule.labels import source_of
from app.pipeline.overrule.seconds import check_objection
from app.pipeline.overrule.sitting import Sitting, sit, turn, words
from app.pipeline.overrule.undoing import undo
from app.pipeline.overrule.wishes import UNDO_WINDOW, BanWish, PersonVerdict, Ruled
from app.storage.tables import ReviewCase

__all__: Final = ("BanWish", "LawViolation", "PersonVerdict", "Ruled", "rule", "undo")


def rule(
    house: House,
    configuration: Configuration,
    case_id: int,
    verdict: PersonVerdict,
    *,
    who: Principal,
    abilities: Mapping[str, Abilities],
    window: int = UNDO_WINDOW,
) -> Ruled:
    """Answer a case; what follows is sent when the `window` (microseconds) for taking it back is over.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        InvalidInputError: the verdict lacks what the act asks for.
        ConflictError: the case is closed, somebody else holds it, or the text has changed; who, what and when.
    """
    words("note", verdict.note)

    def act(session: Session) -> Ruled:
        case, comment = lock_case(session, case_id, who)
        at = house.clock.now()
        if is_held_by_other(case, who, at):
            raise ConflictError(told.claimed(case))
        sitting = sit(
            session, house, configuration, comment.id, who=who, abilities=abilities, missing=f"вопроса {case_id} нет"
        )
        _check_text(sitting, case, verdict)
        return _answer(sitting, case, verdict, window)

    return turn(house, act)


def _check_text(sitting: Sitting, case: ReviewCase, verdict: PersonVerdict) -> None:
    number = sitting.revision_number()
    if case.revision_id == sitting.comment.revision_id and verdict.revision == number:
        return
    when = rfc3339(max(sitting.comment.digest_at, case.opened_at))
    raise ConflictError(f"автор изменил комментарий: сейчас это текст № {number} ({when}), прочтите его")


def _answer(sitting: Sitting, case: ReviewCase, verdict: PersonVerdict, window: int) -> Ruled:
    who, page = sitting.who, sitting.page
    alone = check_objection(
        sitting.session, who, page.id, page.policy.policy, sitting.comment.id, verdict.second_reason
    )
    objection = case.reason == Reason.OBJECTION
    # Whoever answers many at once, or only measures the machine, was not asked about a ban.
    unasked = window != UNDO_WINDOW or case.reason == Reason.AUDIT
    occasion = Occasion(case.id, source_of(case.reason), window, objection, unasked)
    sitting.note(words("note", verdict.note))
    if alone is not None:
        stand_in(sitting, case.decision_id, "objection", alone)
    match verdict.verdict:
        case Verdict.KEEP:
            check_keep(verdict)
            return keep(sitting, occasion)
        case Verdict.REMOVE:
            return remove(sitting, occasion, verdict)
        case Verdict.REVIEW:
            raise InvalidInputError("verdict", "ожидается keep или remove")
