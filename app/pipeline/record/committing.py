"""Commits deliveries in batches: a lost race again, a broken delivery never at its neighbours' cost."""

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Final

import structlog
from sqlalchemy.exc import NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session

from app import telemetry
from app.domain.errors import BusyError, ConfigurationError
from app.domain.events import AuthorBanned, AuthorUnbanned, Removed, Written
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record.batch import record
from app.pipeline.record.deliveries import reject
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.known_posts import KnownPosts
from app.pipeline.record.nearby import Nearby
from app.storage.drivers import blames_data, is_driver_error, is_race
from app.storage.transaction import Transaction

_log = structlog.get_logger()
#: A batch that loses a race (deadlock, a row that appeared meanwhile) is tried again this often as a whole.
TRIES: Final = 3
#: Deliveries of one transaction.
BATCH: Final = 256

Answer = Outcome | BusyError
#: What somebody wants done in the transaction that stores the deliveries.
Also = Callable[[Session], None]


class Committer:
    """Commits deliveries; not for several threads at once, because what it remembers is one thread's."""

    def __init__(
        self,
        house: House,
        configuration: Configuration,
        model_version_id: int,
        nearby: Nearby | None = None,
        *,
        on_actions: Callable[[], None] = lambda: None,
    ) -> None:
        self._house = house
        self._configuration = configuration
        self._model_version_id = model_version_id
        self._nearby = nearby or Nearby()
        self._known_posts = KnownPosts()
        self._on_actions = on_actions

    def commit(self, items: Sequence[Item], also: Also | None = None) -> list[Answer]:
        """Commit deliveries in order, batch after batch; `also` runs in the last transaction, and alone without items.

        After the first `BusyError` nothing further is tried, and `also` does not run: what comes again comes in order.

        Raises:
            Exception: what `also` raised, unless the database was at fault; its transaction is rolled back.
        """
        answers: list[Answer] = []
        batches = list(cut(items)) or [[]]
        for number, batch in enumerate(batches, start=1):
            answers += self.commit_batch(batch, also if number == len(batches) else None)
            if any(isinstance(answer, BusyError) for answer in answers):
                return answers + [_busy()] * (len(items) - len(answers))
        return answers

    def commit_now(self, items: Sequence[Item]) -> list[Answer] | None:
        """Commit one batch if nobody has to be waited for; None if somebody has, or it fails: nothing is written then.

        Only SQLite is so near that the wait for it is short.
        """
        if not self._house.database.is_sqlite:
            return None
        try:
            return self._try(items, None, wait=False)
        except Exception as error:  # noqa: BLE001 - `commit_batch` meets the same again and says what is wrong
            _log.debug("events go the long way", error=type(error).__name__)
            return None

    def commit_batch(self, items: Sequence[Item], also: Also | None = None) -> list[Answer]:
        """Commit one batch, no comment in it twice; `also` as in `commit`.

        Raises:
            BusyError: there were no items to answer for, and the database is at fault.
        """
        try:
            return self._whole(items, also)
        except _NotNow as error:
            _log.error("events cannot be taken", error=str(error), events=len(items))
            if not items:
                raise _busy() from error
            return [_busy()] * len(items)
        except _NotOurs as error:
            raise error.cause from None
        except Exception as error:  # noqa: BLE001 - one event's data must not cost its neighbours their answer
            _log.warning("a batch failed, each event is tried alone", error=type(error).__name__, events=len(items))
            return self._one_by_one(items, also)

    def _one_by_one(self, items: Sequence[Item], also: Also | None) -> list[Answer]:
        answers: list[Answer] = []
        for number, item in enumerate(items, start=1):
            # What hangs on all of them must not be done once one of them is to come again.
            whole = number == len(items) and not any(isinstance(answer, BusyError) for answer in answers)
            answers.append(self._alone(item, also if whole else None))
        return answers

    def _whole(self, items: Sequence[Item], also: Also | None) -> list[Answer]:
        tries = 0
        while True:
            tries += 1
            try:
                return self._try(items, also)
            except Exception as error:
                cause = error.cause if isinstance(error, _NotOurs) else error
                if is_race(cause) and tries < TRIES:
                    continue
                if _is_down(cause):
                    # A driver's message may quote values; ours name the file, the key and what was expected.
                    told = str(cause) if isinstance(cause, ConfigurationError) else type(cause).__name__
                    raise _NotNow(told) from error
                raise

    def _try(self, items: Sequence[Item], also: Also | None, *, wait: bool = True) -> list[Answer]:
        outcomes: list[Outcome] = []
        pending = 0
        start = perf_counter()
        with self._house.database.transact(wait=wait) as transaction:
            if items:
                outcomes, pending = record(
                    transaction,
                    self._house,
                    self._configuration,
                    items,
                    self._model_version_id,
                    nearby=self._nearby,
                    known_posts=self._known_posts,
                )
            _do(also, transaction)
        if items:
            telemetry.BATCH.observe(len(items))
            telemetry.COMMIT.observe(perf_counter() - start)
        if pending:
            self._on_actions()
        return list(outcomes)

    def _alone(self, item: Item, also: Also | None) -> Answer:
        """One event in its own transaction; what fails alone is kept aside, unless the house itself is at fault."""
        try:
            return self._whole([item], also)[0]
        except _NotNow:
            return _busy()
        except _NotOurs as error:
            raise error.cause from None
        except Exception as error:  # noqa: BLE001 - see the next line: it is recorded, counted and answered
            return self._set_aside(item, type(error).__name__, also)

    def _set_aside(self, item: Item, code: str, also: Also | None) -> Answer:
        _log.error("an event was set aside", code=code, type=item.event.type, page=item.page_id)
        try:
            with self._house.database.transact() as transaction:
                reject(transaction.bulk, self._house, item, code)
                _do(also, transaction)
        except _NotOurs as error:
            raise error.cause from None
        except Exception as error:  # noqa: BLE001 - then the network is asked to send it again
            _log.error("an event could not even be set aside", error=type(error).__name__)
            return _busy()
        return Outcome.REJECTED


