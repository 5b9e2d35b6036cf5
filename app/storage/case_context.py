"""Reads what stands around a comment that a person must decide about: one statement for each kind of thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import select, text, union
from sqlmodel import Session, col

from app.domain.states import UNFINISHED, ActionState
from app.domain.words import ActionKind, Verdict
from app.storage.tables import (
    Action,
    Author,
    Comment,
    Decision,
    Note,
    Objection,
    ObjectionBody,
    Page,
    Post,
    Revision,
    RevisionBody,
)
from app.storage.walk import Statement

#: Neighbours in the thread on each side of the comment.
_EACH_SIDE: Final = 9
#: A literal, the index's own condition: a partial index serves only what can be proved while planning.
_IN_THREAD: Final = "comment.thread_root <> ''"
#: The newest states of a text; who edits more often is not shown whole.
_REVISIONS: Final = 20
#: An author's newest decisions that are counted, and how many of them are shown.
COUNTED: Final = 500
SHOWN: Final = 10
_NOTES: Final = 20
_codes = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class RevisionShown:
    """One state of the text; `text` None = erased or withheld."""

    id: int
    number: int
    text: str | None
    attachments: tuple[str, ...]
    act: str
    received_at: int
    erased_at: int | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A comment of the same thread as it stands; `text` None = erased or withheld."""

    comment_id: int
    external_id: str
    reply_to: str
    author: str | None
    written_by: str
    text: str | None
    private: bool
    state: str
    written_at: int | None
    received_at: int
    url: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A decision about the author's other comment; no words, only what was decided."""

    decision_id: int
    page_id: int
    page_title: str
    verdict: str
    categories: tuple[str, ...]
    decided_by: str
    decided_at: int
    comment_state: str


@dataclass(frozen=True, slots=True)
class History:
    """What was decided about the author's other comments on our pages; counts are of the `COUNTED` newest."""

    kept: int
    reviewed: int
    removed: int
    #: Bans that were sent.
    bans: int
    newest: tuple[Earlier, ...]


def revisions_of(session: Session, comment_id: int) -> tuple[RevisionShown, ...]:
    """The newest states of a comment's text, the newest first."""
    statement = (
        select(Revision, RevisionBody)
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Revision.id))
        .where(col(Revision.comment_id) == comment_id)
        .order_by(col(Revision.number).desc())
        .limit(_REVISIONS)
    )
    return tuple(_revision(revision, body) for revision, body in session.execute(statement))


def _revision(revision: Revision, body: RevisionBody | None) -> RevisionShown:
    return RevisionShown(
        id=revision.id,
        number=revision.number,
        text=body.text if body else None,
        attachments=_codes(body.attachments_json) if body else (),
        act=revision.act,
        received_at=revision.received_at,
        erased_at=body.erased_at if body else None,
    )


def post_of(session: Session, comment: Comment) -> Post | None:
    """The post that the comment stands under, where it is known."""
    if comment.post_id is not None:
        return session.get(Post, comment.post_id)
    if not comment.post_external_id:
        return None
    statement = select(Post).where(
        col(Post.page_id) == comment.page_id, col(Post.external_id) == comment.post_external_id
    )
    return session.scalars(statement).first()


def thread_of(session: Session, comment: Comment) -> tuple[Neighbour, ...]:
    """What was said before and after in the comment's thread, in order of arrival, the comment itself left out."""
    return tuple(
        Neighbour(
            comment_id=one.id,
            external_id=one.external_id,
            reply_to=one.reply_to,
            author=author,
            written_by=one.written_by,
            text=body.text if body else None,
            private=one.private,
            state=one.state,
            written_at=one.written_at,
            received_at=one.received_at,
            url=one.url,
        )
        for one, author, body in session.execute(thread_statement(comment))
        # Surfaces number their comments each for itself.
        if (one.kind, one.scope) == (comment.kind, comment.scope)
    )


