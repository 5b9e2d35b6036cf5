"""Asks MAX for a bot's updates: one question after another, each from the marker that the answer before has given.

MAX answers so only while no webhook is set, keeps updates for a limited time and tells nobody what has run out.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import httpx
import msgspec

from app.calling.http import Unreachable
from app.calling.pace import Pace
from app.domain.json_fields import integer
from app.domain.polling import Heard, Learned, Place, Tokens, Unheard
from app.domain.ports import Credential, Lesson
from app.networks.max.failures import Move, Refused, label, move
from app.networks.max.inbound import READ
from app.networks.max.transport import Answered, AsyncTransport, Call

#: How long MAX is to wait for an update, seconds; it waits for 90 at most.
WAIT_SECONDS: Final = 30
#: Updates in one answer; MAX gives up to 1000.
UPDATES: Final = 200
#: An answer that is full of the longest messages with everything that may hang on them.
UPDATES_BYTES: Final = 32_000_000
#: What a token is called unable to do when MAX refuses to be asked.
LESSON: Final = "updates"
_GRACE_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 10.0
#: From here on it is MAX's own trouble; below, most of all a webhook that is set beside the asking.
_OWN_TROUBLE: Final = 500


class _Reply(msgspec.Struct):
    updates: list[msgspec.Raw]
    marker: Any = None


_reply: Final = msgspec.json.Decoder(_Reply)


class MaxUpdates:
    """An `EventSource` for MAX; what one page of a connection asks for are all pages' updates."""

    def __init__(
        self,
        base_url: str,
        *,
        http: Callable[[], httpx.AsyncClient],
        pace: Pace | None = None,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        """`http` makes a client, which the source closes."""
        timeout = httpx.Timeout(wait_seconds + _GRACE_SECONDS, connect=_CONNECT_SECONDS)
        paced = pace or Pace()
        self._make: Callable[[], AsyncTransport] = lambda: AsyncTransport(base_url, http(), paced, timeout)
        self._transport: AsyncTransport | None = None
        self._wait = wait_seconds

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:  # noqa: ARG002 - the port's
        """Wait for updates after the marker; without one MAX begins with the newest."""
        held = await tokens()
        learned = Learned()
        code = "no_capable_token" if held else "no_token"
        for credential in held:
            if LESSON in credential.blocked_methods:
                continue
            answer = await self._ask(place, credential)
            if isinstance(answer, Answered):
                return _heard(answer.raw, place, learned)
            if isinstance(answer, Unreachable):
                return Unheard(answer.code, answer.after, learned=learned)
            code = label(answer)
            if _passes(answer):
                return Unheard(code, answer.after, learned=learned)
            learned = _more(learned, credential, answer, code)
        return Unheard(code, lasting=True, learned=learned)

    async def close(self) -> None:
        """Give connections back."""
        if self._transport is not None:
            await self._transport.close()

    async def _ask(self, place: Place, credential: Credential) -> Answered | Refused | Unreachable:
        if self._transport is None:
            self._transport = self._make()
        params = {"timeout": str(self._wait), "limit": str(UPDATES), "types": ",".join(READ)}
        if place.cursor:
            params["marker"] = place.cursor
        return await self._transport.call(Call("GET", "updates", params, limit=UPDATES_BYTES), credential)


def _passes(refused: Refused) -> bool:
    what = move(refused)
    return what is Move.REST or (what is Move.AGAIN and refused.status >= _OWN_TROUBLE)


def _more(learned: Learned, credential: Credential, refused: Refused, code: str) -> Learned:
    what = move(refused)
    if what is Move.DEAD:
        return replace(learned, dead=(*learned.dead, (credential.id, code)))
    if what is Move.LESSON:
        return replace(learned, lessons=(*learned.lessons, Lesson(credential.id, LESSON, code)))
    return learned


def _heard(raw: bytes, place: Place, learned: Learned) -> Heard | Unheard:
    reply = _read(raw)
    if reply is None:
        return Unheard("garbage", learned=learned)
    marker = integer(reply.marker)
    if marker is None and reply.updates:
        # From where to go on, nobody knows: asked again from here, the same would come again.
        return Unheard("garbage", learned=learned)
    cursor = place.cursor if marker is None else str(marker)
    updates = tuple(bytes(update) for update in reply.updates)
    return Heard(replace(place, cursor=cursor), updates, learned=learned)


def _read(body: bytes) -> _Reply | None:
    """The answer with its updates byte for byte; those with broken letters are written anew. None = not MAX's."""
    try:
        # The reader itself passes over letters in updates that are none.
        body.decode()
        return _reply.decode(body)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        pass
    try:
        found = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("updates"), list):
        return None
    return _Reply([msgspec.Raw(json.dumps(one).encode()) for one in found["updates"]], found.get("marker"))
