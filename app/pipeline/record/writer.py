"""The one writer of a process: takes what waits, commits it in one transaction, tells everybody at once.

There is no timer: while one batch is being committed the next one gathers.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app import telemetry
from app.domain.errors import BusyError, ConfigurationError
from app.domain.events import AuthorBanned, AuthorUnbanned, Removed, Written
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record.batch import record
from app.pipeline.record.deliveries import reject
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.nearby import Nearby

_log = structlog.get_logger()
#: A batch that loses a race (deadlock, a row that appeared meanwhile) is tried again this often as a whole.
TRIES: Final = 3
#: Driver errors that blame the data of one event; whatever else a driver says, the database is at fault.
_DATA: Final = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    psycopg.DataError,
    psycopg.IntegrityError,
)

Answer = Outcome | BusyError
Deliver = Callable[[Sequence[tuple["Ticket", Answer]]], None]


@dataclass(eq=False, slots=True)
class Ticket:
    """An item on its way, and who waits for it."""

    item: Item
    #: Called by the writer's thread once for all tickets of one batch that share it.
    deliver: Deliver
    #: What the receiver needs to find its own again.
    receiver: object = None


class Writer:
    """Owns the thread that commits deliveries."""

    def __init__(
        self,
        house: House,
        configuration: Configuration,
        *,
        model_version_id: int,
        batch_limit: int = 256,
        queue_limit: int = 2000,
        on_actions: Callable[[], None] = lambda: None,
    ) -> None:
        self._house = house
        self._configuration = configuration
        self._model_version_id = model_version_id
        self._batch_limit = batch_limit
        self._queue_limit = queue_limit
        self._on_actions = on_actions
        self._nearby = Nearby()
        self._waiting: deque[Ticket] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether anybody writes."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def put(self, tickets: Sequence[Ticket]) -> None:
        """Queue tickets.

        Raises:
            BusyError: too many wait already, or the writer is closing; none of these was taken.
        """
        with self._changed:
            if self._closing or len(self._waiting) + len(tickets) > self._queue_limit:
                message = "too many events wait to be written"
                raise BusyError(message)
            self._waiting.extend(tickets)
            telemetry.QUEUE.set(len(self._waiting))
            self._changed.notify()

    def _run(self) -> None:
        while batch := self._next():
            answers = self._commit(batch)
            by_receiver: dict[Deliver, list[tuple[Ticket, Answer]]] = {}
            for ticket, answer in zip(batch, answers, strict=True):
                by_receiver.setdefault(ticket.deliver, []).append((ticket, answer))
            for deliver, pairs in by_receiver.items():
                deliver(pairs)

    def _next(self) -> list[Ticket]:
        """What waits, up to the limit and no comment twice; empty when all is written and closed.

        A ban or unban goes alone: it reaches for actions of its author's comments, whichever they are.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            batch: list[Ticket] = []
            touched: set[object] = set()
            while self._waiting and len(batch) < self._batch_limit:
                item = self._waiting[0].item
                about, alone = _about(item), isinstance(item.event.body, AuthorBanned | AuthorUnbanned)
                if not touched.isdisjoint(about) or (batch and alone):
                    break
                touched |= about
                batch.append(self._waiting.popleft())
                if alone:
                    break
            telemetry.QUEUE.set(len(self._waiting))
            return batch

    def _commit(self, batch: Sequence[Ticket]) -> list[Answer]:
        items = [ticket.item for ticket in batch]
        try:
            return self._whole(items)
        except _NotNow as error:
            _log.error("events cannot be taken", error=str(error), events=len(batch))
            return [BusyError("the database does not answer")] * len(batch)
        except Exception as error:  # noqa: BLE001 - one event's data must not cost its neighbours their answer
            _log.warning("a batch failed, each event is tried alone", error=type(error).__name__, events=len(batch))
            return [self._alone(item) for item in items]

    def _whole(self, items: Sequence[Item]) -> list[Answer]:
        for attempt in range(TRIES):
            try:
                with self._house.database.write() as session:
                    recorded = record(
                        session,
                        self._house,
                        self._configuration,
                        items,
                        self._model_version_id,
                        nearby=self._nearby,
                    )
                break
            except Exception as error:
                if _is_race(error) and attempt + 1 < TRIES:
                    continue
                if _is_down(error):
                    # A driver's message may quote values; ours name the file, the key and what was expected.
                    told = str(error) if isinstance(error, ConfigurationError) else type(error).__name__
                    raise _NotNow(told) from error
                raise
        telemetry.BATCH.observe(len(items))
        if recorded.pending:
            self._on_actions()
        return list(recorded.outcomes)

    def _alone(self, item: Item) -> Answer:
        """One event in its own transaction; what fails alone is kept aside, unless the house itself is at fault."""
        try:
            return self._whole([item])[0]
        except _NotNow:
            return BusyError("the database does not answer")
        except Exception as error:  # noqa: BLE001 - see the next line: it is recorded, counted and answered
            return self._set_aside(item, type(error).__name__)

    def _set_aside(self, item: Item, code: str) -> Answer:
        _log.error("an event was set aside", code=code, type=item.event.type, page=item.page_id)
        try:
            with self._house.database.write() as session:
                reject(session, self._house, item, code)
        except Exception as error:  # noqa: BLE001 - then the network is asked to send it again
            _log.error("an event could not even be set aside", error=type(error).__name__)
            return BusyError("the database does not answer")
        return Outcome.REJECTED


class _NotNow(Exception):  # noqa: N818 - a signal inside this file
    """The database or the configuration, not the data, is at fault; the message may be logged."""


def _about(item: Item) -> set[object]:
    """What a delivery changes: two that share anything must not be in one batch."""
    body = item.event.body
    match body:
        case Written() | Removed():
            return {(item.page_id, body.ref), item.event.key}
        case _:
            return {(item.page_id, item.event.type), item.event.key}


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _is_race(error: Exception) -> bool:
    cause = _cause(error)
    if isinstance(cause, sqlite3.IntegrityError | psycopg.errors.UniqueViolation):
        return True
    return isinstance(cause, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)


def _is_down(error: Exception) -> bool:
    """A lost connection, a full disk, a missing table, a configuration that cannot be read: all are to come again."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error | psycopg.Error):
        return not isinstance(cause, _DATA)
    return isinstance(error, PoolTimeoutError | NoResultFound | ConfigurationError | BusyError)
