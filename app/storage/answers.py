"""Queries over the office's answers and their words."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.answers import AnswerState
from app.storage.tables import Answer, AnswerBody, Appeal, Author, Comment, Page, RevisionBody
from app.storage.walk import Rows, Statement, newest, stretch


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer beside the message that it answers; `text` and `asked` None = erased."""

    answer: Answer
    text: str | None
    comment: Comment
    author: str | None
    asked: str | None
    page: Page
    appeal: Appeal | None


def live_answer(session: Session, comment_id: int) -> Answer | None:
    """The answer to a comment that the office still works on, locked; the comment is locked already."""
    query = select(Answer).where(col(Answer.comment_id) == comment_id, col(Answer.closed_at).is_(None))
    return session.scalars(query.order_by(col(Answer.id)).with_for_update()).first()


def lock_answer(session: Session, answer_id: int) -> Answer | None:
    """The answer as it is; its comment is locked already."""
    return session.get(Answer, answer_id, with_for_update=True, populate_existing=True)


def text_of(session: Session, answer_id: int) -> str | None:
    """The words of an answer; None if they are erased."""
    return session.scalars(select(col(AnswerBody.text)).where(col(AnswerBody.answer_id) == answer_id)).first()


def list_answers(
    session: Session,
    pages: tuple[int, ...] | None,
    *,
    state: AnswerState | None,
    before: int | None,
    limit: int,
) -> tuple[list[AnswerRecord], int | None]:
    """Newest first, and the id before which the list goes on (None at the end); `pages` None = every page."""
    if pages == ():
        return [], None

    def read(position: int | None, size: int) -> Rows:
        statement: Statement = select(col(Answer.id), col(Answer.state))
        return session.execute(stretch(Answer, statement, pages, position, size)).all()

    keep = None if state is None else (lambda row: row[1] == state)
    found = newest(read, keep=keep, before=before, limit=limit)
    return read_answers(session, found.ids), found.next_before


def read_answers(session: Session, ids: Collection[int]) -> list[AnswerRecord]:
    """The answers with these ids, in this order; those that do not exist are left out."""
    rows = {row[0].id: AnswerRecord(*row) for row in session.execute(_records().where(col(Answer.id).in_(ids)))}
    return [rows[one] for one in ids if one in rows]


def answers_to(session: Session, comment_id: int, limit: int = 20) -> list[AnswerRecord]:
    """What the office answered to a comment, or is about to: the newest first."""
    query = _records().where(col(Answer.comment_id) == comment_id).order_by(col(Answer.id).desc()).limit(limit)
    return [AnswerRecord(*row) for row in session.execute(query)]


def _records() -> Statement:
    query: Statement = (
        select(Answer, col(AnswerBody.text), Comment, col(Author.external_id), col(RevisionBody.text), Page, Appeal)
        .join(Comment, col(Comment.id) == col(Answer.comment_id))
        .join(Page, col(Page.id) == col(Answer.page_id))
        .outerjoin(AnswerBody, col(AnswerBody.answer_id) == col(Answer.id))
        .outerjoin(Author, col(Author.id) == col(Comment.author_id))
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
        .outerjoin(Appeal, col(Appeal.comment_id) == col(Answer.comment_id))
    )
    return query
