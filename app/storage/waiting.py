"""The list of residents who wait for an answer, walked by their terms along its indexes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, tuple_, union_all
from sqlmodel import Session, col, func

from app.storage.tables import Answer, Appeal, Author, Comment, Page, RevisionBody
from app.storage.walk import Statement

#: Up to this many pages are walked side by side, each along its own index.
SIDE_BY_SIDE: Final = 50
#: Before everybody's term.
_BEGINNING: Final = (-1, -1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A resident's message that waits, or waited, and its words; `text` None = erased."""

    appeal: Appeal
    comment: Comment
    author: str | None
    page: Page
    text: str | None
    #: The newest answer that is not closed, if the office works on one.
    answer: Answer | None
    #: When the same resident was last answered on this page.
    answered_before: int | None


def list_waiting(
    session: Session, pages: Collection[int] | None, *, after: tuple[int, int] | None, limit: int
) -> tuple[list[Waiting], tuple[int, int] | None]:
    """Who waits, the earliest term first, and the place (term, comment) after which the list goes on."""
    if pages is not None and not pages:
        return [], None
    walked = session.execute(walk_statement(pages, after, limit + 1)).all()
    ids = [row.comment_id for row in walked[:limit]]
    query = _records().where(col(Appeal.comment_id).in_(ids))
    found = {one.appeal.comment_id: one for one in _filled(session, session.execute(query).all())}
    last = walked[limit - 1] if len(walked) > limit else None
    return [found[one] for one in ids if one in found], (last.due_at, last.comment_id) if last else None


def walk_statement(pages: Collection[int] | None, after: tuple[int, int] | None, size: int) -> Statement:
    """One stretch of the walk by terms: along everybody's index, or along several pages' side by side."""
    # From the beginning too: with a bound SQLite takes the index of those who wait and not that of all.
    place = tuple_(col(Appeal.due_at), col(Appeal.comment_id)) > tuple_(*(after or _BEGINNING))
    statement: Statement = select(col(Appeal.comment_id), col(Appeal.due_at)).where(
        col(Appeal.closed_at).is_(None), place
    )
    ordered = statement.order_by(col(Appeal.due_at), col(Appeal.comment_id)).limit(size)
    if pages is None:
        return ordered
    if len(pages) > SIDE_BY_SIDE:
        return ordered.where(col(Appeal.page_id).in_(pages))
    walks = [ordered.where(col(Appeal.page_id) == page) for page in pages]
    if len(walks) == 1:
        return walks[0]
    together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    return select(together).order_by(together.c.due_at, together.c.comment_id).limit(size)


def read_waiting(session: Session, comment_id: int) -> Waiting | None:
    """One resident's message, whether it still waits or not."""
    found = _filled(session, session.execute(_records().where(col(Appeal.comment_id) == comment_id)).all())
    return found[0] if found else None


def count_waiting(session: Session, pages: Collection[int] | None, now: int) -> tuple[int, int]:
    """How many wait, and for how many of them the term is over."""
    query = select(func.count(), func.count().filter(col(Appeal.due_at) < now)).where(col(Appeal.closed_at).is_(None))
    if pages is not None:
        query = query.where(col(Appeal.page_id).in_(pages))
    waiting, late = session.execute(query).one()
    return waiting, late


def _records() -> Statement:
    query: Statement = (
        select(Appeal, Comment, col(Author.external_id), Page, col(RevisionBody.text))
        .join(Comment, col(Comment.id) == col(Appeal.comment_id))
        .join(Page, col(Page.id) == col(Appeal.page_id))
        .outerjoin(Author, col(Author.id) == col(Comment.author_id))
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
    )
    return query


def _filled(session: Session, rows: Sequence[Any]) -> list[Waiting]:
    ids = [row[0].comment_id for row in rows]
    live = select(Answer).where(col(Answer.comment_id).in_(ids), col(Answer.closed_at).is_(None))
    answer = {one.comment_id: one for one in session.scalars(live.order_by(col(Answer.id)))}
    before = _answered_before(session, {row[1].author_id for row in rows if row[1].author_id is not None})
    return [
        Waiting(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            answer.get(row[0].comment_id),
            before.get((row[3].id, row[1].author_id)),
        )
        for row in rows
    ]


def answered_before(session: Session, comment: Comment) -> int | None:
    """When the author of a comment was last answered on its page."""
    if comment.author_id is None:
        return None
    return _answered_before(session, {comment.author_id}).get((comment.page_id, comment.author_id))


def _answered_before(session: Session, authors: Collection[int]) -> dict[tuple[int, int | None], int]:
    """When each author was last answered, by page and author."""
    query = (
        select(col(Appeal.page_id), col(Comment.author_id), func.max(Appeal.answered_at))
        .join(Comment, col(Comment.id) == col(Appeal.comment_id))
        .where(col(Comment.author_id).in_(authors), col(Appeal.answered_at).is_not(None))
        .group_by(col(Appeal.page_id), col(Comment.author_id))
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}
