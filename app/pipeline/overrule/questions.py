"""Puts a question about a comment to people: objections, samples and second looks come in here."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.domain.states import CaseEnd, CaseState
from app.domain.words import Reason
from app.journal.chain import Entry
from app.pipeline.record.cases import new_case
from app.storage.tables import Action, Campaign, Comment, ReviewCase

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
    row = new_case(
        ids(),
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
    case = ReviewCase(**row)
    session.add(case)
    session.flush()
    return Asked(case.id, fresh=True, entries=(_opened(case),))


def put_again(session: Session, ids: IdSource, old: ReviewCase) -> Asked:
    """Put a closed question once more, as it was, under a new number; it stands for its campaign again.

    Its comment must be locked and have no open case.
    """
    case = ReviewCase(id=ids(), state=CaseState.OPEN.value, **{name: getattr(old, name) for name in _KEPT})
    session.add(case)
    session.execute(update(Campaign).where(col(Campaign.case_id) == old.id).values(case_id=case.id))
    session.flush()
    return Asked(case.id, fresh=True, entries=(_opened(case),))


def ask_again(session: Session, ids: IdSource, comment: Comment, removal: Action, at: int) -> tuple[Entry, ...]:
    """Ask about a comment whose removal a person has let out and somebody calls back; the comment must be locked.

    The question that the removal has answered is put again. Where it answered none, a person's own order opens one.
    Returns what the journal is to hold; nothing where another question is open.
    """
    query = select(ReviewCase).where(ReviewCase.comment_id == comment.id)
    old = session.exec(query.order_by(col(ReviewCase.id).desc())).first()
    let_out_by = removal.confirmed_by or removal.ordered_by
    if old is not None and (old.state, old.ended, old.ended_by) == (CaseState.CLOSED, CaseEnd.REMOVED, let_out_by):
        return put_again(session, ids, old).entries
    if removal.confirmed_by:
        return ()
    return ask(session, ids, comment, removal.decision_id, reason=Reason.PERSON, at=at).entries


def _opened(case: ReviewCase) -> Entry:
    body = {"case": case.id, "decision": case.decision_id, "page": case.page_id, "reason": case.reason}
    return Entry("case_opened", case.comment_id, body)
