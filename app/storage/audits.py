"""Queries of the audit sample: which decisions are drawn from, which may be asked about, how likely each was drawn."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec
import sqlalchemy
from sqlalchemy import exists
from sqlmodel import Session, col, func, select

from app.domain.states import CaseState, CommentState
from app.domain.urgency import rank
from app.domain.words import Reason
from app.storage.tables import Comment, Decision, Journal, Page, ReviewCase, RevisionBody

#: The journal's kind of entry under which a question is opened, and the name of the probability in its body.
OPENED: Final = "case_opened"
PROBABILITY: Final = "sampled"
_MACHINE: Final = "machine"


class _Opened(msgspec.Struct):
    """What is read of a journal entry's body."""

    sampled: float | None = None


_opened: Final = msgspec.json.Decoder(_Opened).decode


def stretch_of_decisions(
    session: Session, *, after: int, before: int, limit: int
) -> Sequence[tuple[int, int, str, str, str]]:
    """Decisions with ids in (after, before), oldest first: id, page, verdict, reasons as JSON, by whom."""
    columns = (Decision.id, Decision.page_id, Decision.verdict, Decision.reasons_json, Decision.decided_by)
    query = sqlalchemy.select(*map(col, columns)).where(col(Decision.id) > after, col(Decision.id) < before)
    return [tuple(row) for row in session.execute(query.order_by(col(Decision.id)).limit(limit))]


def audits_since(session: Session, pages: Collection[int], *, first_id: int, since: int) -> Mapping[int, int]:
    """How many audit cases were opened on each page at `since` (microseconds) or later; `first_id` bounds their ids."""
    query = (
        select(ReviewCase.page_id, func.count())
        .where(
            col(ReviewCase.page_id).in_(pages),
            col(ReviewCase.id) >= first_id,
            col(ReviewCase.opened_at) >= since,
            col(ReviewCase.reason) == str(Reason.AUDIT),
        )
        .group_by(col(ReviewCase.page_id))
    )
    return dict(session.exec(query).all())


def askable(session: Session, decisions: Collection[int]) -> dict[int, Decision]:
    """Of these decisions of the machine those that a person may be asked about, with their rows, by comment.

    They stand, their comment is public, not taken back by its author, its words are there, its page is ours, and nobody
    was asked or is being asked about them.
    """
    asked = exists().where(
        col(ReviewCase.comment_id) == col(Comment.id),
        (col(ReviewCase.state) != "closed") | (col(ReviewCase.decision_id) == col(Decision.id)),
    )
    query = (
        select(Decision)
        .join(Comment, col(Comment.id) == col(Decision.comment_id))
        .join(Page, col(Page.id) == col(Decision.page_id))
        .join(RevisionBody, col(RevisionBody.revision_id) == col(Decision.revision_id))
        .where(
            col(Decision.id).in_(decisions),
            col(Decision.decided_by) == _MACHINE,
            col(Comment.decision_id) == col(Decision.id),
            col(Comment.private).is_(False),
            col(Comment.state) != CommentState.WITHDRAWN.value,
            col(Page.removed_at).is_(None),
            col(RevisionBody.text).is_not(None),
            ~asked,
        )
        .order_by(col(Comment.id))
    )
    return {decision.comment_id: decision for decision in session.exec(query)}


def unanswered(session: Session, *, before: int, now: int, limit: int) -> Sequence[tuple[int, int]]:
    """Case and comment of the sample's questions that nobody holds and that were opened before `before` (microseconds).

    The oldest first: their ranks are the last of the queue, in order of time.
    """
    first, last = (rank(protected=False, sampled=True, uncertainty=0.0, opened_at=at) for at in (0, before))
    query = select(ReviewCase.id, ReviewCase.comment_id).where(
        col(ReviewCase.state) != CaseState.CLOSED.value,
        (col(ReviewCase.state) == CaseState.OPEN.value) | (col(ReviewCase.claimed_until) < now),
        col(ReviewCase.rank) >= first,
        col(ReviewCase.rank) < last,
        col(ReviewCase.reason) == str(Reason.AUDIT),
    )
    return session.exec(query.order_by(col(ReviewCase.rank)).limit(limit)).all()


def probabilities(session: Session, comments: Collection[int]) -> Mapping[int, Sequence[tuple[int, float]]]:
    """For each comment that was drawn: when, and with which probability; oldest first. They stand in the journal."""
    query = select(Journal.subject_id, Journal.at, Journal.body).where(
        col(Journal.subject_id).in_(comments), col(Journal.kind) == OPENED
    )
    found: dict[int, list[tuple[int, float]]] = {}
    for comment, at, body in session.exec(query.order_by(col(Journal.at))):
        drawn = _opened(body).sampled
        if comment is not None and drawn is not None:
            found.setdefault(comment, []).append((at, drawn))
    return found
