"""The methods of the simulated VK: who may call them, what they do, and which event follows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulators.vk_state import Comment, Community, State, Surface, Token

YEAR_S = 366 * 86_400
#: Lines of the blacklist in one answer.
MOST_BANNED = 200
Params = dict[str, str]
#: An event that follows a call: community, type, object.
Echo = tuple[Community, str, dict[str, Any]]
SURFACES: dict[str, Surface] = {
    "wall": "wall",
    "photos": "photo",
    "video": "video",
    "market": "market",
    "board": "board",
}
EVENTS: dict[Surface, str] = {
    "wall": "wall_reply",
    "photo": "photo_comment",
    "video": "video_comment",
    "market": "market_comment",
    "board": "board_post",
}
THINGS: dict[Surface, str] = {
    "wall": "post_id",
    "photo": "photo_id",
    "video": "video_id",
    "market": "item_id",
    "board": "topic_id",
}


class ApiError(Exception):
    """An error answer of the API."""

    def __init__(self, code: int, subcode: int | None = None) -> None:
        super().__init__(code, subcode)
        self.code = code
        self.subcode = subcode


@dataclass
class Caller:
    """Who calls what; `echo` gathers the events that follow."""

    state: State
    token: Token
    method: str
    params: Params
    echo: list[Echo]

    def number(self, name: str, default: int | None = None) -> int:
        """An integer parameter; 100 when it is missing or is none."""
        raw = self.params.get(name)
        if raw is None and default is not None:
            return default
        try:
            return int(raw or "")
        except ValueError:
            raise ApiError(100) from None

    def community(self, owner: int) -> Community:
        """The community that the caller may moderate, by its negative owner id."""
        community = self.state.communities.get(-owner)
        if community is None:
            raise ApiError(100)
        own = self.token.kind == "community" and self.token.group_id == community.group_id
        if not own and self.token.user_id not in community.managers:
            raise ApiError(15)
        return community

    def actor(self) -> int:
        """Whose act an event will say it was."""
        return self.token.user_id or -self.token.group_id

    def gone(self) -> Any:
        """The answer about something that is not there."""
        code = self.state.missing.get(self.method, 0)
        if code:
            raise ApiError(code)
        return 0


def comment_object(comment: Comment) -> dict[str, Any]:
    """A comment as events and lists show it."""
    shown: dict[str, Any] = {"id": comment.id, "from_id": comment.author, "date": comment.date, "text": comment.text}
    if comment.attachments:
        shown["attachments"] = comment.attachments
    if comment.surface in EVENTS:
        owner = "post" if comment.surface == "wall" else "topic" if comment.surface == "board" else comment.surface
        shown |= {THINGS[comment.surface]: comment.thing, f"{owner}_owner_id": -comment.group_id}
    if comment.surface == "wall":
        shown |= {"owner_id": -comment.group_id, "parents_stack": comment.parents, "thread": {"count": 0}}
    return shown


def delete_object(comment: Comment, deleter: int) -> dict[str, Any]:
    """The object of a `*_delete` event; discussions name the topic's owner, the others an `owner_id`."""
    owner = "topic_owner_id" if comment.surface == "board" else "owner_id"
    shown = {owner: -comment.group_id, "id": comment.id, THINGS[comment.surface]: comment.thing}
    return shown if comment.surface == "board" else shown | {"deleter_id": deleter}


def _target(caller: Caller) -> tuple[Community, Comment | None]:
    surface = SURFACES[caller.method.split(".")[0]]
    owner = -caller.number("group_id") if surface == "board" else caller.number("owner_id")
    thing = caller.number("topic_id") if surface == "board" else 0
    comment_id = caller.number("comment_id")
    community = caller.community(owner)
    return community, caller.state.find(surface, community.group_id, comment_id, thing)


def delete_comment(caller: Caller) -> Any:
    """`*.deleteComment`."""
    community, comment = _target(caller)
    if comment is None or comment.deleted:
        return caller.gone()
    comment.deleted = True
    caller.echo.append((community, f"{EVENTS[comment.surface]}_delete", delete_object(comment, caller.actor())))
    return 1


def restore_comment(caller: Caller) -> Any:
    """`*.restoreComment`."""
    community, comment = _target(caller)
    if comment is None:
        return caller.gone()
    if not comment.deleted:
        raise ApiError(243)
    comment.deleted = False
    caller.echo.append((community, f"{EVENTS[comment.surface]}_restore", comment_object(comment)))
    return 1


def get_comment(caller: Caller) -> Any:
    """`wall.getComment`."""
    _, comment = _target(caller)
    if comment is None or comment.deleted:
        caller.gone()
        return {"items": []}
    return {"items": [comment_object(comment)]}


def delete_post(caller: Caller) -> Any:
    """`wall.delete`; VK sends no event for it."""
    community = caller.community(caller.number("owner_id"))
    post = caller.state.find("post", community.group_id, caller.number("post_id"))
    if post is None or post.deleted:
        return caller.gone()
    post.deleted = True
    return 1


def restore_post(caller: Caller) -> Any:
    """`wall.restore`."""
    community = caller.community(caller.number("owner_id"))
    post = caller.state.find("post", community.group_id, caller.number("post_id"))
    if post is None:
        return caller.gone()
    post.deleted = False
    return 1


