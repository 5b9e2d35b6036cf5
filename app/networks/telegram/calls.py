"""Says which calls of the Bot API carry out an order.

A ban without a term deletes all that its author wrote in the group, and Telegram asks nobody; a ban with a term only
takes the right to write. Whoever writes as a channel is banned until somebody lifts it, and keeps what was written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domain.clock import SECOND
from app.domain.ports import Failed, Order
from app.domain.words import ActionKind
from app.networks.telegram.abilities import LONGEST_TERM, SHORTEST_TERM

_CHAT: Final = re.compile(r"-?[1-9][0-9]{0,18}", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
#: Telegram deletes so many messages by one call.
_AT_ONCE: Final = 100
#: An end that is nearer than this is past when the call arrives, and would mean for ever.
_ON_THE_WAY: Final = 5
PERMISSIONS: Final = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"),
    *("can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"),
    *("can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A method with its parameters."""

    method: str
    params: Mapping[str, Any]


def plan(order: Order, now: int) -> tuple[Call, ...] | Failed:
    """The calls that carry out an order, in their order; `now` in microseconds."""
    planner = _PLANNERS.get(order.kind)
    if planner is None:
        return Failed("not_supported")
    return planner(order, now) if _CHAT.fullmatch(order.page) else Failed("bad_order")


def chat_of(order: Order) -> str:
    """The chat that an order's message stands in."""
    return order.scope or order.page


def is_chat(author: str) -> bool:
    """Whether an author is no person."""
    return author.startswith("-")


def _delete(order: Order, _now: int) -> tuple[Call, ...] | Failed:
    chat = chat_of(order)
    # The same album may be told of with the message itself in it.
    messages = list(dict.fromkeys((order.external_id, *order.together)))
    if not _CHAT.fullmatch(chat) or not all(_NUMBER.fullmatch(one) for one in messages):
        return Failed("bad_order")
    where = {"chat_id": int(chat)}
    if len(messages) == 1:
        return (Call("deleteMessage", where | {"message_id": int(messages[0])}),)
    numbers = [int(one) for one in messages]
    parts = [numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE)]
    return tuple(Call("deleteMessages", where | {"message_ids": part}) for part in parts)


def _ban(order: Order, now: int) -> tuple[Call, ...] | Failed:
    if refused := _wrong_author(order):
        return refused
    where = {"chat_id": int(order.page)}
    seconds = (order.ban_until - now) // SECOND if order.ban_until is not None else None
    if seconds is not None and seconds < SHORTEST_TERM + _ON_THE_WAY:
        return Failed("ban_term_over")
    if is_chat(order.author):
        return (Call("banChatSenderChat", where | {"sender_chat_id": int(order.author)}),)
    whom = where | {"user_id": int(order.author)}
    if order.ban_until is None or seconds is None:
        return (Call("banChatMember", whom),)
    # What is longer than Telegram counts has no end there: whoever ordered it lifts it.
    until = {"until_date": order.ban_until // SECOND} if seconds <= LONGEST_TERM else {}
    return (_restrict(whom, can=False, **until),)


def _unban(order: Order, _now: int) -> tuple[Call, ...] | Failed:
    if refused := _wrong_author(order):
        return refused
    where = {"chat_id": int(order.page)}
    if is_chat(order.author):
        return (Call("unbanChatSenderChat", where | {"sender_chat_id": int(order.author)}),)
    whom = where | {"user_id": int(order.author)}
    # Without the flag it would throw out whoever is not banned.
    return (Call("unbanChatMember", whom | {"only_if_banned": True}), _restrict(whom, can=True))


def _restrict(whom: Mapping[str, int], *, can: bool, **until: int) -> Call:
    permissions = dict.fromkeys(PERMISSIONS, can)
    return Call(
        "restrictChatMember", {**whom, **until, "permissions": permissions, "use_independent_chat_permissions": True}
    )


def _wrong_author(order: Order) -> Failed | None:
    if order.author == f"-{order.page}":
        return Failed("own_page")
    return None if _CHAT.fullmatch(order.author) else Failed("no_author")


_PLANNERS: Final[Mapping[ActionKind, Callable[[Order, int], tuple[Call, ...] | Failed]]] = {
    ActionKind.DELETE_COMMENT: _delete,
    ActionKind.BAN_AUTHOR: _ban,
    ActionKind.UNBAN_AUTHOR: _unban,
}
