"""Forgets what was kept for a while only: rows that are deleted whole, a portion at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlmodel import Session, col

from app.storage.tables import DeskSession, Job, SeenEvent, SeenText, SignInLink
from app.storage.walk import last_id


@dataclass(frozen=True, slots=True)
class ShortLived:
    """A table whose rows go whole: which of them have had their time, given an instant in microseconds."""

    table: Any
    order: Any
    over: Callable[[int], ColumnElement[bool]]


EVENT_KEYS: Final = ShortLived(
    SeenEvent, col(SeenEvent.received_at), lambda before: col(SeenEvent.received_at) < before
)
SESSIONS: Final = ShortLived(
    DeskSession,
    col(DeskSession.id),
    lambda before: or_(col(DeskSession.expires_at) < before, col(DeskSession.ended_at) < before),
)
SIGN_IN_LINKS: Final = ShortLived(SignInLink, col(SignInLink.id), lambda before: col(SignInLink.expires_at) < before)
JOBS: Final = ShortLived(Job, col(Job.id), lambda before: col(Job.ended_at) < before)


def count_over(session: Session, what: ShortLived, *, before: int) -> int:
    """How many rows have had their time."""
    query = select(func.count()).select_from(what.table).where(what.over(before))
    return int(session.execute(query).scalar_one())


def delete_over(session: Session, what: ShortLived, *, before: int, limit: int) -> int:
    """Delete rows that have had their time, the oldest first; returns how many."""
    doomed = select(what.table.id).where(what.over(before)).order_by(what.order).limit(limit)
    done = session.connection().execute(delete(what.table).where(what.table.id.in_(doomed)))
    return done.rowcount


def repeated_since(before: int) -> ColumnElement[bool]:
    """Texts that somebody keeps repeating although they were first seen before this instant, words still there."""
    return and_(col(SeenText.id) < last_id(before), col(SeenText.text).is_not(None), col(SeenText.text) != "")


def count_repeated(session: Session, *, before: int) -> int:
    """How many texts have been remembered for too long."""
    query = select(func.count()).select_from(SeenText).where(repeated_since(before))
    return int(session.execute(query).scalar_one())


def blank_repeated(session: Session, *, before: int, limit: int) -> int:
    """Forget the words of such texts; their keyed digests and counts stay while they are repeated."""
    old = select(col(SeenText.id)).where(repeated_since(before)).order_by(col(SeenText.id)).limit(limit)
    # Not null: an empty beginning is like no other text.
    statement = update(SeenText).where(col(SeenText.id).in_(old)).values(text="")
    return session.connection().execute(statement).rowcount
