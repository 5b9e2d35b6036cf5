"""Answers the network's question whether a server is the page's, with a string fetched anew where it may be old.

The network changes the string from time to time. One that a person has copied from the site is never replaced: the API
gives another. The callback waits for the network's API a moment only; what comes later is there for the next question.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from app.domain.connecting import ConnectorFactory
from app.domain.errors import BusyError, DvornikError
from app.pipeline.connecting.asking import first_heard
from app.pipeline.connecting.keeping import keep_confirmation
from app.pipeline.connecting.subject import subject
from app.pipeline.house import House
from app.storage.tables import Page

#: How long the network is kept waiting for its own answer, seconds; it gives up after some eight.
PATIENCE: Final = 2.0
#: In the journal, who has changed the string.
_BY: Final = "network"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Known:
    page_id: int
    confirmation: str
    is_ours: bool


class Confirmations:
    """For one process; at most one question about a page is on its way to the network."""

    def __init__(self, house: House, connectors: Mapping[str, ConnectorFactory], *, patience: float = PATIENCE) -> None:
        self._house = house
        self._connectors = connectors
        self._patience = patience
        # Threads of its own: a network that does not answer must not hold up whoever reads the database.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="dvornik-confirmation")
        self._asked: dict[int, asyncio.Future[str]] = {}

    async def answer(self, network: str, external_id: str) -> str:
        """What to answer; '' where nobody knows.

        Raises:
            BusyError: the database does not answer.
        """
        try:
            known = await asyncio.to_thread(self._read, network, external_id)
        except SQLAlchemyError as error:
            raise BusyError("the configuration cannot be read") from error
        if known is None or (known.confirmation and not known.is_ours):
            return known.confirmation if known else ""
        try:
            fresh = await asyncio.wait_for(asyncio.shield(self._fresh(known.page_id)), self._patience)
        except TimeoutError:
            return known.confirmation
        return fresh or known.confirmation

    def _fresh(self, page_id: int) -> "asyncio.Future[str]":
        asked = self._asked.get(page_id)
        if asked is None:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, self._fetch, page_id)
            self._asked[page_id] = asked
            asked.add_done_callback(lambda _: self._asked.pop(page_id, None))
        return asked

    def _read(self, network: str, external_id: str) -> _Known | None:
        """Straight from the database: another process may have stored it a moment ago."""
        query = select(Page.id, Page.confirmation, Page.callback_server).where(
            Page.network == network, Page.external_id == external_id
        )
        with self._house.database.read() as session:
            row = session.exec(query).first()
        return None if row is None else _Known(row[0], row[1], bool(row[2]))

    def _fetch(self, page_id: int) -> str:
        """The network's present string, which is stored; '' where the network does not tell."""
        try:
            page = subject(self._house, page_id, self._connectors)
            connector = self._connectors[page.network]()
            try:
                heard = first_heard(page.keys, lambda key: connector.confirmation(page.external_id, key))
            finally:
                connector.close()
            if isinstance(heard, list):
                _log.warning("confirmation_not_fetched", page=page_id, codes=[one.code for one in heard])
                return ""
            keep_confirmation(self._house, page_id, heard[1], by=_BY)
            return heard[1]
        except (DvornikError, SQLAlchemyError) as error:
            _log.warning("confirmation_not_fetched", page=page_id, error=type(error).__name__)
            return ""