def cut(items: Sequence[Item], limit: int | None = None) -> Iterator[list[Item]]:
    """Batches in order, no comment in one of them twice; a ban or unban goes alone."""
    batch: list[Item] = []
    touched: set[object] = set()
    for item in items:
        about, alone = touches(item), goes_alone(item)
        if batch and (len(batch) == (limit or BATCH) or alone or goes_alone(batch[0]) or not touched.isdisjoint(about)):
            yield batch
            batch, touched = [], set()
        batch.append(item)
        touched |= about
    if batch:
        yield batch


def touches(item: Item) -> set[object]:
    """What a delivery changes: two that share anything must not be in one batch."""
    body = item.event.body
    match body:
        case Written() | Removed():
            return {(item.page_id, body.ref), item.event.key}
        case _:
            return {(item.page_id, item.event.type), item.event.key}


def goes_alone(item: Item) -> bool:
    """A ban or unban reaches for actions of its author's comments, whichever they are."""
    return isinstance(item.event.body, AuthorBanned | AuthorUnbanned)


class _NotNow(Exception):  # noqa: N818 - a signal inside this file
    """The database or the configuration, not the data, is at fault; the message may be logged."""


class _NotOurs(Exception):  # noqa: N818 - a signal inside this file
    """What `also` raised: no delivery is to blame for it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


def _do(also: Also | None, transaction: Transaction) -> None:
    if also is None:
        return
    try:
        also(transaction.session)
    except Exception as error:
        raise _NotOurs(error) from error


def _busy() -> BusyError:
    return BusyError("the database does not answer")


def _is_down(error: Exception) -> bool:
    """A lost connection, a full disk, a missing table, a configuration that cannot be read: all are to come again."""
    if is_driver_error(error):
        return not blames_data(error)
    return isinstance(error, PoolTimeoutError | NoResultFound | ConfigurationError | BusyError)
