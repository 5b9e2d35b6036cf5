"""The followers of one process and the queue to its storing thread: what several pages tell at a time is one commit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from app import telemetry
from app.domain.errors import ConfigurationError
from app.domain.polling import EventSource, Heard, Learned, Unheard
from app.pipeline.house import House
from app.pipeline.polling.following import Follower
from app.pipeline.polling.storing import Storing, Tokens, Told
from app.storage.polls import HeldPoll

#: Pages and updates of one commit; what is more waits for the next.
PAGES: Final = 200
UPDATES: Final = 1000
#: Pages that begin to be asked for in a second: a start with thousands of them must not be a storm.
BEGINNINGS: Final = 50
#: Sessions that are opened at a time.
OPENINGS: Final = 16

_log = structlog.get_logger()
_T = TypeVar("_T")


@dataclass(eq=False, slots=True)
class _Waiting:
    """An answer on its way to the database, and who waits for it."""

    told: Told
    stored: asyncio.Future[None]


class Ears:
    """Holds a follower for each page that is ours; lives on one event loop."""

    def __init__(
        self, house: House, storing: Storing, sources: Mapping[tuple[str, str], EventSource], database: Executor
    ) -> None:
        """`database` runs one thing at a time."""
        self._house = house
        self._storing = storing
        self._sources = sources
        self._database = database
        self._door = asyncio.Semaphore(OPENINGS)
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._followers: dict[int, tuple[Follower, asyncio.Task[None]]] = {}
        self._heard: set[int] = set()
        self._version: int | None = None

    async def hold(self, pages: Sequence[HeldPoll], version: int) -> None:
        """Follow these pages and no others; `version` counts changes of pages and tokens."""
        held = {page.page_id: page for page in pages}
        await self._let_go([number for number in self._followers if number not in held])
        renewed, self._version = self._version not in (None, version), version
        new = 0
        for number, page in held.items():
            known = self._followers.get(number)
            if known is not None:
                known[0].look(page, renewed=renewed)
                continue
            source = self._sources[page.network, page.intake]
            opens = self._house.networks[page.network].source_opens_sessions
            follower = Follower(page, self._key(page), source, self, self._house.clock, opens=opens)
            task = asyncio.create_task(follower.run(begin_after=new / BEGINNINGS))
            self._followers[number] = follower, task
            new += 1
        telemetry.POLLED_PAGES.set(len(self._followers))

    async def close(self) -> None:
        """Ask no more; what is being stored is finished by the database's thread."""
        await self._let_go(list(self._followers))
        telemetry.POLLED_PAGES.set(0)

    async def keep(self) -> None:
        """Store what followers hand over, until cancelled; whatever goes wrong is told to those who wait."""
        while True:
            batch = await self._gather()
            try:
                await self.in_database(self._storing.store, [one.told for one in batch])
            except Exception as error:  # noqa: BLE001 - see the next lines
                for one in batch:
                    if not one.stored.done():
                        one.stored.set_exception(error)
            else:
                for one in batch:
                    if not one.stored.done():
                        one.stored.set_result(None)

    def take_heard(self) -> set[int]:
        """Pages that answered since the last look and had nothing to tell."""
        heard, self._heard = self._heard, set()
        return heard

    async def in_database(self, work: Callable[..., _T], *arguments: object) -> _T:
        """Do something in the database's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._database, work, *arguments)

    # --- what followers ask for -------------------------------------------------------------------------------------

    @property
    def door(self) -> asyncio.Semaphore:
        """Lets so many open a session at a time."""
        return self._door

    async def tokens(self, page: HeldPoll) -> Tokens:
        """The page's living tokens."""
        return await self.in_database(self._storing.tokens, page)

    async def store(self, page: HeldPoll, heard: Heard) -> None:
        """Make an answer durable, together with others that wait."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Waiting(Told(page, heard), stored))
        await stored

    def note_heard(self, page: HeldPoll) -> None:
        """Written down with the next look."""
        self._heard.add(page.page_id)

    async def note_trouble(self, page: HeldPoll, unheard: Unheard, due_at: int) -> None:
        """Asking failed and is put off."""
        await self.in_database(self._storing.note_trouble, page, unheard, due_at)

    async def note_learned(self, page: HeldPoll, learned: Learned, tokens: Tokens) -> None:
        """What was seen of the tokens."""
        await self.in_database(self._storing.note_learned, page, learned, tokens.sealed)

    # ----------------------------------------------------------------------------------------------------------------

    async def _gather(self) -> list[_Waiting]:
        batch = [await self._queue.get()]
        updates = len(batch[0].told.heard.updates)
        while not self._queue.empty() and len(batch) < PAGES and updates < UPDATES:
            batch.append(self._queue.get_nowait())
            updates += len(batch[-1].told.heard.updates)
        return batch

    async def _let_go(self, numbers: Sequence[int]) -> None:
        tasks = [self._followers.pop(number)[1] for number in numbers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _key(self, page: HeldPoll) -> str:
        """The session's key; one that was sealed with a key of another time means a new session."""
        try:
            return self._house.vault.open(page.key_enc) if page.key_enc else ""
        except ConfigurationError:
            _log.warning("session_sealed_with_another_key", page=page.page_id)
            return ""
