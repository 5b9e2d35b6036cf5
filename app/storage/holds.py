"""Legal holds: what must not be erased, on which ground, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, exists, or_
from sqlmodel import Session, col, select

from app.storage.accounts import is_id
from app.storage.tables import Comment, LegalHold, Page

PAGE: Final = "page"
AUTHOR: Final = "author"
COMMENT: Final = "comment"
SCOPES: Final = (PAGE, AUTHOR, COMMENT)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that is held at a moment, by its ids."""

    pages: frozenset[int]
    authors: frozenset[int]
    comments: frozenset[int]

    def holds(self, *, page_id: int, author_id: int | None, comment_id: int) -> bool:
        """Whether a hold stands on a comment, its author or its page."""
        return page_id in self.pages or author_id in self.authors or comment_id in self.comments


def standing(session: Session) -> Standing:
    """All holds that were not lifted."""
    found: dict[str, set[int]] = {scope: set() for scope in SCOPES}
    query = select(LegalHold.scope, LegalHold.subject_id).where(col(LegalHold.lifted_at).is_(None))
    for scope, subject in session.exec(query):
        found[scope].add(subject)
    return Standing(frozenset(found[PAGE]), frozenset(found[AUTHOR]), frozenset(found[COMMENT]))


def hold_of(session: Session, hold_id: int, *, lock: bool = False) -> LegalHold | None:
    """One hold."""
    return session.get(LegalHold, hold_id, with_for_update=lock) if is_id(hold_id) else None


def standing_on(session: Session, scope: str, subject_id: int) -> LegalHold | None:
    """The hold that stands on this very subject."""
    query = select(LegalHold).where(
        LegalHold.scope == scope, LegalHold.subject_id == subject_id, col(LegalHold.lifted_at).is_(None)
    )
    return session.exec(query).first()


def list_holds(
    session: Session, pages: Collection[int] | None, *, lifted_too: bool, before: int | None = None, limit: int = 500
) -> list[LegalHold]:
    """Newest first, ids under `before`; with `pages` only holds of these pages, their comments and their authors."""
    query = select(LegalHold).order_by(col(LegalHold.id).desc()).limit(limit)
    if not lifted_too:
        query = query.where(col(LegalHold.lifted_at).is_(None))
    if before is not None:
        query = query.where(col(LegalHold.id) < before)
    if pages is not None:
        here = col(Comment.page_id).in_(pages)
        subject = col(LegalHold.subject_id)
        query = query.where(
            or_(
                and_(col(LegalHold.scope) == PAGE, subject.in_(pages)),
                and_(col(LegalHold.scope) == COMMENT, exists().where(col(Comment.id) == subject, here)),
                and_(col(LegalHold.scope) == AUTHOR, exists().where(col(Comment.author_id) == subject, here)),
            )
        )
    return list(session.exec(query))


def page_of_subject(session: Session, scope: str, subject_id: int) -> int | None:
    """The page of a page or of a comment; None where there is no such thing."""
    if not is_id(subject_id):
        return None
    query = (
        select(Page.id).where(Page.id == subject_id)
        if scope == PAGE
        else select(Comment.page_id).where(Comment.id == subject_id)
    )
    return session.exec(query).first()
