"""Where two people are needed, and when an office of one may decide with a written reason."""

from typing import Final

from sqlmodel import Session, col, select

from app.domain.errors import ConflictError, InvalidInputError
from app.domain.principals import Principal
from app.domain.words import Role
from app.outbox.permission import REMOVALS
from app.pipeline.overrule.sitting import words
from app.pipeline.overrule.wishes import SHORTEST_REASON
from app.policy.rules import Policy, SecondPerson
from app.storage.accounts import others_with_role
from app.storage.tables import Action, Decision, Objection

DECIDING: Final = (Role.MODERATOR, Role.ADMIN)


def is_alone(session: Session, who: Principal, page_id: int, policy: Policy) -> bool:
    """Whether the policy lets one person decide and there is nobody else who could."""
    if policy.second_person is SecondPerson.REQUIRED:
        return False
    return not others_with_role(session, who.account_id, page_id, DECIDING)


def written_reason(reason: str, *, why: str) -> str:
    """The reason that stands in for a second person.

    Raises:
        InvalidInputError: it is missing or says too little.
    """
    reason = words("second_reason", reason)
    if len(reason) < SHORTEST_REASON:
        raise InvalidInputError(
            "second_reason",
            f"{why}; второго сотрудника нет, поэтому ожидается причина словами, от {SHORTEST_REASON} знаков",
        )
    return reason


def check_objection(  # noqa: PLR0917 - one sentence: may this person, on this page, answer about this comment
    session: Session, who: Principal, page_id: int, policy: Policy, comment_id: int, reason: str
) -> str | None:
    """Whoever took the decision objected to does not answer the objection.

    Returns the written reason if it stands in for a second person, None if none is needed.

    Raises:
        ConflictError: this person took it, and somebody else could answer or must be found.
        InvalidInputError: this person is alone and gives no reason.
    """
    objected = select(Objection.decision_id).where(
        Objection.comment_id == comment_id, col(Objection.answered_at).is_(None)
    )
    decisions = list(session.exec(objected))
    if not any(_took(session, decision, who) for decision in decisions):
        return None
    if not is_alone(session, who, page_id, policy):
        raise ConflictError("это возражение на ваше решение: на него отвечает другой сотрудник")
    return written_reason(reason, why="это возражение на ваше решение")


def _took(session: Session, decision_id: int, who: Principal) -> bool:
    """Whether the decision is this person's, or the machine's that this person let out."""
    decision = session.get(Decision, decision_id)
    if decision is None:
        return False
    if decision.decided_by == who.by:
        return True
    confirmed = select(Action.confirmed_by).where(
        Action.decision_id == decision_id, col(Action.kind).in_([kind.value for kind in REMOVALS])
    )
    return any(who.by in by.split(", ") for by in session.exec(confirmed))
