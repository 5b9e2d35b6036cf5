"""Says which VK method carries out an order, with which parameters, whose token goes first, and how to look after it.

Official documents allow most deletions to a user's token only; community keys with the right `wall` appeared later, so
both kinds are tried. A community's own methods (discussions, messages) start with its own key.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domain.clock import DAY, SECOND
from app.domain.json_fields import JsonObject, clean, integer, object_of, objects_of
from app.domain.ports import Delivery, Done, Failed, Order, Slot
from app.domain.states import Outcome
from app.domain.words import ActionKind, Category, Kind
from app.networks.vk.failures import RESULT_0
from app.networks.vk.transport import Answered, Refused

USER_FIRST: Final = (Slot.USER, Slot.COMMUNITY)
COMMUNITY_FIRST: Final = (Slot.COMMUNITY, Slot.USER)
#: VK bans for a year at most; a ban without an end is for ever.
LONGEST_BAN: Final = 365 * DAY
#: VK's own codes of reasons: 1 spam, 2 abuse, 3 strong language, 0 anything else.
BAN_REASONS: Final[Mapping[str, str]] = {
    Category.SPAM: "1",
    Category.INSULT: "2",
    Category.THREAT: "2",
    Category.OBSCENITY: "3",
}
_ID: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_POST: Final = re.compile(r"(?:photo|video|market|topic)?(?:(-?[0-9]{1,19})_)?([0-9]{1,19})", re.ASCII)
_MESSAGE_WITHOUT_NUMBER: Final = re.compile(r"id([0-9]{1,19})", re.ASCII)
#: The family of methods and the parameter that names the thing commented on.
_THINGS: Final = {
    Kind.PHOTO: ("photos", "photo_id"),
    Kind.VIDEO: ("video", "video_id"),
    Kind.MARKET: ("market", "item_id"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How to see whether the target is there; what that means for the order, None = nothing yet."""

    method: str
    params: Mapping[str, str]
    slots: tuple[Slot, ...]
    sees: Callable[[Any], bool]
    if_there: Delivery | None
    if_gone: Delivery | None


@dataclass(frozen=True, slots=True)
class Call:
    """A method with its parameters; `slots` is the order in which kinds of tokens are tried."""

    method: str
    params: Mapping[str, str]
    slots: tuple[Slot, ...] = USER_FIRST
    look: Look | None = None
    banning: bool = False


def plan(order: Order, now: int) -> Call | Failed:
    """The call that carries out an order; `now` in microseconds."""
    if not _positive(order.page):
        return Failed("bad_order")
    if order.kind in (ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR):
        return _ban(order, now)
    if order.kind not in (ActionKind.DELETE_COMMENT, ActionKind.RESTORE_COMMENT):
        return Failed("not_supported")
    if order.comment_kind is Kind.MESSAGE:
        return _message(order)
    planner = _PLANNERS.get(order.comment_kind) if order.comment_kind else None
    return planner(order) if planner and _positive(order.external_id) else Failed("bad_order")


def result(response: Any) -> Answered | Refused:
    """A result read closely: 0 is a refusal without a reason, and a list has an answer for each of its items."""
    if isinstance(response, list) and response:
        for item in objects_of(response):
            code = integer(object_of(item.get("error")).get("code"))
            if code is not None:
                return Refused(code)
        response = dict(enumerate(object_of(item).get("response") for item in response))
    if isinstance(response, dict) and response:
        response = all(value == 1 for value in response.values())
    return Answered(response) if response == 1 else Refused(RESULT_0)


def _wall_comment(order: Order) -> Call:
    owner = {"owner_id": _owner_and_thing(order)[0]}
    look = _look(order, "wall.getComment", owner | {"comment_id": order.external_id}, USER_FIRST)
    return _comment(order, "wall", owner, USER_FIRST, look)


def _thing_comment(order: Order) -> Call:
    family, thing_name = _THINGS[order.comment_kind or Kind.PHOTO]
    owner, thing = _owner_and_thing(order)
    listed = {"owner_id": owner, thing_name: thing, "start_comment_id": order.external_id, "count": "100"}
    # Without the thing that was commented on nobody can look.
    look = _look(order, f"{family}.getComments", listed, USER_FIRST) if thing else None
    return _comment(order, family, {"owner_id": owner}, USER_FIRST, look)


def _topic_comment(order: Order) -> Call | Failed:
    if not _positive(order.scope):
        return Failed("bad_order")
    topic = {"group_id": order.page, "topic_id": order.scope}
    listed = topic | {"start_comment_id": order.external_id, "count": "100"}
    look = _look(order, "board.getComments", listed, USER_FIRST)
    return _comment(order, "board", topic, COMMUNITY_FIRST, look)


