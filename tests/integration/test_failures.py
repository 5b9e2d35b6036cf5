"""What a person reads when the database fails in a way that nobody expected."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from app.cli import _unforeseen
from tests.postgres_server import Server


def test_a_full_disk_is_the_databases_trouble() -> None:
    """SQLite's own error, met outside of SQLAlchemy as in a backup, is no inner error of the program."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.OperationalError) as full:
            database.execute("CREATE TABLE words (text)")

    assert _unforeseen(full.value) == "база данных не отвечает или не годится: database or disk is full"


def test_what_stands_in_a_row_is_not_told(postgres_server: Server) -> None:
    """PostgreSQL quotes rows in the details of an error: only its sentence is shown, by either door."""
    engine = create_engine(postgres_server.url("postgres"), hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE words (text text PRIMARY KEY)")
            connection.exec_driver_sql("INSERT INTO words VALUES ('marked')")
            with pytest.raises(IntegrityError) as refused:
                connection.exec_driver_sql("INSERT INTO words VALUES ('marked')")
    finally:
        engine.dispose()

    assert "marked" in str(refused.value.orig)
    for error in (refused.value, refused.value.orig):
        told = _unforeseen(error)
        assert told.startswith("база данных не отвечает или не годится: duplicate key")
        assert "marked" not in told
