"""An office of its own for every test of objections, with people who decide and people who object."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.office import Office


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """On SQLite, for what no engine changes."""
    made = Office(sqlite_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def either(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """On each engine."""
    made = Office(database_url, tmp_path)
    yield made
    made.close()
