"""Says which call of the Graph API carries out an order, and how to see whether it has been done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domain.json_fields import object_of, objects_of
from app.domain.ports import Delivery, Failed, Manual, Order
from app.domain.words import ActionKind, Kind
from app.networks.meta.names import id_in, is_id, is_instagram, number_of

_BANS: Final = frozenset({ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR})
#: The flag of a hidden comment: what it is set by, what it is read by.
_FLAGS: Final = {False: ("is_hidden", "is_hidden"), True: ("hide", "hidden")}


@dataclass(frozen=True, slots=True)
class Look:
    """How to see the target. `done` reads an answer: True as ordered, False not, None = it does not say."""

    path: str
    params: Mapping[str, str]
    done: Callable[[Any], bool | None]
    #: What it means that the target is not there; None = the look is about the page, which is always there.
    gone_is_done: bool | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call, whether an answer says that it was done, and the look after it."""

    #: As lessons are noted: what was done to what.
    name: str
    method: str
    path: str
    params: Mapping[str, str]
    succeeded: Callable[[Any], bool]
    look: Look


def plan(order: Order) -> Call | Delivery:
    """The call that carries out an order, or why there is none."""
    page = number_of(order.page)
    if not page:
        return Failed("bad_order")
    if order.kind in _BANS:
        return _ban(order, page)
    if order.comment_kind is not Kind.WALL:
        return Manual("posts_by_hand")
    # What was deleted does not come back, and nobody says what else there is to restore.
    if order.kind is ActionKind.RESTORE_COMMENT and order.undoes is not ActionKind.HIDE_COMMENT:
        return Failed("not_supported")
    return _comment(order) if is_id(order.external_id) else Failed("bad_order")


def _comment(order: Order) -> Call:
    written, shown = _FLAGS[is_instagram(order.page)]
    comment, deleting = order.external_id, order.kind is ActionKind.DELETE_COMMENT
    hidden = order.kind is ActionKind.HIDE_COMMENT

    def done(answer: Any) -> bool | None:
        flag = object_of(answer).get(shown)
        # As long as it can be read it is not deleted.
        return False if deleting else flag is hidden if isinstance(flag, bool) else None

    gone_is_done = order.kind is not ActionKind.RESTORE_COMMENT
    look = Look(comment, {"fields": f"id,{shown}"}, done, gone_is_done)
    if deleting:
        return Call("delete_comment", "DELETE", comment, {}, _success, look)
    return Call("hide_comment", "POST", comment, {written: "true" if hidden else "false"}, _success, look)


def _ban(order: Order, page: str) -> Call | Delivery:
    if is_instagram(order.page):
        return Manual("instagram_blocks_nobody")
    author = number_of(order.author)
    if not author or order.author != author:
        return Failed("own_page" if order.author == f"-{order.page}" else "no_author")
    banning = order.kind is ActionKind.BAN_AUTHOR

    def done(answer: Any) -> bool | None:
        listed = object_of(answer).get("data")
        if not isinstance(listed, list):
            return None
        return any(id_in(one, "id") == author for one in objects_of(listed)) is banning

    look = Look(f"{page}/blocked", {"user": author}, done, gone_is_done=None)
    if banning:
        return Call("block", "POST", f"{page}/blocked", {"user": f'["{author}"]'}, _blocked(author), look)
    return Call("unblock", "DELETE", f"{page}/blocked", {"user": author}, _success, look)


def _success(answer: Any) -> bool:
    return answer is True or object_of(answer).get("success") is True


def _blocked(author: str) -> Callable[[Any], bool]:
    """Blocking answers for each user by his id."""
    return lambda answer: _success(answer) or object_of(answer).get(author) is True
