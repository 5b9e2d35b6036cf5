"""Puts a question about a comment to people: objections, samples and second looks come in here."""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.domain.states import CaseEnd, CaseState
from app.domain.words import Reason
from app.journal.chain import Entry
from app.pipeline.record.cases import new_case
from app.storage.tables import Action, Comment, ReviewCase

#: What a question keeps that is put once more.
_KEPT: Final = (
    "comment_id",
    "page_id",
    "revision_id",
    "decision_id",
    "reason",
    "protected",
    "category",
    "uncertainty",
    "rank",
    "assigned_to",
    "skipped_json",
    "opened_at",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The case that asks, whether it is a new one, and what the journal is to hold about it."""

    case_id: int
    fresh: bool
    entries: tuple[Entry, ...]


def ask(
    session: Session,
    ids: IdSource,
    comment: Comment,
    decision_id: int,
    *,
    reason: Reason,
    at: int,
    protected: bool = False,
    sampled: bool = False,
    uncertainty: float = 1.0,
    category: str = "",
) -> Asked:
    """Open a case about the comment's newest text, unless one is open already; the comment must be locked.

    The caller appends the entries to the journal in the same transaction.
    """
    query = select(ReviewCase.id).where(
        ReviewCase.comment_id == comment.id, col(ReviewCase.state) != CaseState.CLOSED.value
    )
    known = session.exec(query).first()
    if known is not None:
        return Asked(known, fresh=False, entries=())
    case_id = ids()
    row = new_case(
        case_id,
        comment_id=comment.id,
        page_id=comment.page_id,
        revision_id=comment.revision_id,
        decision_id=decision_id,
        reason=str(reason),
        protected=protected,
        uncertainty=uncertainty,
        category=category,
        sampled=sampled,
        at=at,
    )
    session.add(ReviewCase(**row))
    session.flush()
    body = {"case": case_id, "decision": decision_id, "page": comment.page_id, "reason": str(reason)}
    return Asked(case_id, fresh=True, entries=(Entry("case_opened", comment.id, body),))


def ask_again(session: Session, ids: IdSource, action: Action, closed_by: str) -> list[Entry]:
    """Open the question again that somebody has closed by letting this removal out; its comment is locked.

    Nothing is asked where none was closed, or where another one is open. Returns what the journal is to hold.
    """
    query = select(ReviewCase).where(ReviewCase.comment_id == action.comment_id)
    old = session.exec(query.order_by(col(ReviewCase.id).desc())).first()
    if old is None or (old.state, old.ended, old.ended_by) != (CaseState.CLOSED, CaseEnd.REMOVED, closed_by):
        return []
    row = {name: getattr(old, name) for name in _KEPT}
    case = ReviewCase(id=ids(), state=CaseState.OPEN.value, **row)
    session.add(case)
    session.flush()
    body = {"case": case.id, "decision": case.decision_id, "page": case.page_id, "reason": case.reason}
    return [Entry("case_opened", case.comment_id, body)]
