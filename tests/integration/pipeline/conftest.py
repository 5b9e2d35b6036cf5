"""A desk of its own for every test that walks over what people wrote, a street for those about who waits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.journal.verify import verify
from tests.fakes.desk import Desk
from tests.fakes.threads import Street


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A desk on each engine."""
    yield from _made(database_url)


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Desk]:
    """A desk on SQLite, where the engines do not differ."""
    yield from _made(sqlite_url)


@pytest.fixture
def street(database_url: str, tmp_path: Path) -> Iterator[Street]:
    """A page and its residents, on each engine; its journal must verify at the end."""
    made = Street(database_url, tmp_path)
    yield made
    assert verify(made.house.database, made.house.journal_key).problems == []
    made.close()


@pytest.fixture
def quick(sqlite_url: str, tmp_path: Path) -> Iterator[Street]:
    """The same where no statement differs between the engines."""
    made = Street(sqlite_url, tmp_path)
    yield made
    made.close()


def _made(url: str) -> Iterator[Desk]:
    made = Desk(url)
    made.never_sync()
    yield made
    made.assert_journal_whole()
    made.close()