def thread_statement(comment: Comment) -> Statement:
    """A bounded number of neighbours on each side, and the comments that this one answers."""
    root = comment.thread_root or comment.external_id
    theirs = (col(Comment.page_id) == comment.page_id, col(Comment.thread_root) == root, text(_IN_THREAD))
    parents = sorted({comment.thread_root, comment.reply_to} - {"", comment.external_id})
    id_ = col(Comment.id)
    before = select(id_).where(*theirs, id_ < comment.id).order_by(id_.desc()).limit(_EACH_SIDE).subquery()
    after = select(id_).where(*theirs, id_ > comment.id).order_by(id_).limit(_EACH_SIDE).subquery()
    above = select(id_).where(
        col(Comment.page_id) == comment.page_id,
        col(Comment.kind) == comment.kind,
        col(Comment.scope) == comment.scope,
        col(Comment.external_id).in_(parents),
    )
    near = union(select(before.c.id), select(after.c.id), above).subquery()
    statement: Statement = (
        select(Comment, col(Author.external_id), RevisionBody)
        .outerjoin(Author, col(Author.id) == col(Comment.author_id))
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Comment.revision_id))
        .where(id_.in_(select(near.c.id)), id_ != comment.id)
        .order_by(id_)
    )
    return statement


def history_of(session: Session, comment: Comment, pages: Sequence[int] | None) -> History:
    """What was decided about everything else that the author wrote on these pages (None = all of ours)."""
    if comment.author_id is None:
        return History(0, 0, 0, 0, ())
    theirs = [col(Comment.author_id) == comment.author_id]
    if pages is not None:
        theirs.append(col(Comment.page_id).in_(pages))
    statement = (
        select(Decision, col(Page.title), col(Comment.state))
        .join(Comment, col(Comment.decision_id) == col(Decision.id))
        .join(Page, col(Page.id) == col(Decision.page_id))
        .where(*theirs, col(Comment.id) != comment.id)
        .order_by(col(Decision.id).desc())
        .limit(COUNTED)
    )
    rows = session.execute(statement).all()
    verdicts = [decision.verdict for decision, _, _ in rows]
    newest = tuple(
        Earlier(
            decision_id=decision.id,
            page_id=decision.page_id,
            page_title=title,
            verdict=decision.verdict,
            categories=_codes(decision.categories_json),
            decided_by=decision.decided_by,
            decided_at=decision.decided_at,
            comment_state=state,
        )
        for decision, title, state in rows[:SHOWN]
    )
    return History(
        kept=verdicts.count(Verdict.KEEP.value),
        reviewed=verdicts.count(Verdict.REVIEW.value),
        removed=verdicts.count(Verdict.REMOVE.value),
        bans=_bans(session, comment.author_id, pages),
        newest=newest,
    )


def _bans(session: Session, author_id: int, pages: Sequence[int] | None) -> int:
    statement = select(col(Action.id)).where(
        col(Action.author_id) == author_id,
        col(Action.kind) == ActionKind.BAN_AUTHOR.value,
        col(Action.state) == ActionState.DONE.value,
    )
    if pages is not None:
        statement = statement.where(col(Action.page_id).in_(pages))
    return len(session.scalars(statement.limit(COUNTED)).all())


def unfinished_actions(session: Session, comment_id: int) -> tuple[Action, ...]:
    """What is proposed, on its way or to be done by hand about a comment, the oldest first."""
    statement = select(Action).where(
        col(Action.comment_id) == comment_id, col(Action.state).in_([state.value for state in UNFINISHED])
    )
    return tuple(session.scalars(statement.order_by(col(Action.id))))


def objection_about(session: Session, comment_id: int) -> tuple[Objection, ObjectionBody | None] | None:
    """The newest objection to a decision about the comment, with its words."""
    statement = (
        select(Objection, ObjectionBody)
        .outerjoin(ObjectionBody, col(ObjectionBody.objection_id) == col(Objection.id))
        .where(col(Objection.comment_id) == comment_id)
        .order_by(col(Objection.id).desc())
        .limit(1)
    )
    found = session.execute(statement).first()
    return None if found is None else (found[0], found[1])


def notes_on(session: Session, comment_id: int) -> tuple[Note, ...]:
    """What colleagues wrote about the comment and is not erased, the newest first."""
    statement = select(Note).where(col(Note.comment_id) == comment_id, col(Note.text).is_not(None))
    return tuple(session.scalars(statement.order_by(col(Note.id).desc()).limit(_NOTES)))
