"""What goes with an action by the same call, and what follows from its success: albums, bans, ends of terms."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlmodel import Session, col, select

from app.domain.abilities import Abilities
from app.domain.clock import SECOND
from app.domain.credentials import Credential, on_page
from app.domain.ports import Delivery, Done, Manual, Order
from app.domain.states import ActionState, Outcome
from app.domain.words import ActionKind
from app.journal.chain import Entry
from app.outbox.endings import NOT_OFFERED
from app.outbox.moves import move
from app.outbox.permission import REMOVALS, Go, ask
from app.outbox.terms import ends_itself, order_end
from app.outbox.together import goes_with, move_together
from app.pipeline.carry_out.standing import Matter, standing_of
from app.pipeline.house import House
from app.storage import outbox
from app.storage.evidence import keep_copy
from app.storage.tables import Action, Comment

#: Every token was seen unable to do it.
NO_CAPABLE_TOKEN: Final = "no_capable_token"  # noqa: S105 - a code, not a credential
#: The deletion that the ban was to go with did not reach the author.
_NOT_WITH: Final = "ban_not_with_deletion"


def not_offered(abilities: Abilities | None, kind: ActionKind) -> Manual | None:
    """The answer without a call, where the network lets nobody do this to an author but by hand."""
    if abilities is None:
        return None
    able = {ActionKind.BAN_AUTHOR: abilities.can_ban, ActionKind.UNBAN_AUTHOR: abilities.can_unban}
    return None if able.get(kind, True) else Manual(NOT_OFFERED)


def able_on(credentials: Sequence[Credential], kind: ActionKind, page_id: int) -> Sequence[Credential]:
    """Tokens of which no self-test has shown that they may not do this on the page."""
    return [one for one in credentials if on_page(kind, page_id) not in one.blocked_methods]


def ban_of(session: Session, matter: Matter, abilities: Abilities | None) -> Action | None:
    """The ban, locked, that the deletion of this comment has to bring with it: the network bans no other way."""
    if abilities is None or not abilities.bans_by_deleting or matter.action.kind != ActionKind.DELETE_COMMENT:
        return None
    query = select(Action).where(
        Action.comment_id == matter.comment.id,
        Action.kind == ActionKind.BAN_AUTHOR.value,
        Action.state == ActionState.PENDING.value,
    )
    return session.exec(query.order_by(col(Action.id)).with_for_update()).first()


def begin_ban(matter: Matter, ban: Action | None, now: int) -> list[Entry]:
    """Send the ban too, if it may be sent; the entries of the journal, none if it may not."""
    if ban is None or not isinstance(ask(standing_of(replace(matter, action=ban)), now), Go):
        return []
    if ban.ban_until is None and ban.ban_seconds is not None:
        ban.ban_until = now + ban.ban_seconds * SECOND
    ban.attempts += 1
    ban.claim += 1
    ban.sent_at = now
    return [move(ban, ActionState.SENDING, now)]


def keep_what_goes(session: Session, house: House, matter: Matter, now: int) -> None:
    """Evidence of whatever will not come back from the network, on disk before the network is called."""
    kind = ActionKind(matter.action.kind)
    if kind in REMOVALS:
        for one in (matter.comment, *goes_with(session, matter.comment, kind)):
            keep_copy(session, house.ids, one, now)


def lock_album(session: Session, order: Order, page_id: int, comment_id: int) -> list[Comment]:
    """The other messages that went with this one; all are locked at once, this one too, as intake locks them."""
    if not order.together or order.comment_kind is None:
        return []
    places = {(order.comment_kind.value, order.scope, one) for one in (*order.together, order.external_id)}
    return [one for one in outbox.lock_comments(session, places, page_id) if one.id != comment_id]


def follow_up(  # noqa: PLR0917 - one sentence: this follows in this house for these from that delivery
    session: Session, house: House, matter: Matter, album: list[Comment], delivery: Delivery, now: int
) -> list[Entry]:
    """What follows from what became of the action, in the transaction that notes it."""
    kind = ActionKind(matter.action.kind)
    entries: list[Entry] = []
    if isinstance(delivery, Done):
        entries += move_together(session, album, kind, delivery.outcome, now)
        if kind is ActionKind.BAN_AUTHOR:
            entries += _end_of(session, house, matter, matter.action, delivery, now)
    return entries


def end_ban(  # noqa: PLR0917 - one sentence: this ban ends as the deletion beside it did
    session: Session, house: House, matter: Matter, ban_id: int, delivery: Delivery, now: int
) -> list[Entry]:
    """What became of the ban that went with a deletion: done with it, else it waits for its own turn."""
    ban = outbox.lock_action(session, ban_id)
    if ban is None or ban.state != ActionState.SENDING:
        return []
    if isinstance(delivery, Done) and delivery.outcome is Outcome.ACTED and not delivery.ban_unseen:
        done = [move(ban, ActionState.DONE, now, outcome=Outcome.ACTED)]
        return done + _end_of(session, house, matter, ban, delivery, now)
    ban.attempts -= 1
    return [move(ban, ActionState.PENDING, now, code=_NOT_WITH)]


def _end_of(  # noqa: PLR0917 - as above
    session: Session, house: House, matter: Matter, ban: Action, delivery: Done, now: int
) -> list[Entry]:
    network = house.networks.get(matter.page.network)
    if delivery.endless or not ends_itself(network.abilities if network else None, ban.ban_seconds):
        return order_end(session, house.ids, ban, now)
    return []
