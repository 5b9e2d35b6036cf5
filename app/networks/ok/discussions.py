"""Asks what is commented on in a group and what stands there: which calls are made, whoever sends them.

Each question is a generator: it yields a call and is sent the answer, so that a thread and an event loop ask alike.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

from app.calling.http import Unreachable
from app.domain.clock import SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event
from app.domain.json_fields import JsonObject, object_of, objects_of, text_of
from app.networks.ok.comments import KINDS, NAME, TOPIC, Discussion, read_comment, stands
from app.networks.ok.failures import BAD_PARAMETER, NOT_THERE
from app.networks.ok.fields import count_of, from_ms, instant, number_of
from app.networks.ok.transport import Answer, Answered, Ask, Refused

T = TypeVar("T")
Question = Generator[Ask, Answer, T]
STATS: Final = "group.getStatTopics"
LIST: Final = "discussions.getList"
COMMENTS: Final = "discussions.getComments"
#: The longest list that OK's clients ask for.
COUNT: Final = 100
#: Lists are followed so far: a discussion with more comments than this at a time is read only in part.
PAGES: Final = 10
#: Fields that are known to be answered, and those that OK has but nobody was seen to ask for.
_SURE: Final = {
    LIST: ("discussion.OBJECT_TYPE,discussion.OBJECT_ID,discussion.NEW_COMMENTS_COUNT,group.UID,discussion.TITLE"),
    COMMENTS: (
        "comment.ID,comment.TEXT,comment.DATE,comment.TYPE,comment.AUTHOR_ID,comment.AUTHOR_NAME,comment.AUTHOR_REF,"
        "comment.REPLY_TO_ID,comment.REPLY_TO_NAME,comment.REPLY_TO_COMMENT_ID"
    ),
}
_FINER: Final = {
    LIST: ",discussion.TOTAL_COMMENTS_COUNT,discussion.LAST_ACTIVITY_DATE",
    COMMENTS: ",comment.DATE_MS,comment.AUTHOR_TYPE,comment.ATTACHMENTS",
}
_STAT_FIELDS: Final = "ID,COMMENTS"
_log = structlog.get_logger()


@dataclass(slots=True)
class Fields:
    """Which fields are asked for; methods that have refused the finer ones, or everything, are remembered."""

    plain: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def of(self, method: str) -> str:
        """What goes into `fields`."""
        return _SURE[method] if method in self.plain else _SURE[method] + _FINER[method]


@dataclass(frozen=True, slots=True)
class Found:
    """A discussion of the group; `mark` changes when something is written or removed there, '' = nobody can say.

    `comments` is how many stand there, `active_at` (microseconds) when something last happened; None = not told.
    """

    on: Discussion
    mark: str
    comments: int | None = None
    active_at: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a discussion and was written since `since` (microseconds): all of it, unless that is None.

    `newest` is when the newest one was written; None = there is none.
    """

    events: tuple[Event, ...]
    since: int | None
    newest: int | None = None


Told = Refused | Unreachable


