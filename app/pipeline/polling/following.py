"""Asks for one page's events for as long as this process holds the page: one question after another, pauses between."""

import asyncio
import random
from collections.abc import Awaitable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Final, Protocol

import structlog

from app import telemetry
from app.domain.clock import MINUTE, SECOND, Clock
from app.domain.polling import EventSource, Heard, Learned, Place, Unheard
from app.domain.ports import Credential
from app.outbox.backoff import delay
from app.pipeline.polling.storing import Tokens
from app.storage.polls import HeldPoll

#: The longest pause that we choose ourselves: a page must not stay unheard for long once its network answers again.
LONGEST_PAUSE: Final = 5 * MINUTE
#: After so many questions in a row without an answer a session is given up: its server may be gone.
_SESSION_TRIES: Final = 3
#: Codes of a page without a token: a new one is worth a try at once.
_WITHOUT_TOKEN: Final = frozenset({"no_token", "no_capable_token"})
_log = structlog.get_logger()


class Hall(Protocol):
    """What followers share: the way to the database, and word from it."""

    @property
    def door(self) -> asyncio.Semaphore:
        """Whoever opens a session goes through it: so many at a time."""
        ...

    def tokens(self, page: HeldPoll) -> Awaitable[Tokens]:
        """The page's living tokens."""
        ...

    def store(self, page: HeldPoll, heard: Heard) -> Awaitable[None]:
        """Make an answer durable; raises BusyError."""
        ...

    def note_heard(self, page: HeldPoll) -> None:
        """The network answered and had nothing to tell."""
        ...

    def note_trouble(self, page: HeldPoll, unheard: Unheard, due_at: int) -> Awaitable[None]:
        """Asking failed and is put off."""
        ...

    def note_learned(self, page: HeldPoll, learned: Learned, tokens: Tokens) -> Awaitable[None]:
        """What was seen of the tokens."""
        ...


class Follower:
    """Follows one page."""

    def __init__(
        self, page: HeldPoll, key: str, source: EventSource, hall: Hall, clock: Clock, *, opens: bool = True
    ) -> None:
        """`key`: the session's, opened; '' = there is none that can be used. `opens`: the network has sessions."""
        self._opens = opens
        self._page = page
        self._source = source
        self._hall = hall
        self._clock = clock
        self._place = Place(page.server, key, page.cursor)
        self._tokens = Tokens()
        self._in_trouble = page.in_trouble
        self._due_at = page.due_at
        self._awaits_token = False
        self._failures = 0
        self._openings = 0
        #: Times in a row that an answer could not be stored, or worse.
        self._broken = 0
        self._woken = asyncio.Event()

    async def run(self, *, begin_after: float = 0.0) -> None:
        """Ask until cancelled, from `begin_after` seconds on."""
        await asyncio.sleep(begin_after)
        await self._pause()
        while True:
            try:
                await self._ask()
                self._broken = 0
            except Exception as error:  # noqa: BLE001 - one page's trouble must not stop the others, nor itself for ever
                self._complain(error)
                self._due_at = self._put_off(None)
            await self._pause()

    def look(self, page: HeldPoll, *, renewed: bool) -> None:
        """The page's row as it stands; `renewed`: pages or tokens were changed by somebody."""
        mended = page.due_at < self._due_at and page.due_at == 0 != self._page.due_at
        self._page = page
        if mended or (renewed and self._awaits_token):
            self._due_at = 0
            self._woken.set()

    async def _ask(self) -> None:
        async with nullcontext() if self._place.key or not self._opens else self._hall.door:
            result = await self._source.listen(self._page.external_id, self._place, self._read_tokens)
        if result.learned != Learned():
            await self._hall.note_learned(self._page, result.learned, self._tokens)
        if isinstance(result, Unheard):
            await self._fail(result)
            return
        telemetry.POLLS.labels(self._page.network, result.lost or ("opened" if result.opened else "heard")).inc()
        if result.updates or result.listings or result.lost or result.opened or self._is_news(result):
            await self._hall.store(self._page, result)
        else:
            self._hall.note_heard(self._page)
        self._place = result.place
        self._in_trouble = bool(result.lost) or (self._in_trouble and result.opened)
        self._openings = self._openings + 1 if result.opened else 0
        # A session that does not last is asked for more and more rarely: the network limits that.
        self._failures, self._awaits_token = max(0, self._openings - 1), False
        self._due_at = self._put_off(None) if self._failures else self._rest(result.rest)
        if result.rest:
            # As the row stands now, as below.
            self._page = self._page._replace(due_at=self._due_at)

    def _is_news(self, heard: Heard) -> bool:
        """Whether an answer that tells of nothing has to be written down all the same."""
        return self._in_trouble or heard.place != self._place or bool(heard.rest)

    async def _fail(self, unheard: Unheard) -> None:
        telemetry.POLLS.labels(self._page.network, unheard.code).inc()
        self._in_trouble = True
        self._awaits_token = unheard.code in _WITHOUT_TOKEN or bool(unheard.learned.dead)
        self._due_at = self._put_off(unheard.after, lasting=unheard.lasting)
        if self._failures % _SESSION_TRIES == 0:
            self._place = replace(self._place, key="")
        await self._hall.note_trouble(self._page, unheard, self._due_at)
        # As the row stands now: whoever mends it before the next look is seen all the same.
        self._page = self._page._replace(due_at=self._due_at)

    async def _read_tokens(self) -> Sequence[Credential]:
        self._tokens = await self._hall.tokens(self._page)
        return self._tokens.credentials

    def _rest(self, rest: int) -> int:
        """When to ask again after an answer: at once, or when the network says that there is something to ask for."""
        return self._clock.now() + rest if rest else 0

    def _put_off(self, after: int | None, *, lasting: bool = False) -> int:
        self._failures += 1
        own = LONGEST_PAUSE if lasting else min(LONGEST_PAUSE, delay(self._failures, random.random))
        return self._clock.now() + max(own, after or 0)

    async def _pause(self) -> None:
        """Until it is due, or somebody has mended what was wrong."""
        self._woken.clear()
        seconds = (self._due_at - self._clock.now()) / SECOND
        if seconds > 0:
            try:
                await asyncio.wait_for(self._woken.wait(), seconds)
            except TimeoutError:
                return

    def _complain(self, error: Exception) -> None:
        telemetry.POLLS.labels(self._page.network, "not_stored").inc()
        self._broken += 1
        if telemetry.is_worth_telling(self._broken):
            # An error's message may hold values of a statement, or what a network sent.
            about = {"page": self._page.page_id, "error": type(error).__name__, "times": self._broken}
            _log.warning("polling_failed", **about)
