"""Puts a question about a comment to people: objections, samples and second looks come in here."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.domain.states import CaseState
from app.domain.words import Reason
from app.journal.chain import Entry
from app.pipeline.record.cases import new_case
from app.storage.tables import Comment, ReviewCase


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
