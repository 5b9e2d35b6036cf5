"""Texts that wait for a working model, in the order in which they came."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from app.storage.tables import Author, Comment, Page, Revision, RevisionBody, Unjudged


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A revision with all that a judgement of it needs; `author` is '' if unknown."""

    waiting: Unjudged
    comment: Comment
    act: str
    body: RevisionBody
    author: str


def first_waiting(session: Session, *, after: int, limit: int) -> list[WaitingText]:
    """The next texts of pages in use, their words not erased, revisions over `after`."""
    query = (
        select(Unjudged, Comment, col(Revision.act), RevisionBody, col(Author.external_id))
        .join(Comment, col(Comment.id) == Unjudged.comment_id)
        .join(Revision, col(Revision.id) == Unjudged.revision_id)
        .join(RevisionBody, col(RevisionBody.revision_id) == Unjudged.revision_id)
        .join(Page, col(Page.id) == Unjudged.page_id)
        .join(Author, col(Author.id) == Comment.author_id, isouter=True)
        .where(col(Unjudged.revision_id) > after, col(Page.removed_at).is_(None), col(RevisionBody.erased_at).is_(None))
        .order_by(col(Unjudged.revision_id))
        .limit(limit)
    )
    rows = session.execute(query)
    return [WaitingText(waiting, comment, act, body, name or "") for waiting, comment, act, body, name in rows]


def count_waiting(session: Session) -> int:
    """How many texts wait."""
    number: int = session.execute(select(func.count()).select_from(Unjudged)).scalar_one()
    return number


def waiting_by_page(session: Session, pages: Collection[int]) -> dict[int, int]:
    """How many wait on each of these pages; one where none waits is left out."""
    page = col(Unjudged.page_id)
    counts = select(page, func.count()).where(page.in_(pages)).group_by(page)
    return dict(session.execute(counts).all())


def drop_needless(session: Session) -> int:
    """Forget texts that nobody will judge: their page was removed or their words were erased; how many there were."""
    removed = select(col(Page.id)).where(col(Page.removed_at).is_not(None))
    erased = (
        select(col(RevisionBody.revision_id))
        .join(Unjudged, col(Unjudged.revision_id) == RevisionBody.revision_id)
        .where(col(RevisionBody.erased_at).is_not(None))
    )
    done = session.connection().execute(
        delete(Unjudged).where(col(Unjudged.page_id).in_(removed) | col(Unjudged.revision_id).in_(erased))
    )
    return done.rowcount


def forget(session: Session, revisions: Collection[int]) -> None:
    """These texts wait no longer."""
    session.connection().execute(delete(Unjudged).where(col(Unjudged.revision_id).in_(revisions)))
