"""One writing transaction: many rows on the plain cursor, and a session only for whoever needs one.

A session costs more than an ordinary delivery's rows do, and most deliveries need none.
"""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from app.storage.bulk import Bulk


class Transaction:
    """What is written together; `bulk` and `session` see the same rows."""

    def __init__(self, driver: Any, open_session: Callable[[], Session]) -> None:
        self.bulk = Bulk(driver)
        self._open_session = open_session
        self._session: Session | None = None

    @classmethod
    def of(cls, session: Session) -> "Transaction":
        """The transaction that a session is in."""
        return cls(session.connection().connection.driver_connection, lambda: session)

    @property
    def session(self) -> Session:
        """The session, made when it is asked for first."""
        if self._session is None:
            self._session = self._open_session()
        return self._session

    @property
    def opened(self) -> Session | None:
        """The session, if anybody has asked for one."""
        return self._session
