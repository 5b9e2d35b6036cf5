"""Reads what stands under a community's posts, discussions, photos, videos and goods, and tells it as events.

VK lists these to users' and services' tokens; whether a community's key may read them, VK tells when it is asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec
import structlog

from app.calling.http import TIMEOUT
from app.calling.pace import HalfPace, Pace
from app.domain.clock import DAY
from app.domain.connecting import Refusal, Why
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event
from app.domain.json_fields import JsonObject, id_of, integer, object_of, objects_of
from app.domain.ports import Credential
from app.domain.rereading import Thing
from app.networks.vk.connecting import why
from app.networks.vk.failures import HANDLINGS, label
from app.networks.vk.fields import instant
from app.networks.vk.inbound import parse
from app.networks.vk.transport import Answered, Refused, Transport
from app.networks.vk.verify import Envelope

#: VK's longest list.
COUNT: Final = 100
#: Lists are followed so far: a thing with more comments than this is read only in part.
PAGES: Final = 10
#: A post is commented on for about so long.
LOOK_BACK: Final = 14 * DAY
#: Replies that are shown beside the comment that they answer.
_SHOWN: Final = 10
_log = structlog.get_logger()
Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Surface:
    """How a kind of thing is listed, and its comments; `{page}` stands for the community, `{thing}` for the thing."""

    event: str
    #: The fields of a comment's event that name the thing and its owner.
    thing: str
    owner: str
    things: tuple[str, Params] | None
    comments: tuple[str, Params]
    #: Whether a listed thing may have new comments since an instant.
    may: Callable[[JsonObject, int], bool]


def _commented(item: JsonObject, _since: int) -> bool:
    count = item.get("comments")
    number = integer(count.get("count")) if isinstance(count, dict) else integer(count)
    return number is None or number > 0


def _updated(item: JsonObject, since: int) -> bool:
    at = instant(item.get("updated"))
    return at is None or at >= since


_OWNER: Final = {"owner_id": "-{page}"}
_NEWEST: Final = {"sort": "desc"}
_SURFACES: Final[Mapping[str, _Surface]] = {
    "wall": _Surface(
        "wall_reply",
        "post_id",
        "post_owner_id",
        ("wall.get", _OWNER),
        ("wall.getComments", _OWNER | _NEWEST | {"post_id": "{thing}", "thread_items_count": str(_SHOWN)}),
        _commented,
    ),
    "board": _Surface(
        "board_post",
        "topic_id",
        "topic_owner_id",
        ("board.getTopics", {"group_id": "{page}", "order": "1"}),
        ("board.getComments", _NEWEST | {"group_id": "{page}", "topic_id": "{thing}"}),
        _updated,
    ),
    # All photos' comments come in one list.
    "photo": _Surface(
        "photo_comment", "photo_id", "photo_owner_id", None, ("photos.getAllComments", _OWNER), _commented
    ),
    "video": _Surface(
        "video_comment",
        "video_id",
        "video_owner_id",
        ("video.get", _OWNER),
        ("video.getComments", _OWNER | _NEWEST | {"video_id": "{thing}"}),
        _commented,
    ),
    "market": _Surface(
        "market_comment",
        "item_id",
        "market_owner_id",
        ("market.get", _OWNER),
        ("market.getComments", _OWNER | _NEWEST | {"item_id": "{thing}"}),
        _commented,
    ),
}


class VkReader:
    """A `Reader` for VK; several threads may use it at once. Closes the HTTP client that it is given."""

    def __init__(
        self, base_url: str, *, http: httpx.Client, pace: Pace | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        """`base_url` ends before the method's name."""
        self._transport = Transport(base_url, http, pace or HalfPace(), timeout)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """See `Reader`."""
        return tuple(_SURFACES)

    def things(self, page: str, surface: str, since: int, credential: Credential) -> tuple[Thing, ...] | Refusal:
        """See `Reader`."""
        one = _SURFACES[surface]
        if one.things is None:
            return (Thing(surface, ""),)
        method, params = one.things
        listed = self._list(method, _filled(params, page), since - LOOK_BACK, credential)
        if isinstance(listed, Refusal):
            return listed
        wanted = (id_of(item, "id") for item in listed if one.may(item, since))
        return tuple(Thing(surface, name) for name in wanted if name)

    def comments(self, page: str, thing: Thing, since: int, credential: Credential) -> tuple[Event, ...] | Refusal:
        """See `Reader`."""
        if thing.surface == "wall" and not thing.id.isdigit():
            # A post of somebody else's wall, under which the community has answered.
            return ()
        method, params = _SURFACES[thing.surface].comments
        filled = _filled(params, page, thing.id)
        # A comment of last year may have got an answer yesterday.
        oldest = None if thing.surface == "wall" else since
        listed = self._list(method, filled, oldest, credential)
        if isinstance(listed, Refusal):
            return listed
        items = list(listed)
        for root in listed:
            replies = self._replies(root, method, filled, since, credential)
            if isinstance(replies, Refusal):
                return replies
            items += replies
        return tuple(_events(page, thing, items))

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _replies(
        self, root: JsonObject, method: str, params: Params, since: int, credential: Credential
    ) -> Sequence[JsonObject] | Refusal:
        thread = object_of(root.get("thread"))
        shown = objects_of(thread.get("items"))
        if (integer(thread.get("count")) or 0) <= len(shown):
            return shown
        return self._list(method, {**params, "comment_id": id_of(root, "id")}, since, credential)

    def _list(
        self, method: str, params: Params, oldest: int | None, credential: Credential
    ) -> list[JsonObject] | Refusal:
        """A list that begins with the newest, as far as `oldest` (microseconds), or whole."""
        found: list[JsonObject] = []
        for number in range(PAGES):
            place = {"count": str(COUNT), "offset": str(number * COUNT)}
            answer = self._transport.call(method, {**params, **place}, credential)
            if isinstance(answer, Refused):
                return Refusal(_why(answer), label(answer.code, answer.subcode), credential.slot)
            if not isinstance(answer, Answered):
                return Refusal(Why.AWAY, answer.code, credential.slot)
            listed = object_of(answer.response)
            items = objects_of(listed.get("items"))
            found += items
            total = integer(listed.get("current_level_count", listed.get("count")))
            if not items or (total is not None and (number + 1) * COUNT >= total):
                return found
            if oldest is not None and _is_older(items[-1], oldest):
                return found
        _log.warning("a list is read only in part", method=method, items=len(found))
        return found


