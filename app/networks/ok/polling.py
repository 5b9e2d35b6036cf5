"""Asks OK for what is written in a group: its comments in rounds, and where nobody is called its messages between them.

The messages' interface is documented in part only: that it can be asked for updates, not how they look in full. What is
read is the shape that deliveries have, one by one or as strings, after a marker.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import httpx

from app.calling.http import Unreachable
from app.calling.pace import HalfPace, Pace
from app.domain.clock import MINUTE, SECOND, Clock
from app.domain.json_fields import integer, object_of, text_of
from app.domain.polling import Heard, Learned, Listing, Place, Tokens, Unheard
from app.domain.ports import Credential, Lesson, Slot
from app.networks.ok.cursor import Cursor, read_cursor
from app.networks.ok.discussions import COMMENTS, Fields
from app.networks.ok.failures import PASSING, Move, handling, label
from app.networks.ok.rounds import Call, Round
from app.networks.ok.transport import Answered, Application, AsyncTransport, GraphAsk, Refused

#: How long OK is to wait for a message, seconds.
WAIT_SECONDS: Final = 25
_GRACE_SECONDS: Final = 15.0
_CONNECT_SECONDS: Final = 10.0
#: Clients over which pages are spread: each looks through all its connections at every request.
CLIENTS: Final = 16
#: The names under which a group's own token is known not to be able to hear messages.
UPDATES: Final = "graph.user.updates"
SUBSCRIBE: Final = "graph.user.subscribe"
_TYPES: Final = "MESSAGE_CREATED|MESSAGE_CALLBACK|CHAT_SYSTEM"
#: A page is added and then asked for a while later: so much before the first question is heard too.
HEAD_START: Final = 5 * MINUTE
#: Where OK does not wait though it was asked to, the next question does.
_BREATH: Final = 5 * SECOND


@dataclass(slots=True)
class _Page:
    """What one process remembers of a page: nothing that a restart may not forget."""

    fields: Fields = field(default_factory=Fields)
    due: int = 0
    subscribed: bool = False


class OkSource:
    """An `EventSource` for OK; `messages`: nobody is called, so they are asked for too."""

    def __init__(
        self,
        app: Application,
        *,
        http: Callable[[], httpx.AsyncClient],
        clock: Clock,
        messages: bool,
        pace: Pace | None = None,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        """`http` makes clients, which the source closes."""
        timeout = httpx.Timeout(wait_seconds + _GRACE_SECONDS, connect=_CONNECT_SECONDS)
        paced = pace or HalfPace()
        self._make: Callable[[], AsyncTransport] = lambda: AsyncTransport(app, http(), paced, timeout)
        self._transports: dict[int, AsyncTransport] = {}
        self._clock = clock
        self._messages = messages
        self._wait = wait_seconds
        self._pages: dict[str, _Page] = {}

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """One round of comments if it is due, then messages; where they are not asked for, every time a round."""
        cursor = read_cursor(place.cursor) if place.cursor else None
        lost = "bad_cursor" if place.cursor and cursor is None else ""
        is_first = cursor is None
        now = self._clock.now()
        cursor = cursor or Cursor(begun=now - HEAD_START, active=now)
        held = await tokens()
        memory = self._pages.setdefault(page, _Page())
        writer = self._writer(held)
        asks = writer is None or now >= memory.due
        heard = Heard(place, lost=lost)
        if asks:
            told = await self._comments(page, cursor, held, memory, is_first=is_first)
            if isinstance(told, Unheard):
                return told
            heard = replace(heard, listings=told.listings, rest=told.rest, learned=told.learned)
            memory.due = self._clock.now() + told.rest
        if writer is not None:
            answer = await self._hear(page, cursor, writer, memory, wait=0 if asks else self._seconds(memory.due - now))
            if isinstance(answer, Unheard):
                # Where a page begins to be heard must not move on with each try.
                if not heard.listings and not (asks and is_first):
                    return replace(answer, learned=_both(heard.learned, answer.learned))
                answer = Heard(place, rest=_BREATH, learned=answer.learned)
            heard = replace(
                heard, updates=answer.updates, rest=answer.rest, learned=_both(heard.learned, answer.learned)
            )
        return replace(heard, place=Place(cursor=cursor.written()))

    async def close(self) -> None:
        """Give connections back."""
        for transport in self._transports.values():
            await transport.close()

    # --- comments ----------------------------------------------------------------------------------------------------

    async def _comments(
        self,
        page: str,
        cursor: Cursor,
        held: Sequence[Credential],
        memory: _Page,
        *,
        is_first: bool,
    ) -> "_Comments | Unheard":
        persons = [one for one in held if one.slot is Slot.USER]
        able = [one for one in persons if COMMENTS not in one.blocked_methods]
        if not able:
            return Unheard("no_capable_token" if persons else "no_token", lasting=True)
        learned = Learned()
        ended = Unheard("no_capable_token", lasting=True)
        for credential in able:
            one = Round(self._caller(page), credential, page, cursor, memory.fields, self._clock.now(), is_first)
            told = await one.run()
            learned = _both(learned, one.learned)
            if not isinstance(told, Unheard):
                return _Comments(told, one.rest(), learned)
            ended = replace(told, learned=learned)
            if not told.lasting:
                break
        return ended

    # --- messages ----------------------------------------------------------------------------------------------------

    def _writer(self, held: Sequence[Credential]) -> Credential | None:
        """The group's own token, where messages are asked for and it may hear them."""
        if not self._messages:
            return None
        able = (one for one in held if one.slot is Slot.COMMUNITY and UPDATES not in one.blocked_methods)
        return next(able, None)

    async def _hear(
        self, page: str, cursor: Cursor, writer: Credential, memory: _Page, *, wait: int
    ) -> Heard | Unheard:
        call = self._caller(page)
        if not memory.subscribed:
            ask = GraphAsk("POST", "me/subscribe", json={"types": [_TYPES], "longPolling": True})
            answer = await call(ask, writer)
            if not isinstance(answer, Answered):
                return _unheard(answer, writer)
            memory.subscribed = True
        params = {"timeout": str(wait)} | ({"marker": cursor.marker} if cursor.marker else {})
        began = asyncio.get_running_loop().time()
        answer = await call(GraphAsk("GET", "me/updates", params), writer)
        if not isinstance(answer, Answered):
            memory.subscribed = False
            return _unheard(answer, writer)
        told = object_of(answer.response)
        cursor.marker = _marker(told.get("marker")) or cursor.marker
        listed = told.get("updates")
        updates = tuple(filter(None, map(_update, listed))) if isinstance(listed, list) else ()
        hasty = wait > 0 and not updates and asyncio.get_running_loop().time() - began < 1
        return Heard(Place(), updates, rest=_BREATH if hasty else 0)

    # ----------------------------------------------------------------------------------------------------------------

    def _seconds(self, microseconds: int) -> int:
        return max(1, min(self._wait, microseconds // SECOND))

    def _caller(self, page: str) -> Call:
        part = hash(page) % CLIENTS
        if part not in self._transports:
            self._transports[part] = self._make()
        return self._transports[part].call


@dataclass(frozen=True, slots=True)
class _Comments:
    """What a round brought."""

    listings: tuple[Listing, ...]
    rest: int
    learned: Learned


def _unheard(answer: Refused | Unreachable, writer: Credential) -> Heard | Unheard:
    """A token that will never hear messages stops nothing: people are told of it, comments are heard all the same."""
    if isinstance(answer, Unreachable):
        return Unheard(answer.code, answer.after)
    found, code = handling(answer.code), label(answer.code)
    if found.move is Move.DEAD:
        return Heard(Place(), learned=Learned(dead=((writer.id, code),)))
    if found.move is Move.LESSON:
        return Heard(Place(), learned=Learned(lessons=(Lesson(writer.id, UPDATES, code),)))
    return Unheard(code, found.after, lasting=found.move not in PASSING)


def _both(first: Learned, second: Learned) -> Learned:
    return Learned((*first.dead, *second.dead), (*first.lessons, *second.lessons))


def _marker(value: object) -> str:
    number = integer(value)
    return text_of({"marker": value}, "marker")[:200] if number is None else str(number)


def _update(value: object) -> bytes | None:
    """One update as a JSON object; OK writes them as objects or as strings that hold one."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False).encode() if isinstance(value, dict) else None
