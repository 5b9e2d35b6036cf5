"""REST methods of the simulated OK."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulators.ok_state import Comment, Group, State, Talk, Token, moscow

MOST = 100
TYPES = frozenset({"GROUP_TOPIC", "GROUP_PHOTO", "GROUP_MOVIE"})
#: Fields that the real one was seen to answer, and others that may be asked for only where `fine_fields` says so.
LIST_FIELDS = {"discussion.OBJECT_TYPE", "discussion.OBJECT_ID", "discussion.NEW_COMMENTS_COUNT", "discussion.TITLE"}
LIST_FIELDS |= {"group.UID"}
FINE_LIST_FIELDS = {"discussion.TOTAL_COMMENTS_COUNT", "discussion.LAST_ACTIVITY_DATE"}
COMMENT_FIELDS = {
    f"comment.{name}" for name in ("ID", "TEXT", "DATE", "TYPE", "AUTHOR_ID", "AUTHOR_NAME", "AUTHOR_REF")
}
COMMENT_FIELDS |= {"comment.REPLY_TO_ID", "comment.REPLY_TO_NAME", "comment.REPLY_TO_COMMENT_ID"}
FINE_COMMENT_FIELDS = {"comment.DATE_MS", "comment.AUTHOR_TYPE", "comment.ATTACHMENTS"}
STAT_FIELDS = {"ID", "COMMENTS", "CREATED_MS"}


class ApiError(Exception):
    """OK refuses; `code` is its own."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Caller:
    """Whoever calls a method, and with what."""

    state: State
    token: Token
    method: str
    params: dict[str, str]

    def text(self, name: str) -> str:
        """A required parameter."""
        value = self.params.get(name, "")
        if not value:
            raise ApiError(100)
        return value

    def count(self) -> int:
        """How much of a list is asked for."""
        value = self.params.get("count", "20")
        if not value.isdigit() or not 1 <= int(value) <= MOST:
            raise ApiError(100)
        return int(value)

    def fields(self, sure: set[str], fine: set[str] | None = None) -> set[str]:
        """Which fields are asked for; an unknown one is a mistake."""
        asked = set(filter(None, self.params.get("fields", "").split(",")))
        allowed = sure | (fine or set()) if self.state.fine_fields else sure
        if asked - allowed:
            raise ApiError(100)
        return asked

    def flag(self, name: str, *, default: bool) -> bool:
        """A boolean."""
        value = self.params.get(name, "true" if default else "false")
        if value not in ("true", "false"):
            raise ApiError(100)
        return value == "true"

    def group(self, name: str) -> Group:
        """The group that a parameter names."""
        found = self.state.groups.get(self.text(name))
        if found is None:
            raise ApiError(100)
        return found

    def talk(self) -> Talk:
        """The discussion that the parameters name."""
        kind = self.text("discussionType")
        if kind not in TYPES:
            raise ApiError(100)
        found = self.state.talks.get((kind, self.text("discussionId")))
        if found is None:
            raise ApiError(106)
        return found


def get_list(caller: Caller) -> Any:
    """`discussions.getList`: of the groups that the token's owner is in, the most recent first."""
    if caller.text("category") != "GROUP":
        raise ApiError(100)
    asked = caller.fields(LIST_FIELDS, FINE_LIST_FIELDS)
    mine = [one for one in caller.state.talks.values() if _is_in(caller.state.groups[one.group], caller.token.user)]
    mine.sort(key=lambda one: one.active_ms, reverse=True)
    if not mine:
        return None
    return {"anchor": "LTE=", "discussions": [_talk(caller, one, asked) for one in mine[: caller.count()]]}


def _is_in(group: Group, user: str) -> bool:
    return group.runs(user) or user in group.members


def _talk(caller: Caller, talk: Talk, asked: set[str]) -> dict[str, Any]:
    unread = len(talk.standing) - talk.read.get(caller.token.user, 0)
    whole = {
        "object_type": talk.type,
        "object_id": talk.id,
        "title": talk.title,
        "new_comments_count": max(0, unread),
        "total_comments_count": len(talk.standing),
        "last_activity_date": moscow(talk.active_ms),
    }
    shown = {name: value for name, value in whole.items() if f"discussion.{name.upper()}" in asked}
    return shown | {"ref_objects": [{"id": talk.group, "type": "GROUP"}]}


def get_comments(caller: Caller) -> Any:
    """`discussions.getComments`."""
    talk = caller.talk()
    asked = caller.fields(COMMENT_FIELDS, FINE_COMMENT_FIELDS)
    removed = caller.flag("includeRemoved", default=False)
    ordered = sorted(talk.comments if removed else talk.standing, key=lambda one: (one.ms, one.number))
    anchor, direction, count = caller.text("anchor"), caller.params.get("direction", "FORWARD"), caller.count()
    if direction not in ("FORWARD", "BACKWARD", "AROUND"):
        raise ApiError(100)
    backward = direction == "BACKWARD"
    if backward:
        ordered.reverse()
    start = _start(anchor, ordered, backward=backward)
    part = ordered[start : start + count]
    if caller.flag("mark_as_read", default=True):
        talk.read[caller.token.user] = len(talk.standing)
    last = part[-1] if part else None
    return {
        "has_more": start + count < len(ordered),
        "discussionId": talk.id,
        "discussionType": talk.type,
        "anchor": base64.b64encode(f"{last.ms}:{last.number}".encode()).decode() if last else "",
        "comments": [_comment(talk, one, asked) for one in part],
    }


