"""Says which of MAX's methods carries out an order, what it teaches when it is refused, and how to look after it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.json_fields import JsonObject, object_of, objects_of
from app.domain.ports import Failed, Manual, Order
from app.domain.words import ActionKind, Kind
from app.networks.max.transport import Call

#: MAX has no method for it; a person has a button.
NOT_OFFERED: Final = "not_offered"
_CHAT: Final = re.compile(r"-[1-9][0-9]{0,18}", re.ASCII)
_USER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_MID: Final = re.compile(r"(?:mid\.)?[A-Za-z0-9_-]{1,120}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Look:
    """How to see the target; `stands` says of the answer whether it is there, None = nobody can tell.

    `gone` = whether "not found" means that the target is gone.
    """

    call: Call
    stands: Callable[[JsonObject], bool | None]
    gone: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """A call, and `lesson`, the name of what a token that is refused cannot do: rights differ from chat to chat."""

    call: Call
    lesson: str
    look: Look
    #: Group chats and channels let so many of their messages be deleted in a second; None = the token's rate alone.
    chat_pace: bool = False
    banning: bool = False


def plan(order: Order) -> Plan | Failed | Manual:
    """What carries out an order."""
    if not _CHAT.fullmatch(order.page):
        return Failed("bad_order")
    if order.kind is ActionKind.UNBAN_AUTHOR:
        return Manual(NOT_OFFERED)
    if order.kind is ActionKind.BAN_AUTHOR:
        return _ban(order)
    if order.kind is not ActionKind.DELETE_COMMENT:
        # A deleted comment does not come back, whoever asks.
        return Failed("not_supported")
    planner = _DELETING.get(order.comment_kind) if order.comment_kind else None
    return planner(order) if planner else Failed("bad_order")


def comment_call(verb: str, post: str, comment: str) -> Call:
    """A call about one comment."""
    if verb == "GET":
        return Call(verb, f"messages/{post}/comments/{comment}")
    return Call(verb, f"messages/{post}/comments", {"comment_id": comment})


def is_mid(value: str) -> bool:
    """Whether this may be the id of a message or a comment; nothing else is put into an address."""
    return bool(_MID.fullmatch(value))


def _comment(order: Order) -> Plan | Failed:
    post = order.scope or order.post
    if not (is_mid(post) and is_mid(order.external_id)):
        return Failed("bad_order")
    look = Look(comment_call("GET", post, order.external_id), lambda said: _is(said, order.external_id))
    return Plan(comment_call("DELETE", post, order.external_id), f"delete_comment {order.page}", look)


def _message(order: Order) -> Plan | Failed:
    if not is_mid(order.external_id):
        return Failed("bad_order")
    look = Look(Call("GET", f"messages/{order.external_id}"), lambda said: _is(said, order.external_id))
    deletion = Call("DELETE", "messages", {"message_id": order.external_id})
    return Plan(deletion, f"delete_message {order.page}", look, chat_pace=True)


def _ban(order: Order) -> Plan | Failed:
    if order.author == f"-{order.page}":
        return Failed("own_page")
    if not _USER.fullmatch(order.author):
        return Failed("no_author")
    member = Call("GET", f"chats/{order.page}/members", {"user_ids": order.author})
    # Whoever is no member any more may be blocked or may have left: that does not show.
    look = Look(member, lambda said: True if objects_of(said.get("members")) else None, gone=False)
    block = Call("DELETE", f"chats/{order.page}/members", {"user_id": order.author, "block": "true"})
    return Plan(block, f"block {order.page}", look, banning=True)


def _is(message: JsonObject, mid: str) -> bool | None:
    """Whether this is the message that was asked for; one without a body may be a shell of what was deleted."""
    return True if object_of(message.get("body")).get("mid") == mid else None


_DELETING: Final[Mapping[Kind, Callable[[Order], Plan | Failed | Manual]]] = {
    Kind.WALL: _comment,
    Kind.DISCUSSION: _message,
    # A bot deletes nothing but its own words in a dialogue.
    Kind.MESSAGE: lambda _: Manual(NOT_OFFERED),
}