def get_posts(caller: Caller) -> Any:
    """`wall.getById`: posts that stand, of those asked for."""
    found = []
    for name in caller.params.get("posts", "").split(","):
        owner, _, post_id = name.partition("_")
        post = caller.state.find("post", -int(owner or 0), int(post_id or 0))
        if post is not None and not post.deleted:
            found.append(comment_object(post) | {"owner_id": -post.group_id})
    return {"items": found}


def delete_messages(caller: Caller) -> Any:
    """`messages.delete` by peer and conversation numbers."""
    community = caller.community(-caller.number("group_id", caller.token.group_id))
    found: dict[str, int] = {}
    for number in caller.params.get("cmids", "").split(","):
        message = caller.state.find("message", community.group_id, int(number or 0), caller.number("peer_id"))
        if message is None or message.deleted:
            return caller.gone()
        message.deleted = True
        found[number] = 1
    return found


def get_messages(caller: Caller) -> Any:
    """`messages.getByConversationMessageId`."""
    community = caller.community(-caller.number("group_id", caller.token.group_id))
    peer = caller.number("peer_id")
    numbers = caller.params.get("conversation_message_ids", "").split(",")
    found = (caller.state.find("message", community.group_id, int(number or 0), peer) for number in numbers)
    items = [{"conversation_message_id": m.id, "peer_id": peer, "text": m.text} for m in found if m and not m.deleted]
    return {"count": len(items), "items": items}


def ban(caller: Caller) -> Any:
    """`groups.ban`: for a year at most, never a manager, for ever without an end."""
    community = caller.community(-caller.number("group_id"))
    who, end, reason = caller.number("owner_id"), caller.number("end_date", 0), caller.number("reason", 0)
    if who in community.managers or who == -community.group_id:
        raise ApiError(15)
    now = caller.state.now()
    if ("end_date" in caller.params and not now < end <= now + YEAR_S) or not 0 <= reason <= 4:
        raise ApiError(100)
    info = {"admin_id": caller.actor(), "date": now, "reason": reason, "comment": caller.params.get("comment", "")}
    community.bans[who] = info | {"end_date": end, "comment_visible": caller.params.get("comment_visible") == "1"}
    block = {"admin_id": caller.actor(), "user_id": who, "unblock_date": end, "reason": reason}
    caller.echo.append((community, "user_block", block | {"comment": info["comment"]}))
    return 1


def unban(caller: Caller) -> Any:
    """`groups.unban`."""
    community = caller.community(-caller.number("group_id"))
    who = caller.number("owner_id")
    if community.bans.pop(who, None) is None:
        raise ApiError(104)
    caller.echo.append((community, "user_unblock", {"admin_id": caller.actor(), "user_id": who, "by_end_date": 0}))
    return 1


def get_banned(caller: Caller) -> Any:
    """`groups.getBanned`: 104 when the one who is asked for is not banned."""
    community = caller.community(-caller.number("group_id"))
    asked = caller.number("owner_id", 0)
    if asked and asked not in community.bans:
        raise ApiError(104)
    start, count = caller.number("offset", 0), caller.number("count", 20)
    if not 0 <= count <= MOST_BANNED:
        raise ApiError(100)
    shown = [_banned(who, info) for who, info in community.bans.items() if asked in (0, who)]
    return {"count": len(shown), "items": shown[start : start + count]}


def _banned(who: int, info: dict[str, Any]) -> dict[str, Any]:
    kind = "profile" if who > 0 else "group"
    return {"type": kind, kind: {"id": abs(who)}, "ban_info": info}


def get_members(caller: Caller) -> Any:
    """`groups.getMembers`, of which only the managers are simulated."""
    community = caller.community(-caller.number("group_id"))
    if caller.params.get("filter") != "managers":
        raise ApiError(100)
    start, count = caller.number("offset", 0), caller.number("count", 1000)
    listed = [{"id": who, "role": "moderator", "permissions": []} for who in sorted(community.managers)]
    return {"count": len(listed), "items": listed[start : start + count]}


Method = Callable[[Caller], Any]
_USER = frozenset({"user"})
_BOTH = frozenset({"user", "community"})
#: Every method with the kinds of tokens that may call it.
METHODS: dict[str, tuple[frozenset[str], Method]] = {
    **{f"{family}.deleteComment": (_USER, delete_comment) for family in ("wall", "photos", "video", "market")},
    **{f"{family}.restoreComment": (_USER, restore_comment) for family in ("wall", "photos", "video", "market")},
    "board.deleteComment": (_BOTH, delete_comment),
    "board.restoreComment": (_BOTH, restore_comment),
    "wall.getComment": (_USER, get_comment),
    "wall.delete": (_USER, delete_post),
    "wall.restore": (_USER, restore_post),
    "wall.getById": (_USER, get_posts),
    "messages.delete": (_BOTH, delete_messages),
    "messages.getByConversationMessageId": (_BOTH, get_messages),
    "groups.ban": (_USER, ban),
    "groups.unban": (_USER, unban),
    "groups.getBanned": (_BOTH, get_banned),
    "groups.getMembers": (_BOTH, get_members),
}
