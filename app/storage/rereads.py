"""Gaps in pages' deliveries that wait to be read again."""

from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.storage.tables import Reread

#: A gap that nobody has begun to read yet.
WAITING = "waiting"


def open_gap(session: Session, ids: IdSource, page_id: int, *, from_at: int, to_at: int, code: str, at: int) -> None:
    """Have what was written on a page in a span of time read again; one that waits already grows over it."""
    query = select(Reread).where(Reread.page_id == page_id, Reread.state == WAITING, col(Reread.ended_at).is_(None))
    known = session.exec(query.order_by(col(Reread.id)).limit(1).with_for_update()).first()
    if known is not None:
        known.from_at, known.to_at = min(known.from_at, from_at), max(known.to_at, to_at)
        return
    row = Reread(id=ids(), page_id=page_id, from_at=from_at, to_at=to_at, state=WAITING, code=code, created_at=at)
    session.add(row)
