"""Where two people are needed, and when an office of one may decide with a written reason."""

from typing import Final

from sqlmodel import Session, col, select

from app.domain.errors import ConflictError, InvalidInputError
from app.domain.ids import IdSource
from app.domain.principals import Principal
from app.domain.words import Verdict
from app.journal.chain import Entry
from app.outbox.permission import REMOVALS
from app.pipeline.configuration import Configuration
from app.pipeline.overrule.claims import DECIDING
from app.pipeline.overrule.sitting import words
from app.pipeline.overrule.wishes import SHORTEST_REASON
from app.policy.rules import Policy, SecondPerson
from app.storage.accounts import others_with_role
from app.storage.tables import Action, Comment, Decision, Note, Objection

#: The kind of the journal's entries by which reports count decisions of one person where two are the rule.
ABSENT: Final = "second_person_absent"


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
    """Whoever took the decision objected to, or upheld it since, does not answer the objection.

    Returns the written reason if it stands in for a second person, None if none is needed.

    Raises:
        ConflictError: this person took it, and somebody else could answer or must be found.
        InvalidInputError: this person is alone and gives no reason.
    """
    objected = select(Objection.decision_id).where(
        Objection.comment_id == comment_id, col(Objection.answered_at).is_(None)
    )
    decisions = list(session.exec(objected))
    if decisions:
        decisions += _removal_that_holds(session, comment_id)
    if not any(_took(session, decision, who) for decision in decisions):
        return None
    if not is_alone(session, who, page_id, policy):
        raise ConflictError("это возражение на ваше решение: на него отвечает другой сотрудник")
    return written_reason(reason, why="это возражение на ваше решение")


def _removal_that_holds(session: Session, comment_id: int) -> list[int]:
    """The comment's present decision if it removes: it may be newer than the one that the author was told of."""
    query = select(Decision.id).join(Comment, col(Comment.decision_id) == col(Decision.id))
    return list(session.exec(query.where(Comment.id == comment_id, Decision.verdict == Verdict.REMOVE.value)))


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


def lone_ban(
    session: Session,
    ids: IdSource,
    configuration: Configuration,
    action: Action,
    *,
    who: Principal,
    reason: str,
    at: int,
) -> list[Entry]:
    """The entry of a written reason with which one person bans for ever; none where two are to confirm.

    Raises:
        InvalidInputError: this person is alone and gives no reason.
    """
    page = configuration.current(session).by_id.get(action.page_id)
    if page is None or not is_alone(session, who, action.page_id, page.policy.policy):
        return []
    number = ids()
    session.add(
        Note(
            id=number,
            comment_id=action.comment_id,
            action_id=action.id,
            account_id=who.account_id,
            text=written_reason(reason, why="бессрочную блокировку подтверждают двое"),
            written_at=at,
        )
    )
    return [Entry(ABSENT, action.comment_id, absence(action.decision_id, action.page_id, "ban", number, who.signed))]


def absence(decision_id: int, page_id: int, what: str, note_id: int | None, by: str) -> dict[str, object]:
    """What the journal holds about a second person who was not there; `what` is `ban` or `objection`."""
    return {"decision": decision_id, "page": page_id, "what": what, "note": note_id, "by": by}