def _comment(order: Order, family: str, place: Mapping[str, str], slots: tuple[Slot, ...], look: Look | None) -> Call:
    verb = "deleteComment" if order.kind is ActionKind.DELETE_COMMENT else "restoreComment"
    return Call(f"{family}.{verb}", {**place, "comment_id": order.external_id}, slots, look)


def _owner_and_thing(order: Order) -> tuple[str, str]:
    """The owner's id and the id of the thing commented on, '' if unknown, out of the post's name."""
    named = _POST.fullmatch(order.post)
    return (named and named[1]) or f"-{order.page}", named[2] if named else ""


def _post(order: Order) -> Call:
    target = {"owner_id": f"-{order.page}", "post_id": order.external_id}
    posts = {"posts": f"-{order.page}_{order.external_id}"}
    look = _look(order, "wall.getById", posts, USER_FIRST)
    verb = "delete" if order.kind is ActionKind.DELETE_COMMENT else "restore"
    return Call(f"wall.{verb}", target, USER_FIRST, look)


def _message(order: Order) -> Call | Failed:
    if order.kind is not ActionKind.DELETE_COMMENT:
        # A message deleted for everybody does not come back.
        return Failed("not_supported")
    params = {"group_id": order.page, "delete_for_all": "1"}
    unnumbered = _MESSAGE_WITHOUT_NUMBER.fullmatch(order.external_id)
    if unnumbered:
        ids = {"message_ids": unnumbered[1], "group_id": order.page}
        look = _look(order, "messages.getById", ids, COMMUNITY_FIRST, shown=("id", unnumbered[1]))
        return Call("messages.delete", params | {"message_ids": unnumbered[1]}, COMMUNITY_FIRST, look)
    if not _ID.fullmatch(order.scope) or not _positive(order.external_id):
        return Failed("bad_order")
    where = {"peer_id": order.scope, "group_id": order.page}
    look = _look(
        order,
        "messages.getByConversationMessageId",
        where | {"conversation_message_ids": order.external_id},
        COMMUNITY_FIRST,
        shown=("conversation_message_id", order.external_id),
    )
    return Call("messages.delete", params | {"peer_id": order.scope, "cmids": order.external_id}, COMMUNITY_FIRST, look)


def _ban(order: Order, now: int) -> Call | Failed:
    if not _ID.fullmatch(order.author) or int(order.author) == 0:
        return Failed("no_author")
    if order.author == f"-{order.page}":
        return Failed("own_page")
    who = {"group_id": order.page, "owner_id": order.author}
    if order.kind is ActionKind.UNBAN_AUTHOR:
        look = Look(
            "groups.getBanned",
            who,
            COMMUNITY_FIRST,
            sees=lambda response: bool(objects_of(object_of(response).get("items"))),
            if_there=None,
            if_gone=Done(Outcome.ALREADY),
        )
        return Call("groups.unban", who, look=look, banning=True)
    params = who | {"reason": BAN_REASONS.get(order.ban_reason, "0"), "comment_visible": "1"}
    if order.ban_comment:
        params["comment"] = clean(order.ban_comment)
    if order.ban_until is not None:
        if order.ban_until <= now + SECOND:
            # VK would take an end in the past for no end at all.
            return Failed("ban_term_over")
        params["end_date"] = str(min(order.ban_until, now + LONGEST_BAN) // SECOND)
    return Call("groups.ban", params, banning=True)


def _look(
    order: Order,
    method: str,
    params: Mapping[str, str],
    slots: tuple[Slot, ...],
    *,
    shown: tuple[str, str] | None = None,
) -> Look:
    """`shown`: the field and value by which the target is known in the list, its `id` unless told."""
    deleting = order.kind is ActionKind.DELETE_COMMENT
    field, wanted = shown or ("id", order.external_id)
    return Look(
        method,
        params,
        slots,
        sees=lambda response: _stands(response, field, wanted),
        if_there=None if deleting else Done(Outcome.ALREADY),
        if_gone=Done(Outcome.GONE) if deleting else None,
    )


def _stands(response: Any, id_field: str, wanted: str) -> bool:
    """Whether an undeleted item with this id is listed, at the top or in a thread."""
    items = objects_of(response if isinstance(response, list) else object_of(response).get("items"))
    return any(_is(item, id_field, wanted) or _stands(item.get("thread"), id_field, wanted) for item in items)


def _is(item: JsonObject, id_field: str, wanted: str) -> bool:
    return str(item.get(id_field)) == wanted and not item.get("deleted") and not item.get("is_deleted")


def _positive(text: str) -> bool:
    return bool(_ID.fullmatch(text)) and int(text) > 0


_PLANNERS: Final[Mapping[Kind, Callable[[Order], Call | Failed]]] = {
    Kind.WALL: _wall_comment,
    Kind.PHOTO: _thing_comment,
    Kind.VIDEO: _thing_comment,
    Kind.MARKET: _thing_comment,
    Kind.DISCUSSION: _topic_comment,
    Kind.POST: _post,
}
