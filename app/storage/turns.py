"""One thread of a process writes after another, in the order of arrival.

SQLite lets whoever waits for its write lock ask again ten times a second. A writer that commits without a pause would
hardly ever be met between two transactions, so the worker and people would wait for seconds and give up.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError


class Turns:
    """A lock that is handed from one to the next; `patience` is in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self, *, wait: bool = True) -> Iterator[None]:
        """Wait for everybody who came before.

        Raises:
            OperationalError: they took too long, or somebody is there and `wait` is False; SQLite would say the same
                of another process.
        """
        self._take(wait=wait)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, *, wait: bool) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            if not wait:
                raise _locked()
            baton = threading.Lock()
            baton.acquire()
            self._waiting.append(baton)
        if baton.acquire(timeout=self._patience):
            return
        with self._lock:
            # Else it was handed over this very moment.
            if baton in self._waiting:
                self._waiting.remove(baton)
                raise _locked()

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def _locked() -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
