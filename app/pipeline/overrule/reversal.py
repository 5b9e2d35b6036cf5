"""Takes back a removal that stands, sent or not, and opens the question anew where something was kept."""

from collections.abc import Mapping

from sqlmodel import Session

from app.domain.errors import ConflictError, NotFoundError
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.states import CommentState
from app.domain.words import Reason, Verdict
from app.journal.chain import Entry, append
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.answering import Occasion, keep, stand_in
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.overrule.labels import REVERSAL
from app.pipeline.overrule.questions import ask
from app.pipeline.overrule.seconds import check_objection
from app.pipeline.overrule.sitting import Sitting, found_id, sit, turn, words
from app.pipeline.overrule.wishes import UNDO_WINDOW, Ruled
from app.storage.outbox import lock_comment
from app.storage.tables import Decision, Note, ReviewCase


def reverse(
    house: House,
    configuration: Configuration,
    decision_id: int,
    *,
    who: Principal,
    reason: str,
    second_reason: str = "",
    abilities: Mapping[str, Abilities],
) -> Ruled:
    """Take a removal back: what was not sent is cancelled, what was sent is restored and unbanned where that goes.

    `Ruled.cannot` says in words what stays as it is.

    Raises:
        NotFoundError: there is no such decision, or not for this person.
        InvalidInputError: the reason is missing, or the one that stands in for a second person.
        ConflictError: it is no removal, it is not the newest decision, or somebody looks at the comment's case.
    """
    reason = words("reason", reason, needed=True)
    missing = f"решения {decision_id} нет"

    def act(session: Session) -> Ruled:
        decision = session.get(Decision, found_id(decision_id, missing))
        if decision is None:
            raise NotFoundError(missing)
        sitting = sit(session, house, configuration, decision.comment_id, who=who, abilities=abilities, missing=missing)
        _check_removal(sitting, decision)
        alone = check_objection(
            session, who, sitting.page.id, sitting.page.policy.policy, decision.comment_id, second_reason
        )
        sitting.note(reason)
        if alone is not None:
            stand_in(sitting, decision.id, "objection", alone)
        sitting.ledger.note(
            "decision_reversed", sitting.comment.id, decision=decision.id, page=sitting.page.id, by=sitting.hand.signed
        )
        # Undone, it opens the question again that it closes on its way.
        asked = sitting.comment.case.id if sitting.comment.case else None
        return keep(sitting, Occasion(asked, REVERSAL, UNDO_WINDOW))

    return turn(house, act)


def _check_removal(sitting: Sitting, decision: Decision) -> None:
    _check_newest(sitting.comment.decision_id, decision)
    if decision.verdict != Verdict.REMOVE:
        raise ConflictError(f"решение {decision.id} ничего не удаляет: отменять в нём нечего")
    case = sitting.comment.case
    row = sitting.session.get(ReviewCase, case.id) if case else None
    if row is not None and is_held_by_other(row, sitting.who, sitting.at):
        raise ConflictError(told.claimed(row))


def _check_newest(newest: int | None, decision: Decision) -> None:
    if newest != decision.id:
        raise ConflictError(f"решение {decision.id} уже заменено решением {newest}")


def reopen(house: House, decision_id: int, *, who: Principal, reason: str) -> int:
    """Put a decision's question to people again, whoever took it; returns the id of the case that asks.

    Raises:
        NotFoundError: there is no such decision, or not for this person.
        InvalidInputError: the reason is missing or too long.
        ConflictError: it is not the newest decision, or the comment is gone.
    """
    reason = words("reason", reason, needed=True)
    missing = f"решения {decision_id} нет"

    def act(session: Session) -> int:
        decision = session.get(Decision, found_id(decision_id, missing))
        if decision is None or not who.may_touch(decision.page_id):
            raise NotFoundError(missing)
        comment = lock_comment(session, decision.comment_id)
        if comment is None:
            raise NotFoundError(missing)
        _check_newest(comment.decision_id, decision)
        if comment.state != CommentState.VISIBLE:
            raise ConflictError("комментария в сети больше нет: спрашивать не о чем")
        at, number = house.clock.now(), house.ids()
        session.add(Note(id=number, comment_id=comment.id, account_id=who.account_id, text=reason, written_at=at))
        asked = ask(session, house.ids, comment, decision.id, reason=Reason.PERSON, at=at)
        body = {"decision": decision.id, "case": asked.case_id, "note": number, "by": who.signed}
        entries = [Entry("decision_questioned", comment.id, body), *asked.entries]
        append(session, house.journal_key, entries, at)
        return asked.case_id

    return turn(house, act)