def _start(anchor: str, ordered: list[Comment], *, backward: bool) -> int:
    if anchor in ("FIRST", "LAST", "UNREAD"):
        # From the wrong end there is nothing to walk to.
        at_end = (anchor == "LAST") != backward
        return len(ordered) if at_end else 0
    try:
        ms, number = (int(part) for part in base64.b64decode(anchor, validate=True).decode().split(":"))
    except (binascii.Error, ValueError):
        raise ApiError(100) from None
    before = [one for one in ordered if ((one.ms, one.number) >= (ms, number)) == backward or one.number == number]
    return len(before)


def _comment(talk: Talk, comment: Comment, asked: set[str]) -> dict[str, Any]:
    author = talk.group if comment.by_group else comment.author
    whole: dict[str, Any] = {
        "id": comment.id,
        "text": comment.text,
        "date": moscow(comment.ms),
        "date_ms": comment.ms,
        "type": "REMOVED_MESSAGE" if comment.removed else "ACTIVE_MESSAGE",
        "author_id": author,
        "author_name": "Пётр Петров",
        "author_ref": f"{'group' if comment.by_group else 'user'}:{author}",
        "reply_to_comment_id": comment.reply_to,
        "attachments": comment.attachments,
    }
    if comment.by_group:
        whole["author_type"] = "GROUP"
    shown = {name: value for name, value in whole.items() if f"comment.{name.upper()}" in asked and value}
    return shown | {"attrs": {"flags": "l,s"}, "like_count": 0, "liked_it": False}


def get_comment(caller: Caller) -> Any:
    """`discussions.getComment`."""
    talk = caller.talk()
    return {"comment": _comment(talk, find(talk, caller.text("comment_id")), COMMENT_FIELDS | FINE_COMMENT_FIELDS)}


def find(talk: Talk, comment_id: str) -> Comment:
    """A comment that stands there."""
    found = next((one for one in talk.standing if one.id == comment_id), None)
    if found is None:
        raise ApiError(141)
    return found


def delete(caller: Caller) -> Any:
    """`discussions.deleteDiscussionComment` and its plural, for applications that were let."""
    if not caller.state.deletes:
        raise ApiError(3)
    talk = caller.talk()
    group = caller.state.groups[talk.group]
    ids = caller.text("comment_ids" if caller.method.endswith("s") else "comment_id").split(",")
    caller.flag("mark_as_spam", default=False)
    block = caller.flag("block_author", default=False)
    doomed = [find(talk, one) for one in ids]
    if not group.runs(caller.token.user):
        raise ApiError(24)
    for comment in doomed:
        comment.removed = True
        if block and not comment.by_group:
            group.blocked.add(comment.author)
    return {"success": True}


def stat_topics(caller: Caller) -> Any:
    """`group.getStatTopics`: topics made since an instant, with counters."""
    group = caller.group("gid")
    if not group.runs(caller.token.user):
        raise ApiError(50)
    asked = caller.fields(STAT_FIELDS)
    start = caller.params.get("start_time", "0")
    if not start.isdigit():
        raise ApiError(100)
    topics = [one for one in caller.state.talks.values() if (one.type, one.group) == ("GROUP_TOPIC", group.id)]
    made = sorted((one for one in topics if one.created_ms >= int(start)), key=lambda one: one.created_ms, reverse=True)
    shown = [{"id": one.id, "comments": len(one.standing), "created_ms": one.created_ms} for one in made]
    wanted = {name.lower() for name in asked}
    return {"topics": [{k: v for k, v in one.items() if k in wanted} for one in shown[: caller.count()]]}


def members(caller: Caller) -> Any:
    """`group.getMembers`."""
    group = caller.group("uid")
    wanted = set(filter(None, caller.params.get("statuses", "").split(",")))
    everybody = sorted(group.administrators | group.moderators | group.members)
    listed = [one for one in (membership(group, user) for user in everybody) if one["status"] in wanted or not wanted]
    start = int(caller.params.get("anchor") or 0)
    end = start + caller.count()
    return {"anchor": str(end), "has_more": end < len(listed), "members": listed[start:end], "totalCount": len(listed)}


def membership(group: Group, user: str) -> dict[str, Any]:
    """What somebody is in a group."""
    table = (("BLOCKED", group.blocked), ("ADMIN", group.administrators), ("MODERATOR", group.moderators))
    status = next((name for name, people in table if user in people), None)
    status = status or ("ACTIVE" if user in group.members else "PASSIVE")
    return {"groupId": group.id, "userId": user, "status": status, "role": []}


def memberships(caller: Caller) -> Any:
    """`group.getUserGroupsByIds`."""
    group = caller.group("group_id")
    users = caller.text("uids").split(",")
    if len(users) > MOST:
        raise ApiError(100)
    return [membership(group, user) for user in users]


def calls_left(caller: Caller) -> Any:
    """`users.getCallsLeft`."""
    names = caller.text("methods").split(",")
    if any(name not in METHODS for name in names):
        raise ApiError(3)
    closed = [name for name in names if METHODS[name][1] is delete and not caller.state.deletes]
    left = caller.state.quotas
    return [
        {"name": name, "available": name not in closed} | ({"callsLeft": left[name]} if name in left else {})
        for name in names
    ]


VALUABLE = frozenset({"VALUABLE_ACCESS"})
GROUPS = frozenset({"VALUABLE_ACCESS", "GROUP_CONTENT"})
METHODS: dict[str, tuple[frozenset[str], Callable[[Caller], Any]]] = {
    "discussions.getList": (VALUABLE, get_list),
    "discussions.getComments": (VALUABLE, get_comments),
    "discussions.getComment": (VALUABLE, get_comment),
    "discussions.deleteDiscussionComment": (GROUPS, delete),
    "discussions.deleteDiscussionComments": (GROUPS, delete),
    "group.getStatTopics": (GROUPS, stat_topics),
    "group.getMembers": (GROUPS, members),
    "group.getUserGroupsByIds": (VALUABLE, memberships),
    "users.getCallsLeft": (frozenset(), calls_left),
}
