"""Asks VK for a community's events by Bots Long Poll: first for a session, then one question after another.

VK says `failed` 1 when its history does not reach back to our number or was lost in part, 2 when the key is too old, 3
when it has forgotten the session. After 1 and 3 nobody knows what was missed.
"""

import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from app.calling.http import Unreachable
from app.calling.pace import Pace
from app.domain.json_fields import JsonObject, integer, object_of, text_of
from app.domain.polling import Heard, Learned, Place, Tokens, Unheard
from app.domain.ports import Credential, Lesson
from app.networks.vk.async_transport import AsyncTransport
from app.networks.vk.calls import COMMUNITY_FIRST
from app.networks.vk.failures import Move, handling, label
from app.networks.vk.transport import Refused

METHOD: Final = "groups.getLongPollServer"
#: How long VK is to wait for an event, seconds: what its documents recommend.
WAIT_SECONDS: Final = 25
#: How much longer than that an answer may take on its way.
_GRACE_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 10.0
#: Clients over which pages are spread.
CLIENTS: Final = 64
#: An answer that holds the whole history of a busy page after an outage.
UPDATES_BYTES: Final = 32_000_000
_OUTDATED: Final = 1
_KEY_TOO_OLD: Final = 2
_FORGOTTEN: Final = 3
_PASSING: Final = frozenset({Move.AGAIN, Move.WAIT, Move.REST})


class _Reply(msgspec.Struct):
    ts: Any = None
    updates: list[msgspec.Raw] | None = None
    failed: Any = None


_reply: Final = msgspec.json.Decoder(_Reply)


class VkLongPoll:
    """An `EventSource` for VK; any number of questions may be open at once."""

    def __init__(
        self,
        base_url: str,
        *,
        http: Callable[[], httpx.AsyncClient],
        pace: Pace | None = None,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        """`base_url` ends before the method's name; `http` makes clients, which the source closes."""
        timeout = httpx.Timeout(wait_seconds + _GRACE_SECONDS, connect=_CONNECT_SECONDS)
        paced = pace or Pace()
        self._make: Callable[[], AsyncTransport] = lambda: AsyncTransport(base_url, http(), paced, timeout)
        #: A client looks through all its connections at each request, so there are several; by a part of the pages.
        self._transports: dict[int, AsyncTransport] = {}
        # A simulator on this machine names addresses of this machine; VK never does.
        self._plain_loopback = urlsplit(base_url).scheme == "http"
        self._wait = wait_seconds

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """Open a session where there is none, else wait for events; a session that ended is opened anew."""
        if not (place.key and place.server and place.cursor):
            return await self._open(page, place, tokens)
        reply = await self._check(page, place)
        if isinstance(reply, Unheard):
            return reply
        failed, cursor = integer(reply.failed), _cursor(reply.ts)
        if failed == _KEY_TOO_OLD:
            return await self._open(page, place, tokens)
        if failed == _FORGOTTEN or (failed == _OUTDATED and not cursor):
            opened = await self._open(page, Place(), tokens)
            return replace(opened, lost=f"failed_{failed}") if isinstance(opened, Heard) else opened
        return _heard(reply, replace(place, cursor=cursor))

    async def close(self) -> None:
        """Give connections back."""
        for transport in self._transports.values():
            await transport.close()

    def _transport(self, page: str) -> AsyncTransport:
        part = hash(page) % CLIENTS
        if part not in self._transports:
            self._transports[part] = self._make()
        return self._transports[part]

    async def _check(self, page: str, place: Place) -> _Reply | Unheard:
        params = {"act": "a_check", "key": place.key, "ts": place.cursor, "wait": str(self._wait)}
        body = await self._transport(page).get(place.server, params, limit=UPDATES_BYTES)
        if isinstance(body, Unreachable):
            return Unheard(body.code, body.after)
        return _read(body) or Unheard("garbage")

    async def _open(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """Ask for a session with one token after another; our number stays where we had one."""
        held = await tokens()
        able = [one for one in held if METHOD not in one.blocked_methods]
        opening = _Opening(code="no_capable_token" if held else "no_token")
        for credential in sorted(able, key=lambda one: COMMUNITY_FIRST.index(one.slot)):
            answer = await self._transport(page).call(METHOD, {"group_id": page}, credential)
            if isinstance(answer, Unreachable):
                return Unheard(answer.code, answer.after, learned=opening.learned)
            if isinstance(answer, Refused):
                if ended := opening.refused(credential, answer):
                    return ended
                continue
            opened = self._session(object_of(answer.response), place)
            if opened is None:
                return Unheard("garbage", learned=opening.learned)
            return Heard(opened, opened=True, learned=opening.learned)
        return Unheard(opening.code, lasting=True, learned=opening.learned)

    def _session(self, given: JsonObject, place: Place) -> Place | None:
        server, key = text_of(given, "server"), text_of(given, "key")
        cursor = place.cursor or _cursor(given.get("ts"))
        return Place(server, key, cursor) if key and cursor and self._is_safe(server) else None

    def _is_safe(self, server: str) -> bool:
        """Whether an address that VK named may be asked: the key of the session goes there."""
        try:
            parts = urlsplit(server)
            secure = parts.scheme == "https" and bool(parts.hostname)
            return secure or (self._plain_loopback and ipaddress.ip_address(parts.hostname or "").is_loopback)
        except ValueError:
            return False


@dataclass(slots=True)
class _Opening:
    """What the tokens that were tried have taught; `code` is what the last of them met."""

    code: str
    learned: Learned = field(default_factory=Learned)

    def refused(self, credential: Credential, answer: Refused) -> Unheard | None:
        """Note a refusal; what to answer when no other token can change anything now."""
        self.code = label(answer.code, answer.subcode)
        found = handling(answer.code, answer.subcode)
        if found.move is Move.DEAD:
            self.learned = replace(self.learned, dead=(*self.learned.dead, (credential.id, self.code)))
        elif found.move is Move.LESSON:
            lesson = Lesson(credential.id, METHOD, self.code)
            self.learned = replace(self.learned, lessons=(*self.learned.lessons, lesson))
        elif found.move in _PASSING or found.move is Move.PERSON:
            return Unheard(self.code, found.after, lasting=found.move is Move.PERSON, learned=self.learned)
        return None


def _heard(reply: _Reply, place: Place) -> Heard | Unheard:
    """What an answer tells that keeps the session."""
    failed = integer(reply.failed)
    if place.cursor and failed == _OUTDATED:
        return Heard(place, lost=f"failed_{failed}")
    if place.cursor and reply.failed is None and reply.updates is not None:
        return Heard(place, tuple(bytes(update) for update in reply.updates))
    return Unheard("garbage")


def _cursor(ts: object) -> str:
    """VK's number of the next event, which it writes as a number or as a string; '' for anything else."""
    number = integer(ts)
    return "" if number is None else str(number)


def _read(body: bytes) -> _Reply | None:
    """The answer with its updates byte for byte; those with broken letters are written anew. None = not VK's."""
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
    if not isinstance(found, dict):
        return None
    updates = found.get("updates")
    written = [msgspec.Raw(json.dumps(one).encode()) for one in updates] if isinstance(updates, list) else None
    return _Reply(found.get("ts"), written, found.get("failed"))
