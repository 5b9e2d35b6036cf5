"""Asks networks for events of pages that they cannot call: one event loop for all, one thread for storing."""

import asyncio
import secrets
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.polling import SourceFactory
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.polling.descriptors import room
from app.pipeline.polling.ears import Ears
from app.pipeline.polling.reading import Judge
from app.pipeline.polling.storing import Storing
from app.pipeline.record.committing import Committer
from app.storage import polls
from app.storage.nodes import config_version
from app.storage.polls import HeldPoll, Way
from app.telemetry import is_worth_telling

#: How long a page stays a dead process's; renewed with every look.
LEASE_SECONDS: Final = 30
#: How often it is looked which pages are ours.
LOOK_SECONDS: Final = 5.0

_log = structlog.get_logger()


class Poller:
    """Follows its share of the pages until it is told to stop; any number of processes may run one."""

    def __init__(
        self,
        house: House,
        configuration: Configuration,
        committer: Committer,
        judge: Judge,
        sources: Mapping[Way, SourceFactory],
        *,
        lease_seconds: int = LEASE_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._house = house
        self._sources = dict(sources)
        self._lease_seconds = lease_seconds
        self._look_seconds = look_seconds
        self._owner = secrets.token_hex(8)
        #: Looks in a row that the database did not answer, and times in a row that polling ended before a whole look.
        self._outages = self._broken = 0
        self._storing = Storing(house, configuration, committer, judge, owner=self._owner)

    def run(self, stop: threading.Event) -> None:
        """Follow until `stop` is set; what is being stored is finished, what is being asked is asked again later."""
        limit = room()
        while not stop.is_set():
            try:
                asyncio.run(self._follow(stop, limit))
            except Exception as error:  # noqa: BLE001 - a poller that ends leaves its pages unheard
                self._broken += 1
                if is_worth_telling(self._broken):
                    told = None if isinstance(error, SQLAlchemyError) else error
                    _log.error("polling_broke", exc_info=told, times=self._broken)
                stop.wait(self._look_seconds)

    async def _follow(self, stop: threading.Event, limit: int) -> None:
        sources = {(way.network, way.intake): make() for way, make in self._sources.items()}
        with ThreadPoolExecutor(1, thread_name_prefix="dvornik-polled") as database:
            ears = Ears(self._house, self._storing, sources, database)
            keeper = asyncio.create_task(ears.keep())
            try:
                while not stop.is_set():
                    await self._look(ears, limit)
                    await asyncio.to_thread(stop.wait, self._look_seconds)
            finally:
                await ears.close()
                keeper.cancel()
                for source in sources.values():
                    await source.close()
                with suppress(SQLAlchemyError):
                    await ears.in_database(self._release)

    async def _look(self, ears: Ears, limit: int) -> None:
        """Renew leases, take or lose pages; an outage of the database stops nothing that is under way."""
        try:
            pages, version = await ears.in_database(self._tend, ears.take_heard(), limit)
        except SQLAlchemyError as error:
            self._outages += 1
            if is_worth_telling(self._outages):
                # Its message may hold values of the statement.
                about = {"error": type(error).__name__, "room": "polling", "times": self._outages}
                _log.warning("database_does_not_answer", **about)
        else:
            self._outages = 0
            await ears.hold(pages, version)
            self._broken = 0

    def _tend(self, heard: Collection[int], limit: int) -> tuple[list[HeldPoll], int]:
        with self._house.database.read() as session:
            version = config_version(session)
            if polls.is_idle(session, self._sources):
                return [], version
        with self._house.database.write() as session:
            polls.sync(session, self._sources)
            polls.note_heard(session, self._owner, heard, self._house.clock.now())
            polls.claim(session, self._owner, seconds=self._lease_seconds, limit=limit, ways=self._sources)
            return polls.held(session, self._owner, self._sources), version

    def _release(self) -> None:
        with self._house.database.read() as session:
            if polls.is_idle(session, self._sources):
                return
        with self._house.database.write() as session:
            polls.release(session, self._owner)
