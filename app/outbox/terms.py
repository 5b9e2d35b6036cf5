"""Ends bans that have a term where the network sets none: the end is ordered with the ban, and needs no second yes."""

from collections.abc import Collection
from typing import Final

from sqlmodel import Session, col, select

from app.domain.abilities import Abilities
from app.domain.clock import SECOND
from app.domain.ids import IdSource
from app.domain.states import ActionState, Outcome
from app.domain.words import ActionKind
from app.journal.chain import Entry
from app.storage.tables import Action

#: So ends the key of an order that ends a ban's term.
_TERM: Final = ":term"
_CODE: Final = "term_over"


def ends_itself(abilities: Abilities | None, seconds: int | None) -> bool:
    """Whether nobody has to end a ban of so many seconds: it is for ever, or the network ends it."""
    return seconds is None or abilities is None or abilities.ban_terms.holds(seconds)


def order_end(session: Session, ids: IdSource, ban: Action, at: int) -> list[Entry]:
    """Order the end of a ban that was just done, due when its term is over; nothing if that is ordered already."""
    if ban.kind != ActionKind.BAN_AUTHOR or ban.ban_seconds is None or ban.outcome == Outcome.GONE:
        return []
    key = f"{ban.id:x}{_TERM}"
    if session.exec(select(Action.id).where(Action.idempotency_key == key)).first() is not None:
        return []
    ban.ban_until = ban.ban_until or at + ban.ban_seconds * SECOND
    number = ids()
    end = Action(
        id=number,
        idempotency_key=key,
        kind=ActionKind.UNBAN_AUTHOR.value,
        state=ActionState.PENDING.value,
        decision_id=ban.decision_id,
        comment_id=ban.comment_id,
        page_id=ban.page_id,
        connection_id=ban.connection_id,
        author_id=ban.author_id,
        ordered_by=ban.ordered_by,
        confirmed_by=ban.confirmed_by,
        clause=ban.clause,
        due_at=ban.ban_until,
        created_at=at,
        changed_at=at,
    )
    session.add(end)
    session.flush()
    body = {"action": number, "decision": ban.decision_id, "action_kind": end.kind, "state": end.state, "by": "machine"}
    return [Entry("action_begun", ban.comment_id, {**body, "reason": _CODE, "ends": ban.id, "due": ban.ban_until})]


def is_end_of_term(action: Action) -> bool:
    """Whether the action ends a ban's term, and nobody has asked for it otherwise."""
    return action.kind == ActionKind.UNBAN_AUTHOR and action.idempotency_key.endswith(_TERM)


def needless(session: Session, end: Action, now: int) -> str:
    """Why a term's end must not be carried out: the ban was lifted before, or another one holds; '' = it must.

    Another one counts if it was done after this one was ordered: two that are under way together may be done in either
    order. Of older ones nobody knows whether people have ended them in the network since.
    """
    ban = session.get(Action, int(end.idempotency_key.removesuffix(_TERM), 16))
    since = ban.created_at if ban is not None else end.created_at
    query = select(Action).where(
        Action.author_id == end.author_id,
        Action.page_id == end.page_id,
        col(Action.id).not_in((end.id, ban.id if ban is not None else 0)),
        col(Action.state).in_((ActionState.DONE, ActionState.SENDING)),
        Action.changed_at >= since,
    )
    return _why(session.exec(query).all(), end, now)


def _why(beside: Collection[Action], end: Action, now: int) -> str:
    lifted_at = max((one.changed_at for one in beside if one.kind == ActionKind.UNBAN_AUTHOR), default=0)
    bans = [one for one in beside if one.kind == ActionKind.BAN_AUTHOR and one.changed_at > lifted_at]
    if any(one.ban_until is None or one.ban_until > now for one in bans):
        return "banned_again"
    return "lifted" if lifted_at >= end.created_at else ""
