"""Queries over residents who wait for an answer, and over what the walk of their clock reads."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, select
from sqlmodel import Session, col

from app.domain.answers import AppealEnd
from app.domain.ids import first_id_at
from app.domain.states import GONE, CommentState
from app.domain.words import OWN
from app.storage.tables import (
    Appeal,
    Author,
    Comment,
    Decision,
    Label,
    Revision,
    RevisionBody,
)

_GONE: Final = sorted(state.value for state in GONE)
#: Somebody who writes thousands of complaints must not make each further one dearer to look at.
MANY_OPEN: Final = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision as the walk needs it; `score` None = judging failed."""

    id: int
    page_id: int
    comment_id: int
    score: float | None
    revision: int
    decided_by: str
    decided_at: int


def judged_after(session: Session, after: int, limit: int) -> list[Judged]:
    """Decisions along their ids, the oldest first."""
    query = (
        select(
            col(Decision.id),
            col(Decision.page_id),
            col(Decision.comment_id),
            col(Decision.score_appeal),
            col(Revision.number),
            col(Decision.decided_by),
            col(Decision.decided_at),
        )
        .join(Revision, col(Revision.id) == col(Decision.revision_id))
        .where(col(Decision.id) > after)
        .order_by(col(Decision.id))
        .limit(limit)
    )
    return [Judged(*row) for row in session.execute(query)]


def labelled_after(session: Session, after: int, limit: int) -> list[tuple[int, int]]:
    """Messages that a person has called an appeal, as (label, comment)."""
    query = select(col(Label.id), col(Label.comment_id)).where(col(Label.id) > after, col(Label.appeal).is_(True))
    return [(row[0], row[1]) for row in session.execute(query.order_by(col(Label.id)).limit(limit))]


def having_appeals(session: Session, comments: Collection[int]) -> set[int]:
    """Those of these comments that have an appeal, open or closed."""
    return set(session.scalars(select(col(Appeal.comment_id)).where(col(Appeal.comment_id).in_(comments))))


def comments_of(session: Session, ids: Collection[int]) -> dict[int, Comment]:
    """These comments, by id."""
    return {one.id: one for one in session.scalars(select(Comment).where(col(Comment.id).in_(ids)))}


def open_of_author(session: Session, page_id: int, author_id: int) -> list[tuple[Appeal, str | None]]:
    """What this author waits for on a page, with the words, the earliest term first; `MANY_OPEN` of it at most."""
    query = (
        select(Appeal, col(RevisionBody.text))
        .join(Comment, col(Comment.id) == col(Appeal.comment_id))
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
        .where(
            col(Comment.author_id) == author_id,
            col(Comment.page_id) == page_id,
            col(Appeal.closed_at).is_(None),
        )
        .order_by(col(Appeal.due_at))
        .limit(MANY_OPEN)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def text_of(session: Session, revision_id: int | None) -> str | None:
    """The words of a revision; None if they are erased or never were."""
    if revision_id is None:
        return None
    return session.scalars(select(col(RevisionBody.text)).where(col(RevisionBody.revision_id) == revision_id)).first()


def own_comments_after(session: Session, after: int, until: int, limit: int) -> tuple[list[int], int | None]:
    """Ids of the page's and its managers' own comments in a stretch of ids; then where the next stretch begins.

    The second value is None at the end. Every comment of the stretch is looked at, so that it is bounded.
    """
    query = select(col(Comment.id), col(Comment.written_by)).where(col(Comment.id) > after, col(Comment.id) <= until)
    rows = session.execute(query.order_by(col(Comment.id)).limit(limit)).all()
    own = [row[0] for row in rows if row[1] in OWN]
    return own, rows[-1][0] if len(rows) == limit else None


def waiting_beside(session: Session, own: Comment, moment: int) -> list[tuple[Appeal, Comment, str | None]]:
    """Appeals that the page's own comment might answer: on the same spot, and asked before; with the author's id."""
    query = (
        select(Appeal, Comment, col(Author.external_id))
        .join(Comment, col(Comment.id) == col(Appeal.comment_id))
        .outerjoin(Author, col(Author.id) == col(Comment.author_id))
        .where(
            col(Appeal.page_id) == own.page_id,
            col(Appeal.closed_at).is_(None),
            # Excludes nothing: with it SQLite takes the index of those who wait and not that of all.
            col(Appeal.due_at) >= 0,
            col(Comment.kind) == own.kind,
            col(Comment.scope) == own.scope,
            col(Comment.post_external_id) == own.post_external_id,
        )
        .order_by(col(Appeal.comment_id))
    )
    rows = session.execute(query)
    return [(appeal, comment, author) for appeal, comment, author in rows if appeal.asked_at <= moment]


def author_replied_to(session: Session, own: Comment) -> str | None:
    """Whose message a comment replies to: '' = the page's own, None = it replies to none that is known."""
    if not own.reply_to:
        return None
    query = (
        select(col(Comment.written_by), col(Author.external_id))
        .outerjoin(Author, col(Author.id) == col(Comment.author_id))
        .where(
            col(Comment.page_id) == own.page_id,
            col(Comment.kind) == own.kind,
            col(Comment.scope) == own.scope,
            col(Comment.external_id) == own.reply_to,
        )
    )
    row = session.execute(query).first()
    if row is None:
        return None
    return "" if row[0] in OWN else row[1]


def open_and_gone(session: Session, limit: int) -> list[int]:
    """Comments that are waited for although nobody sees them any more."""
    query = (
        select(col(Appeal.comment_id))
        .join(Comment, col(Comment.id) == col(Appeal.comment_id))
        .where(col(Appeal.closed_at).is_(None), col(Comment.state).in_(_GONE))
    )
    return list(session.scalars(query.limit(limit)))


def gone_and_back(session: Session, since: int, limit: int) -> list[int]:
    """Comments made since an instant whose clock was stopped because they were gone, and that are seen again."""
    query = select(col(Appeal.comment_id)).where(
        col(Appeal.comment_id) >= first_id_at(since),
        col(Appeal.ended) == AppealEnd.GONE.value,
        # Not joined: SQLite would begin with the comments, of which there are a thousand times as many.
        exists().where(col(Comment.id) == col(Appeal.comment_id), col(Comment.state) == CommentState.VISIBLE.value),
    )
    return list(session.scalars(query.limit(limit)))


def pages_with_unwarned(session: Session) -> list[int]:
    """Pages on which somebody waits and no warning was given."""
    query = select(col(Appeal.page_id)).where(col(Appeal.closed_at).is_(None), col(Appeal.warned_at).is_(None))
    return list(session.scalars(query.distinct()))


def unwarned(session: Session, page_id: int, due_until: int, limit: int) -> list[int]:
    """Comments of a page whose term ends by then and of which nobody was warned, the earliest term first."""
    query = select(col(Appeal.comment_id)).where(
        col(Appeal.page_id) == page_id,
        col(Appeal.closed_at).is_(None),
        col(Appeal.warned_at).is_(None),
        col(Appeal.due_at) <= due_until,
    )
    return list(session.scalars(query.order_by(col(Appeal.due_at)).limit(limit)))


def lock_appeal(session: Session, comment_id: int) -> Appeal | None:
    """The appeal, locked until the transaction ends; its comment is locked already."""
    return session.get(Appeal, comment_id, with_for_update=True, populate_existing=True)
