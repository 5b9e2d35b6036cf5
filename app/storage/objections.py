"""Queries over objections: whose removal is meant, what is open about it, lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, exists, func, literal_column, or_, select
from sqlmodel import Session, col

from app.domain.states import ActionState, CaseState, CommentState, ObjectionState
from app.domain.words import ActionKind, Mode, Reason, Verdict, WrittenBy
from app.storage.tables import (
    Action,
    Comment,
    Decision,
    Journal,
    Objection,
    ObjectionBody,
    Page,
    ReviewCase,
    RevisionBody,
)
from app.storage.walk import Rows, Statement, newest, stretch

_CLOSED = CaseState.CLOSED.value
#: A literal, the indexes' own condition: a partial index serves only what can be proved while planning.
IS_UNANSWERED: Final[ColumnElement[bool]] = literal_column("objection.state <> 'answered'")


@dataclass(frozen=True, slots=True)
class ObjectionFilter:
    """Which objections; `pages` None = all."""

    pages: tuple[int, ...] | None = None
    state: ObjectionState | None = None


@dataclass(frozen=True, slots=True)
class ObjectionRecord:
    """An objection with what it is about; `case` is the newest question put to people about it."""

    objection: Objection
    body: ObjectionBody | None
    decision: Decision
    comment: Comment
    page: Page
    case: ReviewCase | None


def newest_removal(session: Session, author_id: int, page_id: int, *, since: int) -> Decision | None:
    """The author's last comment on the page that a decision removed and that is gone, or for which they are banned."""
    banned = exists().where(
        col(Action.decision_id) == col(Decision.id),
        col(Action.kind) == ActionKind.BAN_AUTHOR.value,
        col(Action.state) == ActionState.DONE.value,
    )
    query = (
        select(Decision)
        .join(Comment, col(Comment.decision_id) == col(Decision.id))
        .where(
            col(Comment.author_id) == author_id,
            col(Comment.page_id) == page_id,
            col(Comment.private).is_(False),
            col(Decision.verdict) == Verdict.REMOVE.value,
            col(Decision.mode) != Mode.SHADOW.value,
            col(Decision.decided_at) >= since,
            or_(col(Comment.state) == CommentState.REMOVED.value, banned),
        )
        .order_by(col(Decision.decided_at).desc(), col(Decision.id).desc())
        .limit(1)
    )
    return session.scalars(query).first()


def open_case(session: Session, comment_id: int) -> ReviewCase | None:
    """The comment's open question, locked; the comment is locked already."""
    query = select(ReviewCase).where(col(ReviewCase.comment_id) == comment_id, col(ReviewCase.state) != _CLOSED)
    return session.scalars(query.with_for_update()).first()


def asks_already(session: Session, author_id: int, page_id: int) -> bool:
    """Whether a private message of this author on this page waits for a person as an objection to nothing known."""
    query = (
        select(col(ReviewCase.id))
        .join(Comment, col(Comment.id) == col(ReviewCase.comment_id))
        .where(
            col(Comment.author_id) == author_id,
            col(Comment.page_id) == page_id,
            col(Comment.private).is_(True),
            col(ReviewCase.state) != _CLOSED,
            col(ReviewCase.reason) == Reason.OBJECTION.value,
        )
    )
    return session.execute(query.limit(1)).first() is not None


def unanswered(session: Session, decision_id: int) -> Objection | None:
    """The objection to this decision that waits for its answer."""
    query = select(Objection).where(col(Objection.decision_id) == decision_id, IS_UNANSWERED)
    return session.scalars(query.order_by(col(Objection.id)).limit(1)).first()


def waiting(session: Session, *, after: int, limit: int) -> list[Objection]:
    """Objections without an answer, in id order."""
    query = select(Objection).where(col(Objection.id) > after, IS_UNANSWERED)
    return list(session.scalars(query.order_by(col(Objection.id)).limit(limit)))


def list_objections(
    session: Session, wanted: ObjectionFilter, *, before: int | None, limit: int
) -> tuple[list[ObjectionRecord], int | None]:
    """Newest first, and the id before which the next page of the list begins (None at the end)."""
    if wanted.pages == ():
        return [], None

    def read(position: int | None, size: int) -> Rows:
        statement: Statement = select(col(Objection.id), col(Objection.state))
        return session.execute(stretch(Objection, statement, wanted.pages, position, size)).all()

    keep = None if wanted.state is None else (lambda row: row[1] == wanted.state)
    found = newest(read, keep=keep, before=before, limit=limit)
    return read_objections(session, found.ids), found.next_before


