"""Reads and forgets the texts that were seen lately."""

from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from app.storage.bulk import Bulk
from app.storage.walk import last_id

#: Ids are ordered by time, so the key finds the old ones. The second comparison of the time is for a row that was
#: repeated while the deletion waited for it.
_FORGET: Final = text(
    "DELETE FROM seen_text WHERE last_at < :before AND id IN"
    " (SELECT id FROM seen_text WHERE id < :last AND last_at < :before ORDER BY id LIMIT :limit)"
)


def newest_texts(bulk: Bulk, *, after: int, limit: int) -> list[tuple[Any, ...]]:
    """Id, hash and beginning of the newest texts that are like no other, newest first; ids above `after` only."""
    mark = "?" if bulk.is_sqlite else "%s"
    bulk.cursor.execute(
        f"SELECT id, text_hash, text FROM seen_text WHERE id > {mark} AND like_id IS NULL"  # noqa: S608 - a mark
        f" ORDER BY id DESC LIMIT {mark}",
        (after, limit),
    )
    return bulk.cursor.fetchall()


def forget_texts(session: Session, *, before: int, limit: int) -> int:
    """Delete texts that nobody has repeated since `before` (microseconds), the oldest first; returns how many."""
    rows = session.connection().execute(_FORGET, {"before": before, "last": last_id(before), "limit": limit})
    return rows.rowcount
