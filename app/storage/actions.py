"""Reads actions: what is asked of the networks and how far it has got."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, text
from sqlmodel import Session, col

from app.domain.states import ActionState
from app.domain.words import ActionKind
from app.storage.tables import Action, Page
from app.storage.walk import Found, Rows, Statement, first_id, last_id, newest, stretch

#: States that the partial index `ix_action_open` holds.
OPEN_STATES: Final = frozenset(
    {ActionState.PROPOSED, ActionState.PENDING, ActionState.SENDING, ActionState.MANUAL, ActionState.FAILED}
)
_IS_OPEN: Final = "action.state IN ('proposed', 'pending', 'sending', 'manual', 'failed')"


@dataclass(frozen=True, slots=True)
class ActionFilter:
    """Which actions; `pages` None = all, times are microseconds, `until` exclusive."""

    pages: tuple[int, ...] | None = None
    state: ActionState | None = None
    kind: ActionKind | None = None
    since: int | None = None
    until: int | None = None

    @property
    def chooses(self) -> bool:
        """Whether a row has to be looked at to know that it is wanted."""
        return any(one is not None for one in (self.state, self.kind, self.since, self.until))

    def keeps(self, row: Found) -> bool:
        """Whether a row of the walk is wanted."""
        _, state, kind, at = row
        return (
            self.state in (None, state)
            and self.kind in (None, kind)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )


def list_actions(
    session: Session, wanted: ActionFilter, *, before: int | None, limit: int
) -> tuple[list[Action], int | None]:
    """Newest first, and the id before which the next page of the list begins (None at the end)."""
    if wanted.pages == ():
        return [], None

    def read(position: int | None, size: int) -> Rows:
        return session.execute(walk_statement(wanted, position, size)).all()

    found = newest(read, keep=wanted.keeps if wanted.chooses else None, before=before, limit=limit)
    rows = {row.id: row for row in session.scalars(select(Action).where(col(Action.id).in_(found.ids)))}
    return [rows[one] for one in found.ids if one in rows], found.next_before


def walk_statement(wanted: ActionFilter, before: int | None, size: int) -> Statement:
    """One stretch of the walk; an open state goes along the small index of open actions."""
    statement: Statement = select(col(Action.id), col(Action.state), col(Action.kind), col(Action.created_at))
    if wanted.since is not None:
        statement = statement.where(col(Action.id) >= first_id(wanted.since))
    if wanted.until is not None:
        statement = statement.where(col(Action.id) < last_id(wanted.until))
    if wanted.state not in OPEN_STATES:
        return stretch(Action, statement, wanted.pages, before, size)
    # Literals, the index's own condition among them: a partial index serves only what can be proved while planning.
    statement = statement.where(text(_IS_OPEN), text(f"action.state = '{ActionState(wanted.state)}'"))
    pages = select(col(Page.id)) if wanted.pages is None else wanted.pages
    statement = statement.where(col(Action.page_id).in_(pages))
    if before is not None:
        statement = statement.where(col(Action.id) < before)
    return statement.order_by(col(Action.id).desc()).limit(size)


def read_action(session: Session, action_id: int) -> Action | None:
    """One action."""
    return session.get(Action, action_id)
