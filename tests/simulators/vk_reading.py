"""Lists of the simulated VK: posts, discussions, videos and goods of a page, and the comments under them."""

from collections.abc import Callable
from typing import Any

from tests.simulators.vk_methods import SURFACES, THINGS, ApiError, Caller, comment_object
from tests.simulators.vk_state import Comment, Community, Surface

#: VK's longest lists, and how many replies it shows beside a comment.
MOST = 100
MOST_REPLIES = 10
_USER = frozenset({"user"})


def _part(caller: Caller, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The stretch of a list that was asked for."""
    offset, count = caller.number("offset", 0), caller.number("count", 20)
    if offset < 0 or not 0 <= count <= MOST:
        raise ApiError(100)
    return {"count": len(items), "items": items[offset : offset + count]}


def _of(caller: Caller, community: Community, surface: Surface) -> list[Comment]:
    """Everything that was ever written on a surface of a page, the oldest first."""
    found = [
        one for one in caller.state.comments.values() if (one.surface, one.group_id) == (surface, community.group_id)
    ]
    return sorted(found, key=lambda one: (one.date, one.id))


def _things(surface: Surface) -> Callable[[Caller], Any]:
    def listed(caller: Caller) -> Any:
        owner = -caller.number("group_id") if surface == "board" else caller.number("owner_id")
        community = caller.community(owner)
        written: dict[int, list[Comment]] = {}
        for comment in _of(caller, community, surface):
            written.setdefault(comment.thing, []).append(comment)
        own = {post.id: post for post in _of(caller, community, "post")} if surface == "wall" else {}
        found = []
        for thing in own.keys() | written.keys():
            comments = written.get(thing, [])
            standing = [one for one in comments if not one.deleted]
            born = own[thing].date if thing in own else comments[0].date
            shown: dict[str, Any] = {"id": thing, "owner_id": owner, "date": born, "comments": len(standing)}
            if surface == "wall":
                shown |= {"from_id": owner, "post_type": "post", "text": "", "comments": {"count": len(standing)}}
            if surface == "board":
                shown |= {"created": born, "updated": max(one.date for one in comments)}
            found.append(shown)
        return _part(caller, sorted(found, key=lambda one: (one.get("updated", one["date"]), one["id"]), reverse=True))

    return listed


def get_comments(caller: Caller) -> Any:
    """`*.getComments`: comments on one thing; on the wall those of one level, with a few replies beside each."""
    surface = SURFACES[caller.method.split(".")[0]]
    owner = -caller.number("group_id") if surface == "board" else caller.number("owner_id")
    community = caller.community(owner)
    order = caller.params.get("sort", "asc")
    if order not in {"asc", "desc"}:
        raise ApiError(100)
    start = caller.number("start_comment_id", 0)
    thing = caller.number(THINGS[surface])
    comments = [one for one in _of(caller, community, surface) if one.thing == thing and one.id >= start]
    if order == "desc":
        comments.reverse()
    if surface != "wall":
        return _part(caller, [comment_object(one) for one in comments if not one.deleted])
    return _level(caller, comments)


def _level(caller: Caller, comments: list[Comment]) -> Any:
    replies = caller.number("thread_items_count", 0)
    if not 0 <= replies <= MOST_REPLIES:
        raise ApiError(100)
    root = caller.number("comment_id", 0)
    shown = []
    for one in comments:
        thread = [reply for reply in comments if reply.parents == [one.id] and not reply.deleted]
        if one.parents != ([root] if root else []) or (one.deleted and not thread):
            continue
        item = comment_object(one)
        if one.deleted:
            item |= {"deleted": True, "text": "", "from_id": 0}
        item["thread"] = {"count": len(thread), "items": [comment_object(reply) for reply in thread[:replies]]}
        shown.append(item)
    standing = sum(not one.deleted for one in comments)
    return _part(caller, shown) | {"count": standing, "current_level_count": len(shown)}


def photo_comments(caller: Caller) -> Any:
    """`photos.getAllComments`: those of all photos in one list, the newest first."""
    comments = _of(caller, caller.community(caller.number("owner_id")), "photo")
    return _part(caller, [comment_object(one) | {"pid": one.thing} for one in reversed(comments) if not one.deleted])


METHODS: dict[str, tuple[frozenset[str], Callable[[Caller], Any]]] = {
    **{f"{family}.getComments": (_USER, get_comments) for family in SURFACES},
    "wall.get": (_USER, _things("wall")),
    "board.getTopics": (_USER, _things("board")),
    "video.get": (_USER, _things("video")),
    "market.get": (_USER, _things("market")),
    "photos.getAllComments": (_USER, photo_comments),
}