def read_objections(session: Session, ids: Sequence[int]) -> list[ObjectionRecord]:
    """The objections with these ids, in this order; ids that do not exist are left out."""
    if not ids:
        return []
    query = (
        select(Objection, ObjectionBody, Decision, Comment, Page, ReviewCase)
        .join(Decision, col(Decision.id) == col(Objection.decision_id))
        .join(Comment, col(Comment.id) == col(Objection.comment_id))
        .join(Page, col(Page.id) == col(Objection.page_id))
        .outerjoin(ObjectionBody, col(ObjectionBody.objection_id) == col(Objection.id))
        .outerjoin(ReviewCase, asks_about_objection())
        .where(col(Objection.id).in_(ids))
    )
    found = {row[0].id: ObjectionRecord(*row) for row in session.execute(query)}
    return [found[one] for one in ids if one in found]


def asks_about_objection() -> ColumnElement[bool]:
    """The question that is put about an objection; it may have been put anew since, and then the newest one counts."""
    newest = (
        select(col(ReviewCase.id))
        .where(
            col(ReviewCase.comment_id) == col(Objection.comment_id),
            col(ReviewCase.id) >= col(Objection.case_id),
            col(ReviewCase.reason) == Reason.OBJECTION.value,
        )
        .order_by(col(ReviewCase.id).desc())
        .limit(1)
        .correlate(Objection)
        .scalar_subquery()
    )
    return col(ReviewCase.id) == newest


def objections_to(session: Session, decision_id: int) -> list[tuple[Objection, ObjectionBody | None]]:
    """All objections to a decision, the oldest first, with their words."""
    query = (
        select(Objection, ObjectionBody)
        .outerjoin(ObjectionBody, col(ObjectionBody.objection_id) == col(Objection.id))
        .where(col(Objection.decision_id) == decision_id)
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(col(Objection.id)))]


def count_unanswered(session: Session, pages: Sequence[int] | None, *, due_before: int) -> tuple[int, int]:
    """How many wait for an answer, and how many of them are due before that instant."""
    query = select(func.count(), func.count().filter(col(Objection.due_at) < due_before)).where(IS_UNANSWERED)
    if pages is not None:
        query = query.where(col(Objection.page_id).in_(pages))
    waiting, due = session.execute(query).one()
    return waiting, due


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """A resident's private message as it stands."""

    comment_id: int
    page_id: int
    author_id: int
    text: str


def private_messages(
    session: Session, *, after: int, before: int, limit: int
) -> tuple[int | None, list[PrivateMessage]]:
    """Residents' messages among the next `limit` comments in id order, and where to go on (None at the end).

    Both bounds are ids of comments, exclusive; what people wrote and meanwhile had erased is left out.
    """
    stretch_end = (
        select(col(Comment.id)).where(col(Comment.id) > after, col(Comment.id) < before).order_by(col(Comment.id))
    )
    ids = list(session.scalars(stretch_end.limit(limit)))
    if not ids:
        return None, []
    query = (
        select(col(Comment.id), col(Comment.page_id), col(Comment.author_id), col(RevisionBody.text))
        .join(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
        .where(
            col(Comment.id) >= ids[0],
            col(Comment.id) <= ids[-1],
            col(Comment.private).is_(True),
            col(Comment.author_id).is_not(None),
            col(Comment.written_by) == WrittenBy.CITIZEN.value,
            col(RevisionBody.text).is_not(None),
        )
        .order_by(col(Comment.id))
    )
    return ids[-1], [PrivateMessage(*row) for row in session.execute(query)]


def warned(session: Session, comment_ids: Sequence[int], kinds: Sequence[str]) -> dict[int, frozenset[str]]:
    """Which of these entries the journal holds, by objection."""
    query = select(col(Journal.kind), col(Journal.body)).where(
        col(Journal.subject_id).in_(comment_ids), col(Journal.kind).in_(kinds)
    )
    found: dict[int, frozenset[str]] = {}
    for kind, body in session.execute(query):
        objection = int(msgspec.json.decode(body)["objection"])
        found[objection] = found.get(objection, frozenset()) | {kind}
    return found
