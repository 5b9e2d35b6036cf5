"""Threads of one process that write to SQLite take turns."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from app.storage.session import Database
from app.storage.turns import Turns


def test_whoever_waits_is_next(sqlite_url: str) -> None:
    """A writer that begins again right after each commit lets the other one in after its transaction at hand."""
    database = Database(sqlite_url)
    begun, done = threading.Event(), threading.Event()
    transactions = []

    def restless() -> None:
        while not done.is_set():
            with database.write() as session:
                session.connection().exec_driver_sql("UPDATE control SET next_node = next_node + 1")
                transactions.append(None)
                begun.set()
                # A batch takes its time under the lock.
                done.wait(0.005)

    writer = threading.Thread(target=restless)
    writer.start()
    assert begun.wait(10)
    passed = []
    for _ in range(5):
        # Long enough for the other one to be in the middle of its work again.
        done.wait(0.02)
        before = len(transactions)
        with database.write() as session:
            session.connection().exec_driver_sql("UPDATE control SET next_node = next_node + 1")
            passed.append(len(transactions) - before)
    done.set()
    writer.join()
    database.dispose()

    # Not the worst of them: this thread may be kept from asking for a while.
    assert sorted(passed)[len(passed) // 2] <= 3


def test_who_waits_too_long_gives_up_and_holds_up_nobody() -> None:
    """The turn goes on to those who still wait."""
    turns = Turns(patience=0.01)
    with turns.turn(), pytest.raises(OperationalError, match="locked"), turns.turn():
        pass
    with turns.turn():
        pass