def topics(page: str, since: int) -> Question[tuple[Found, ...] | Told]:
    """Topics of the group since an instant (microseconds), with their counters; only some tokens may ask."""
    params = {"gid": page, "fields": _STAT_FIELDS, "count": str(COUNT), "start_time": str(since // 1000)}
    answer = yield Ask(STATS, params)
    if not isinstance(answer, Answered):
        return answer
    listed = objects_of(object_of(answer.response).get("topics")) or objects_of(answer.response)
    return tuple(filter(None, map(_topic, listed)))


def discussions(page: str, fields: Fields) -> Question[tuple[Found, ...] | Told]:
    """Discussions in groups that the token's owner sees, those of this group alone; the most recent come first."""
    answer = yield from _finely(LIST, {"category": "GROUP", "count": str(COUNT)}, fields)
    if not isinstance(answer, Answered):
        return answer
    listed = objects_of(object_of(answer.response).get("discussions"))
    return tuple(filter(None, (_discussion(page, item) for item in listed)))


def comments(page: str, on: Discussion, since: int, fields: Fields) -> Question[Standing | Told]:
    """Comments from the newest back to an instant (microseconds)."""
    items: list[JsonObject] = []
    anchor = "LAST"
    for _ in range(PAGES):
        answer = yield from _finely(COMMENTS, {**on.params, **_comments_params(anchor)}, fields)
        if isinstance(answer, Refused) and answer.code in NOT_THERE:
            if items:
                # So OK may call the place in a list that was gone on from: what stands before it is known all the same.
                break
            # What was discussed is gone, and all that was said about it.
            return Standing((), 0)
        if not isinstance(answer, Answered):
            return answer
        told = object_of(answer.response)
        listed = objects_of(told.get("comments"))
        items += listed
        if not isinstance(told.get("comments"), list):
            # OK says null now and then: that is no word about comments that are known.
            break
        if told.get("has_more") is not True or any(not _is_within(item, since) for item in listed):
            return _standing(page, on, items, since, is_whole=True)
        anchor, before = text_of(told, "anchor"), anchor
        if not listed or anchor in ("", before):
            break
    else:
        _log.warning("a discussion is read only in part", network=NAME, page=page, comments=len(items))
    return _standing(page, on, items, since, is_whole=False)


def _finely(method: str, params: dict[str, str], fields: Fields) -> Question[Answer]:
    """Ask for all fields that are useful, and for those that are known to be answered where OK refuses others."""
    answer = yield Ask(method, {**params, "fields": fields.of(method)})
    if answer == Refused(BAD_PARAMETER) and method not in fields.plain:
        fields.plain.add(method)
        answer = yield Ask(method, {**params, "fields": fields.of(method)})
    return answer


def _comments_params(anchor: str) -> dict[str, str]:
    # Staff may use the same account: what they have not read must stay so for them.
    return {"anchor": anchor, "direction": "BACKWARD", "count": str(COUNT), "mark_as_read": "false"}


def _topic(item: JsonObject) -> Found | None:
    number = number_of(item.get("id")) or number_of(item.get("topic_id"))
    count = count_of(item, "comments", "comments_count")
    mark = "" if count is None else str(count)
    return Found(Discussion(TOPIC, number), mark, count) if number else None


def _discussion(page: str, item: JsonObject) -> Found | None:
    on = Discussion(text_of(item, "object_type"), number_of(item.get("object_id")))
    if on.type not in KINDS or not on.id:
        return None
    groups = [number_of(ref.get("id")) for ref in objects_of(item.get("ref_objects")) if ref.get("type") == "GROUP"]
    if page not in groups:
        return None
    total, unread = count_of(item, "total_comments_count"), count_of(item, "new_comments_count")
    active = text_of(item, "last_activity_date")
    told = [str(one) for one in (total, unread) if one is not None] + ([active] if active else [])
    return Found(on, "/".join(told)[:60], total, instant({"date": active}))


def _is_within(item: JsonObject, since: int) -> bool:
    """Whether it was written since an instant; whoever says only the second may have meant any part of it."""
    at = instant(item)
    exact = from_ms(item.get("date_ms")) is not None
    return at is None or at >= (since if exact else since // SECOND * SECOND)


def _standing(page: str, on: Discussion, items: Iterable[JsonObject], since: int, *, is_whole: bool) -> Standing:
    items = list(items)
    instants = [at for at in map(instant, items) if at is not None]
    within = [item for item in items if _is_within(item, since) and stands(item)]
    # They come from the newest on, and are judged as they were written: who repeats whom, who wrote first.
    within.reverse()
    within.sort(key=lambda item: instant(item) or 0)
    read = [_read(page, on, item) for item in within]
    events = {event.key: event for event in read if event is not None}
    told_since: int | None = since
    if None in read:
        # It may be one that is known by an id that cannot be read here.
        told_since = None
    elif not is_whole:
        # There may be others of the oldest one's second that were not shown.
        told_since = max(since, min(instants) + SECOND) if instants else None
    return Standing(tuple(events.values()), told_since, max(instants, default=None))


def _read(page: str, on: Discussion, item: JsonObject) -> Event | None:
    try:
        return read_comment(page, on, item)
    except PayloadRejectedError as error:
        _log.warning("a listed comment was passed over", network=NAME, where=error.where, expected=error.expected)
        return None
    except RecursionError:
        _log.warning("a listed comment was passed over", network=NAME, where="comment", expected="shallow JSON")
        return None
