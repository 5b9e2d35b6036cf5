"""Reads campaigns: comments of a page that say the same and share one question to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from app.domain.states import CaseState, CommentState
from app.domain.words import Verdict
from app.storage.bulk import Bulk
from app.storage.tables import Campaign, CampaignComment, Comment, Decision, ReviewCase, Revision, RevisionBody
from app.storage.walk import Statement

_NEXT: Final = (
    "SELECT c.id, c.revision_id, c.decision_id, d.categories_json FROM campaign_comment m"
    " JOIN comment c ON c.id = m.comment_id AND c.revision_id = m.revision_id"
    " JOIN decision d ON d.id = c.decision_id"
    " WHERE m.campaign_id = {mark} AND c.state = 'visible' AND d.verdict = 'review' AND NOT EXISTS"
    " (SELECT 1 FROM review_case r WHERE r.comment_id = c.id AND r.state <> 'closed')"
    " ORDER BY m.id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as it stands: how many comments still say it, how many of them are visible, by how many authors."""

    campaign: Campaign
    comments: int
    visible: int
    authors: int


@dataclass(frozen=True, slots=True)
class Member:
    """One comment of a campaign with the decision that holds; `id` places it in the list."""

    id: int
    comment_id: int
    decision_id: int | None
    state: CommentState
    joined_at: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A comment of a campaign whose newest text, number `revision`, still says it.

    The decision is the one that holds; `appeal` is its score, None = the text was not judged. `case` is the one that is
    open about this comment itself.
    """

    comment: Comment
    revision: int
    verdict: str
    decided_by: str
    reasons_json: str
    appeal: float | None
    case: ReviewCase | None


def next_to_ask(bulk: Bulk, campaign_id: int) -> tuple[Any, ...] | None:
    """Comment, revision, decision and its categories of the first member that a person should look at.

    Nobody was asked about it, it is visible and still says the same; the comment is locked.
    """
    sql = _NEXT.format(mark="?" if bulk.is_sqlite else "%s") + ("" if bulk.is_sqlite else " FOR UPDATE OF c")
    bulk.cursor.execute(sql, (campaign_id,))
    rows = bulk.cursor.fetchall()
    return rows[0] if rows else None


def campaign_about(session: Session, case: ReviewCase) -> Campaign | None:
    """The campaign that a case stands for, else the newest that the text it asks about belongs to."""
    standing = select(Campaign).where(col(Campaign.case_id) == case.id)
    members = select(Campaign).join(CampaignComment, col(CampaignComment.campaign_id) == col(Campaign.id))
    mine = members.where(
        col(CampaignComment.comment_id) == case.comment_id, col(CampaignComment.revision_id) == case.revision_id
    )
    found: Campaign | None = (
        session.scalars(standing.limit(1)).first() or session.scalars(mine.order_by(col(Campaign.id).desc())).first()
    )
    return found


def count_campaign(session: Session, campaign: Campaign) -> CampaignRecord:
    """The campaign with its numbers as they are."""
    query = (
        select(
            func.count(),
            func.count().filter(col(Comment.state) == CommentState.VISIBLE.value),
            func.count(col(Comment.author_id).distinct()),
        )
        .select_from(CampaignComment)
        .join(Comment, _says_it())
        .where(col(CampaignComment.campaign_id) == campaign.id)
    )
    comments, visible, authors = session.execute(query).one()
    return CampaignRecord(campaign, comments, visible, authors)


def campaign_comments(session: Session, campaign_id: int, *, after: int | None, limit: int) -> list[Member]:
    """Comments that say it now, in the order in which they joined; `after` = behind the member of this id."""
    statement = (
        select(
            col(CampaignComment.id),
            col(Comment.id),
            col(Comment.decision_id),
            col(Comment.state),
            col(CampaignComment.joined_at),
        )
        .join(Comment, _says_it())
        .where(col(CampaignComment.campaign_id) == campaign_id)
        .order_by(col(CampaignComment.id))
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(col(CampaignComment.id) > after)
    return [
        Member(id_, comment, decision, CommentState(state), at)
        for id_, comment, decision, state, at in session.execute(statement)
    ]


def copies_of(session: Session, campaign_id: int, *, limit: int) -> list[Copy]:
    """Comments that say it now, are visible and not on their way out, in the order in which they joined."""
    query = _staying(_copies(), campaign_id).order_by(col(CampaignComment.id)).limit(limit)
    return [Copy(*row) for row in session.execute(query)]


def count_copies(session: Session, campaign_id: int) -> int:
    """How many comments `copies_of` would list without a limit."""
    query = _staying(_joined(select(func.count()).select_from(CampaignComment)), campaign_id)
    return int(session.execute(query).scalar_one())


def read_copy(session: Session, campaign_id: int, comment_id: int) -> Copy | None:
    """One comment of a campaign in whatever state; None if its text says something else now."""
    query = _copies().where(col(CampaignComment.campaign_id) == campaign_id, col(Comment.id) == comment_id)
    row = session.execute(query).first()
    return None if row is None else Copy(*row)


def removed_by(session: Session, campaign_id: int, by: str) -> list[tuple[int, str]]:
    """A person's removals of a campaign's comments that hold, oldest first: decision and basis."""
    query = (
        select(col(Decision.id), col(Decision.basis_json))
        .join(Comment, col(Comment.decision_id) == col(Decision.id))
        .join(CampaignComment, col(CampaignComment.comment_id) == col(Comment.id))
        .where(
            col(CampaignComment.campaign_id) == campaign_id,
            col(CampaignComment.revision_id) == col(Decision.revision_id),
            col(Decision.decided_by) == by,
            col(Decision.verdict) == Verdict.REMOVE.value,
        )
    )
    return [(id_, basis) for id_, basis in session.execute(query.order_by(col(Decision.id)))]


def bodies_of(session: Session, comments: Sequence[int]) -> dict[int, RevisionBody]:
    """The newest texts of these comments, by comment."""
    query = select(Comment, RevisionBody).join(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
    return {comment.id: body for comment, body in session.execute(query.where(col(Comment.id).in_(comments)))}


def _copies() -> Statement:
    decision = (Decision.verdict, Decision.decided_by, Decision.reasons_json, Decision.score_appeal)
    return _joined(select(Comment, col(Revision.number), *map(col, decision), ReviewCase).select_from(CampaignComment))


def _joined(statement: Statement) -> Statement:
    open_case = and_(col(ReviewCase.comment_id) == col(Comment.id), col(ReviewCase.state) != CaseState.CLOSED.value)
    return (
        statement.join(Comment, _says_it())
        .join(Revision, col(Revision.id) == col(Comment.revision_id))
        .join(Decision, col(Decision.id) == col(Comment.decision_id))
        .outerjoin(ReviewCase, open_case)
    )


def _staying(statement: Statement, campaign_id: int) -> Statement:
    asked_or_not_to_go = or_(col(Decision.verdict) != Verdict.REMOVE.value, col(ReviewCase.id).is_not(None))
    return statement.where(
        col(CampaignComment.campaign_id) == campaign_id,
        col(Comment.state) == CommentState.VISIBLE.value,
        asked_or_not_to_go,
    )


def _says_it() -> ColumnElement[bool]:
    """A member whose newest revision is the one that joined."""
    return and_(
        col(Comment.id) == col(CampaignComment.comment_id), col(Comment.revision_id) == col(CampaignComment.revision_id)
    )
