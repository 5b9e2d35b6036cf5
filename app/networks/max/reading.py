"""Reads what stands under a channel's posts and in a group chat, and tells it as events.

Comments are listed from the newest back as far as one likes. Of messages only the newest hundred are asked for: what
MAX's bounds of time mean for them, its documents have said in different ways.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import httpx
import msgspec
import structlog

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import HalfPace, Pace
from app.domain.clock import SECOND
from app.domain.connecting import Refusal, Why
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Written
from app.domain.json_fields import JsonObject, integer, object_of, objects_of, text_of
from app.domain.ports import Credential
from app.domain.rereading import Thing
from app.networks.max.calls import is_mid
from app.networks.max.failures import label, why
from app.networks.max.inbound import parse
from app.networks.max.transport import Answered, Call, Transport

#: MAX's longest list.
COUNT: Final = 100
#: Lists of comments are followed so far: a post with more than this is read only in part.
PAGES: Final = 50
#: Posts of a channel, and the messages of a group chat, whose id is the thing's.
POSTS: Final = "wall"
CHAT: Final = "chat"
_MILLISECOND: Final = SECOND // 1000
_log = structlog.get_logger()


class MaxReader:
    """A `Reader` for MAX; several threads may use it at once. Closes the HTTP client that it is given."""

    def __init__(
        self, base_url: str, *, http: httpx.Client, pace: Pace | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._transport = Transport(base_url, http, pace or HalfPace(), timeout)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """See `Reader`."""
        return POSTS, CHAT

    def things(
        self,
        page: str,
        surface: str,
        since: int,  # noqa: ARG002 - the port's
        credential: Credential,
    ) -> tuple[Thing, ...] | Refusal:
        """The newest posts of a channel, however old: one of last year may have been commented on yesterday."""
        if surface == CHAT:
            return (Thing(CHAT, page),)
        listed = self._messages(page, "channel", credential)
        if isinstance(listed, Refusal):
            return listed
        mids = (text_of(object_of(one.get("body")), "mid") for one in listed)
        return tuple(Thing(POSTS, mid) for mid in mids if is_mid(mid))

    def comments(self, page: str, thing: Thing, since: int, credential: Credential) -> tuple[Event, ...] | Refusal:
        """See `Reader`; a thing that is none of MAX's has no comments."""
        if thing.surface == CHAT:
            listed = self._messages(page, "chat", credential)
            if not isinstance(listed, Refusal) and len(listed) >= COUNT and not _is_older(listed[-1], since):
                _log.warning("a chat is read only in part", page=page, items=len(listed))
        elif is_mid(thing.id):
            listed = self._comments(thing.id, since, credential)
        else:
            return ()
        if isinstance(listed, Refusal):
            return listed
        # They come from the newest on, and are judged as they were written: who repeats whom, who wrote first.
        listed.reverse()
        listed.sort(key=lambda one: integer(one.get("timestamp")) or 0)
        return tuple(_events(page, thing, listed))

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _messages(self, page: str, chat_type: str, credential: Credential) -> list[JsonObject] | Refusal:
        """The newest messages of a chat, if it is of this type."""
        listed = self._list(Call("GET", "messages", {"chat_id": page, "count": str(COUNT)}), credential)
        if isinstance(listed, Refusal):
            return listed
        return [one for one in listed if text_of(object_of(one.get("recipient")), "chat_type") == chat_type]

    def _comments(self, post: str, since: int, credential: Credential) -> list[JsonObject] | Refusal:
        """Comments from the newest back to that instant; older ones of the last list may have been edited."""
        found: dict[str, JsonObject] = {}
        params = {"count": str(COUNT)}
        for _ in range(PAGES):
            listed = self._list(Call("GET", f"messages/{post}/comments", params), credential)
            if isinstance(listed, Refusal):
                return listed
            known = len(found)
            found |= {text_of(object_of(one.get("body")), "mid"): one for one in listed}
            times = [at for one in listed if (at := integer(one.get("timestamp"))) is not None]
            if len(listed) < COUNT or not times or len(found) == known or min(times) * _MILLISECOND < since:
                return list(found.values())
            # Whether the bound itself is listed, nobody has said: asked for once more, it costs nothing.
            params = {**params, "before": str(min(times) + 1)}
        _log.warning("a post is read only in part", items=len(found))
        return list(found.values())

    def _list(self, call: Call, credential: Credential) -> list[JsonObject] | Refusal:
        answer = self._transport.call(call, credential)
        if isinstance(answer, Answered):
            if not isinstance(answer.response.get("messages"), list):
                return Refusal(Why.AWAY, "garbage", credential.slot)
            return objects_of(answer.response["messages"])
        if isinstance(answer, Unreachable):
            return Refusal(Why.AWAY, answer.code, credential.slot)
        return Refusal(why(answer), label(answer), credential.slot)


def _is_older(message: JsonObject, than: int) -> bool:
    at = integer(message.get("timestamp"))
    return at is not None and at * _MILLISECOND < than


def _events(page: str, thing: Thing, listed: Sequence[JsonObject]) -> Iterator[Event]:
    """Each text in the shape in which MAX would have told of it."""
    for message in listed:
        recipient: dict[str, object] = {"chat_id": int(page), "chat_type": "chat"}
        kind = "message_created"
        if thing.surface == POSTS:
            recipient |= {"chat_type": "channel", "post_id": thing.id}
            kind = "comment_created"
        told = {**message, "recipient": {**object_of(message.get("recipient")), **recipient}}
        update = {"update_type": kind, "timestamp": message.get("timestamp"), "message": told}
        try:
            found = parse(update, raw=msgspec.json.encode(update))
        except PayloadRejectedError as error:
            _log.warning("a listed comment was passed over", where=error.where, expected=error.expected)
            continue
        except RecursionError:
            _log.warning("a listed comment was passed over", where="message", expected="shallow JSON")
            continue
        if isinstance(found, Event) and isinstance(found.body, Written):
            yield found
