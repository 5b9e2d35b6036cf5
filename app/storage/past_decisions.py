"""Walks the machine's decisions upwards with what is needed to take them once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_, union_all
from sqlmodel import Session, col

from app.storage.tables import Comment, Decision, RevisionBody
from app.storage.walk import Statement

MACHINE = "machine"
_WALKED = (col(Decision.id), col(Decision.decided_by))


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision of the machine, the words that it was about (None: never kept, or erased), and what people said.

    `people` is the newest verdict of a person on the same revision, in the network or at the desk.
    """

    decision: Decision
    text: str | None
    segments_json: str
    private: bool
    people: str | None


@dataclass(frozen=True, slots=True)
class Walked:
    """Some decisions, oldest first; `next_after` is where to go on, None at the end."""

    taken: tuple[Taken, ...]
    next_after: int | None


def walk_machine_decisions(
    session: Session, pages: Sequence[int] | None, *, after: int, until: int, limit: int
) -> Walked:
    """Decisions with ids in (after, until) on these pages (None = all).

    `limit` counts rows that are looked at; those that a person took are left out.
    """
    if pages is not None and not pages:
        return Walked((), None)
    rows = session.execute(_upwards(pages, after, until, limit)).all()
    ids = [id_ for id_, decided_by in rows if decided_by == MACHINE]
    return Walked(_read(session, ids), rows[-1][0] if len(rows) == limit else None)


def _upwards(pages: Sequence[int] | None, after: int, until: int, limit: int) -> Statement:
    if pages is None:
        everywhere: Statement = select(*_WALKED).where(col(Decision.id) > after, col(Decision.id) < until)
        return everywhere.order_by(col(Decision.id)).limit(limit)
    walks = [_along_page(page, after, until, limit) for page in pages]
    if len(walks) == 1:
        return walks[0]
    together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    return select(together).order_by(together.c.id).limit(limit)


def _along_page(page: int, after: int, until: int, limit: int) -> Statement:
    """Along the index (page_id, id), as a range, so that no planner walks all pages' decisions instead."""
    place = tuple_(col(Decision.page_id), col(Decision.id))
    walk: Statement = select(*_WALKED).where(place > tuple_(page, after), place < tuple_(page, until))
    return walk.order_by(col(Decision.page_id), col(Decision.id)).limit(limit)


def _read(session: Session, ids: Sequence[int]) -> tuple[Taken, ...]:
    if not ids:
        return ()
    statement = (
        select(Decision, col(RevisionBody.text), col(RevisionBody.segments_json), col(Comment.private))
        .join(Comment, col(Comment.id) == col(Decision.comment_id))
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Decision.revision_id))
        .where(col(Decision.id).in_(ids))
        .order_by(col(Decision.id))
    )
    rows = session.execute(statement).all()
    people = _people(session, [row[0].comment_id for row in rows])
    return tuple(
        Taken(decision, text, segments or "[]", bool(private), people.get(decision.revision_id))
        for decision, text, segments, private in rows
    )


def _people(session: Session, comments: Sequence[int]) -> Mapping[int, str]:
    """The newest verdict of a person by revision."""
    statement = (
        select(col(Decision.revision_id), col(Decision.verdict))
        .where(col(Decision.comment_id).in_(comments), col(Decision.decided_by) != MACHINE)
        .order_by(col(Decision.id))
    )
    return {row[0]: row[1] for row in session.execute(statement)}
