"""A desk of its own for every test that walks over what people wrote."""

from collections.abc import Iterator

import pytest

from tests.fakes.desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A desk on each engine."""
    yield from _made(database_url)


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Desk]:
    """A desk on SQLite, where the engines do not differ."""
    yield from _made(sqlite_url)


def _made(url: str) -> Iterator[Desk]:
    made = Desk(url)
    made.never_sync()
    yield made
    made.assert_journal_whole()
    made.close()
