"""A transaction on the plain driver, with or without a session, on both engines."""

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from app.storage.session import Database
from app.storage.transaction import Transaction

_COUNT = "SELECT next_node FROM control"
_MOVE = "UPDATE control SET next_node = next_node + 1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """On either engine."""
    database = Database(database_url)
    yield database
    database.dispose()


def count(database: Database) -> int:
    """How often it was moved, and a little more."""
    with database.read() as session:
        return int(session.connection().exec_driver_sql(_COUNT).scalar_one())


def move_by_both(transaction: Transaction) -> None:
    """Once by the driver, once by the session."""
    transaction.bulk.cursor.execute(_MOVE)
    transaction.session.connection().exec_driver_sql(_MOVE)


def lose_the_server(database: Database, *, with_session: bool) -> None:
    """A transaction whose server process ends before the commit."""
    with database.transact() as transaction:
        transaction.bulk.cursor.execute(_MOVE)
        if with_session:
            transaction.session.connection()
        (number,) = transaction.bulk.run("SELECT pg_backend_pid()")[0]
        with database.read() as other:
            # With a time limit it answers once the other one is gone.
            other.connection().exec_driver_sql(f"SELECT pg_terminate_backend({number}, 30000)")


def test_a_session_that_nobody_used_costs_no_rows(database: Database) -> None:
    """Whoever asks for one and finds nothing to do does not undo what the driver wrote."""
    before = count(database)
    with database.transact() as transaction:
        transaction.bulk.cursor.execute(_MOVE)
        assert transaction.session is transaction.opened
    assert count(database) == before + 1


def test_session_and_driver_write_together_or_not_at_all(database: Database) -> None:
    """Both are one transaction, however it ends."""
    before = count(database)
    with suppress(LookupError), database.transact() as transaction:
        move_by_both(transaction)
        raise LookupError
    assert count(database) == before
    with database.transact() as transaction:
        move_by_both(transaction)
    assert count(database) == before + 2


@pytest.mark.parametrize("with_session", [False, True])
def test_a_connection_that_the_server_closed_is_not_used_again(postgres_url: str, *, with_session: bool) -> None:
    """Whether a session has met it or the driver alone, nothing is stored, and the next transaction works."""
    database = Database(postgres_url)
    before = count(database)
    with pytest.raises((DBAPIError, psycopg.OperationalError)):
        lose_the_server(database, with_session=with_session)
    assert count(database) == before
    with database.transact() as transaction:
        transaction.bulk.cursor.execute(_MOVE)
    assert count(database) == before + 1
    database.dispose()
