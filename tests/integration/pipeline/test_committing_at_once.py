"""Where the store is near and free, whoever brings events commits them; whatever has to be waited for, the thread does."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing

import pytest
from sqlalchemy.engine import make_url

from app.pipeline.house import House
from app.pipeline.intake import Gate
from app.pipeline.judging import Arrival
from app.pipeline.record import writer as writing
from app.pipeline.record.committing import Answer, Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.writer import Writer
from app.storage.session import BUSY_TIMEOUT_MS, KEPT_OPEN, OPEN_BEYOND
from app.storage.tables import Decision
from tests.fakes.clock import FakeClock
from tests.fakes.gates import gate_of
from tests.fakes.house import make_house, written
from tests.integration.test_record import Desk


class Yard:
    """A page and the gate before it; the thread runs when a test starts it."""

    def __init__(self, url: str) -> None:
        self.house: House = make_house(url, FakeClock())
        self.desk = Desk(self.house, self.house.clock, "shadow")
        self.writer = Writer(Committer(self.house, self.desk.configuration, 1))
        self.gate: Gate = gate_of(self.writer)
        with self.house.database.read() as session:
            self._page = self.desk.configuration.current(session).by_id[self.desk.page_id]

    def arrival(self, number: int) -> Arrival:
        """A comment of its own."""
        event = written(f"Когда починят дорогу № {number}?", page_id=self._page.id, number=number).event
        return event, self._page, number

    def decisions(self) -> int:
        """How many there are."""
        return len(self.desk.rows(Decision))


@pytest.fixture
def yard(sqlite_url: str) -> Iterator[Yard]:
    """On SQLite."""
    yard = Yard(sqlite_url)
    yield yard
    if yard.writer.is_alive():
        yard.writer.close()
    yard.house.database.dispose()


def busy_timeouts(house: House) -> set[int]:
    """How patient the connections of the pool are."""
    with closing(house.database.engine.raw_connection()) as pooled:
        driver = pooled.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return {driver.execute("PRAGMA busy_timeout").fetchone()[0]}


async def held_up(yard: Yard, release: Callable[[], None]) -> list[Outcome]:
    """Two events come while somebody writes; the loop goes on, and both are answered once that is over."""
    waiting = [asyncio.create_task(yard.gate.put(yard.arrival(number))) for number in (1, 2)]
    for _ in range(100):
        # A loop that waited for the lock would not come round so often.
        await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    release()
    return await asyncio.gather(*waiting)


def test_events_are_committed_without_the_thread(yard: Yard) -> None:
    """Nobody is in the way: the thread was never started, and the events are on disk."""

    async def both() -> list[Outcome]:
        return await asyncio.gather(yard.gate.put(yard.arrival(1)), yard.gate.put(yard.arrival(2)))

    assert asyncio.run(both()) == [Outcome.DECIDED] * 2
    assert yard.decisions() == 2
    assert busy_timeouts(yard.house) == {BUSY_TIMEOUT_MS}


def test_a_thread_that_writes_is_waited_for_by_the_thread(yard: Yard) -> None:
    """The loop does not stand still for a duty's transaction."""
    yard.writer.start()
    begun, over = threading.Event(), threading.Event()

    def duty() -> None:
        with yard.house.database.write():
            begun.set()
            assert over.wait(30)

    other = threading.Thread(target=duty)
    other.start()
    assert begun.wait(30)
    try:
        assert asyncio.run(held_up(yard, over.set)) == [Outcome.DECIDED] * 2
    finally:
        over.set()
        other.join()
    assert yard.decisions() == 2


def test_a_process_that_writes_is_waited_for_by_the_thread(yard: Yard) -> None:
    """The loop does not ask for another process's lock twice, and whoever uses the connection next is patient again."""
    yard.writer.start()
    with closing(sqlite3.connect(str(make_url(yard.house.database.url).database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert asyncio.run(held_up(yard, lambda: other.execute("ROLLBACK") and None)) == [Outcome.DECIDED] * 2
    assert yard.decisions() == 2
    assert busy_timeouts(yard.house) == {BUSY_TIMEOUT_MS}


def test_after_a_slow_commit_the_thread_does_the_next(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is slow holds up those who wait for it, and nobody else."""
    monkeypatch.setattr(writing, "SLOW", 0.0)
    assert asyncio.run(yard.gate.put(yard.arrival(1))) is Outcome.DECIDED

    async def another() -> Outcome:
        task = asyncio.create_task(yard.gate.put(yard.arrival(2)))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not task.done(), "the loop has committed it"
        yard.writer.start()
        return await task

    assert asyncio.run(another()) is Outcome.DECIDED
    assert yard.decisions() == 2


def test_the_thread_ends_though_it_is_told_to_while_the_loop_commits(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits after that commit, and still the thread learns that it is over."""
    yard.writer.start()
    closing_it = threading.Thread(target=yard.writer.close)
    commit_now = Committer.commit_now

    def told_to_close(committer: Committer, items: Sequence[Item]) -> list[Answer] | None:
        closing_it.start()
        with yard.writer._changed:
            assert yard.writer._changed.wait_for(lambda: yard.writer._closing, 30)
        return commit_now(committer, items)

    monkeypatch.setattr(Committer, "commit_now", told_to_close)
    assert asyncio.run(yard.gate.put(yard.arrival(1))) is Outcome.DECIDED
    closing_it.join(30)
    assert not yard.writer.is_alive()


def test_no_free_connection_is_waited_for_by_the_thread(yard: Yard) -> None:
    """Long reads may hold all of them; the loop does not stand still for those either."""
    yard.writer.start()
    with ExitStack() as readers:
        for _ in range(KEPT_OPEN + OPEN_BEYOND):
            readers.enter_context(yard.house.database.read()).connection()
        assert asyncio.run(held_up(yard, readers.close)) == [Outcome.DECIDED] * 2
    assert yard.decisions() == 2


def test_an_edit_does_not_overtake_its_comment(yard: Yard) -> None:
    """Two deliveries about one comment are two batches, in the order in which they came."""
    event, page, at = yard.arrival(1)

    async def both() -> list[Outcome]:
        return await asyncio.gather(yard.gate.put((event, page, at)), yard.gate.put((event, page, at)))

    assert asyncio.run(both()) == [Outcome.DECIDED, Outcome.DUPLICATE]
    assert yard.decisions() == 1


def test_postgresql_is_written_to_by_the_thread(postgres_url: str) -> None:
    """A server that does not answer must not hold the loop."""
    yard = Yard(postgres_url)
    try:
        assert yard.writer._committer.commit_now([]) is None
    finally:
        yard.house.database.dispose()
