"""What tells whether the house is well, in counts."""

from dataclasses import dataclass

from sqlalchemy import literal_column, or_
from sqlmodel import Session, col, func, select

from app.domain.states import ActionState, WaitingFor
from app.storage.tables import Action, Control, Credential, Page

#: A literal, because the partial index of what is due serves only a condition that the planner can read.
_UNSENT = "action.state IN ('pending', 'sending')"
_HELD_UP = (WaitingFor.TOKEN.value, WaitingFor.CAPTCHA.value, WaitingFor.LIMIT.value)


@dataclass(frozen=True, slots=True)
class Delayed:
    """Actions that were to be sent and are not yet; the oldest order's instant, and the newest trouble's code."""

    actions: int
    oldest_at: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Vitals:
    """Tokens that are dead while a page needs them, pages that are paused, whether everything is, what is delayed."""

    dead_tokens: int
    paused_pages: int
    paused: bool
    delayed: Delayed | None


def vitals(session: Session) -> Vitals:
    """Counts over pages that are in use."""
    in_use = select(Page.connection_id).where(col(Page.removed_at).is_(None))
    dead = select(func.count()).where(col(Credential.dead_at).is_not(None), col(Credential.connection_id).in_(in_use))
    paused_pages = select(func.count()).where(col(Page.paused_at).is_not(None), col(Page.removed_at).is_(None))
    paused = select(Control.paused_at).where(Control.id == 1)
    return Vitals(
        dead_tokens=session.exec(dead).one(),
        paused_pages=session.exec(paused_pages).one(),
        paused=session.exec(paused).first() is not None,
        delayed=_delayed(session),
    )


def _delayed(session: Session) -> Delayed | None:
    """What failed at least once or waits for a token, a person or a limit; None if everything goes out."""
    query = (
        select(Action.last_error, func.count(), func.min(Action.created_at), func.max(Action.changed_at))
        .where(
            literal_column(_UNSENT),
            col(Action.state) == ActionState.PENDING.value,
            or_(col(Action.attempts) > 0, col(Action.waiting_for).in_(_HELD_UP)),
        )
        .group_by(col(Action.last_error))
    )
    groups = session.exec(query).all()
    if not groups:
        return None
    newest = max(groups, key=lambda group: group[3])
    return Delayed(sum(group[1] for group in groups), min(group[2] for group in groups), newest[0])
