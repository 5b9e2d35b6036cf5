"""What tells whether the house is well, in counts."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.storage.tables import Control, Credential, Page


@dataclass(frozen=True, slots=True)
class Vitals:
    """Tokens that are dead while a page needs them, pages that are paused, and whether everything is."""

    dead_tokens: int
    paused_pages: int
    paused: bool


def vitals(session: Session) -> Vitals:
    """Counts over pages that are in use."""
    in_use = select(Page.connection_id).where(col(Page.removed_at).is_(None))
    dead = select(func.count()).where(col(Credential.dead_at).is_not(None), col(Credential.connection_id).in_(in_use))
    paused_pages = select(func.count()).where(col(Page.paused_at).is_not(None), col(Page.removed_at).is_(None))
    paused = select(Control.paused_at).where(Control.id == 1)
    return Vitals(session.exec(dead).one(), session.exec(paused_pages).one(), session.exec(paused).first() is not None)
