"""Finds the tasks that people have to do in the networks by hand."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, or_, text
from sqlmodel import Session, col, select

from app.storage.tables import Action, Connection, Page

#: A literal, the small index's own condition: SQLite sees no other way that what waits is in it.
_IS_OPEN = "action.state IN ('proposed', 'pending', 'sending', 'manual', 'failed')"
_IS_MANUAL = "action.state = 'manual'"


def due_tasks(
    session: Session, networks: Collection[str], now: int, *, besides: Collection[int], of_one: int, limit: int
) -> dict[int, list[Action]]:
    """Manual tasks that are to be looked at, by page, those that wait longest first.

    None of the pages `besides`, nor of those whose network has asked to be left alone; at most `of_one` of a page.
    """
    place = func.row_number().over(partition_by=col(Action.page_id), order_by=(col(Action.due_at), col(Action.id)))
    due = (
        select(col(Action.id).label("action_id"), place.label("place"))
        .join(Page, col(Page.id) == col(Action.page_id))
        .join(Connection, col(Connection.id) == col(Page.connection_id))
        .where(
            text(_IS_OPEN),
            text(_IS_MANUAL),
            col(Action.due_at) <= now,
            col(Page.removed_at).is_(None),
            col(Page.network).in_(networks),
            col(Page.id).not_in(besides),
            or_(col(Connection.paused_until).is_(None), col(Connection.paused_until) <= now),
        )
        .subquery()
    )
    query = select(Action).join(due, due.c.action_id == col(Action.id)).where(due.c.place <= of_one)
    found: defaultdict[int, list[Action]] = defaultdict(list)
    for action in session.exec(query.order_by(col(Action.due_at), col(Action.id)).limit(limit)):
        found[action.page_id].append(action)
    return found
