"""Asks Telegram for a bot's updates, which is the only way where it cannot call us.

Telegram keeps updates for a day and numbers them one after another, so a hole in the numbers is what it has thrown
away; after a week without any it draws a new number. Asking from a number on throws away what stands before it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import httpx
import msgspec

from app.calling.http import Got, Unreachable
from app.calling.pace import Pace
from app.domain.json_fields import integer
from app.domain.polling import Heard, Learned, Place, Tokens, Unheard
from app.domain.ports import Credential
from app.networks.telegram.failures import Move, handling
from app.networks.telegram.inbound import ALLOWED_UPDATES
from app.networks.telegram.transport import AsyncBotApi, Refused, answer_of

#: How long Telegram is to wait for an update, seconds.
WAIT_SECONDS: Final = 25
#: How much longer than that an answer may take on its way.
_GRACE_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 10.0
#: Clients over which bots are spread: each looks through all its connections at each request.
CLIENTS: Final = 64
#: The most that one answer holds.
_AT_ONCE: Final = 100
UPDATES_BYTES: Final = 32_000_000
#: A bot has no session; this says that it has been asked before. Its own number stands for the server.
_ASKED: Final = "asked"
#: A larger hole is a number that was drawn anew.
_LARGEST_HOLE: Final = 100_000
_LASTING: Final = frozenset({Move.DEAD, Move.PERSON, Move.NEVER})


class _Reply(msgspec.Struct):
    ok: Any = None
    result: list[msgspec.Raw] | None = None


_reply: Final = msgspec.json.Decoder(_Reply)


class TelegramPolling:
    """An `EventSource` for Telegram; any number of bots may be asked at once."""

    def __init__(
        self,
        base_url: str,
        *,
        http: Callable[[], httpx.AsyncClient],
        pace: Pace | None = None,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        """`base_url` ends before `bot` and the token; `http` makes clients, which the source closes."""
        timeout = httpx.Timeout(wait_seconds + _GRACE_SECONDS, connect=_CONNECT_SECONDS)
        paced = pace or Pace()
        self._make: Callable[[], AsyncBotApi] = lambda: AsyncBotApi(base_url, http(), paced, timeout)
        self._apis: dict[int, AsyncBotApi] = {}
        self._wait = wait_seconds

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:  # noqa: ARG002 - the port's
        """Ask for what stands after `place`; the first question waits for nothing and shows whether one may ask."""
        held = await tokens()
        if not held:
            return Unheard("no_token", lasting=True)
        bot = held[0].token.partition(":")[0]
        if place.server not in {"", bot}:
            # Each bot counts for itself: another one's number might throw away what waits here.
            place = Place()
        opened = not place.key or not place.server
        got = await self._ask(place, held[0], wait=0 if opened else self._wait)
        if isinstance(got, Unheard):
            return got
        heard = _heard(got, place)
        if isinstance(heard, Unheard) or not opened:
            return heard
        return replace(heard, place=replace(heard.place, server=bot, key=_ASKED), opened=True)

    async def close(self) -> None:
        """Give connections back."""
        for api in self._apis.values():
            await api.close()

    def _api(self, credential: Credential) -> AsyncBotApi:
        part = credential.id % CLIENTS
        if part not in self._apis:
            self._apis[part] = self._make()
        return self._apis[part]

    async def _ask(self, place: Place, credential: Credential, *, wait: int) -> bytes | Unheard:
        params: dict[str, object] = {"timeout": wait, "limit": _AT_ONCE, "allowed_updates": list(ALLOWED_UPDATES)}
        if place.cursor:
            params["offset"] = int(place.cursor)
        got = await self._api(credential).ask("getUpdates", params, credential, limit=UPDATES_BYTES)
        if isinstance(got, Got) and got.status == httpx.codes.OK:
            return got.body
        answer = got if isinstance(got, Refused) else answer_of(got)
        if isinstance(answer, Unreachable):
            return Unheard(answer.code, answer.after)
        return _unheard(answer, credential) if isinstance(answer, Refused) else Unheard("garbage")


def _unheard(refused: Refused, credential: Credential) -> Unheard:
    found = handling(refused)
    if found.move is Move.DEAD:
        return Unheard(found.code, lasting=True, learned=Learned(dead=((credential.id, found.code),)))
    # A webhook stays until a person takes it away; somebody else who asks may be our own process that is ending.
    lasting = found.move in _LASTING or found.code == "webhook_active"
    return Unheard(found.code, refused.after, lasting=lasting)


def _heard(body: bytes, place: Place) -> Heard | Unheard:
    updates = _read(body)
    if updates is None:
        return Unheard("garbage")
    if not updates:
        return Heard(place)
    numbers = [_number(update) for update in updates]
    known = [number for number in numbers if number is not None]
    if not known:
        # Without a number it would be asked for again for ever.
        return Unheard("garbage")
    hole = min(known) - int(place.cursor) if place.cursor else 0
    lost = "updates_expired" if 0 < hole <= _LARGEST_HOLE else ""
    return Heard(replace(place, cursor=str(max(known) + 1)), tuple(updates), lost=lost)


def _read(body: bytes) -> Sequence[bytes] | None:
    """The updates byte for byte; those with broken letters are written anew. None = not Telegram's answer."""
    try:
        # The reader itself passes over letters in updates that are none.
        body.decode()
        reply = _reply.decode(body)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return _written_anew(body)
    if reply.ok is not True or reply.result is None:
        return None
    return [bytes(update) for update in reply.result]


def _written_anew(body: bytes) -> Sequence[bytes] | None:
    try:
        found = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("ok") is not True or not isinstance(found.get("result"), list):
        return None
    return [json.dumps(update).encode() for update in found["result"]]


def _number(update: bytes) -> int | None:
    try:
        found = json.loads(update)
    except (ValueError, RecursionError):
        return None
    number = integer(found.get("update_id")) if isinstance(found, dict) else None
    return number if number is not None and number >= 0 else None