def _why(refused: Refused) -> Why:
    """As for any call; each family of methods has its own codes for what is closed or not there."""
    return why(refused) if refused.code in HANDLINGS else Why.OTHER


def _filled(params: Params, page: str, thing: str = "") -> dict[str, str]:
    return {name: value.format(page=page, thing=thing) for name, value in params.items()}


def _is_older(item: JsonObject, than: int) -> bool:
    at = instant(item.get("date", item.get("updated")))
    return at is not None and at < than


def _events(page: str, thing: Thing, items: Sequence[JsonObject]) -> Iterator[Event]:
    """Each comment in the shape in which VK would have told of it."""
    surface = _SURFACES[thing.surface]
    for item in items:
        on = thing.id or id_of(item, "pid")
        # The replies beside a comment are others' words.
        own = {name: value for name, value in item.items() if name != "thread"}
        what, told = "new", {**own, surface.thing: integer(on), surface.owner: -int(page)}
        if item.get("deleted"):
            what, told = "delete", {"id": item.get("id"), "owner_id": -int(page), surface.thing: integer(on)}
            if thing.surface == "board":
                told["topic_owner_id"] = -int(page)
        body = {"type": f"{surface.event}_{what}", "group_id": int(page), "object": told}
        envelope = Envelope(str(body["type"]), page, "", told, None, body)
        try:
            found = parse(envelope, raw=msgspec.json.encode(body))
        except PayloadRejectedError as error:
            _log.warning("a listed comment was passed over", where=error.where, expected=error.expected)
            continue
        except RecursionError:
            _log.warning("a listed comment was passed over", where="object", expected="shallow JSON")
            continue
        if isinstance(found, Event):
            yield found
