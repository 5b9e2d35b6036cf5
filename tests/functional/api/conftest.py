"""Every test of the API gets an installation of its own, on each engine unless it asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.yard import Yard


@pytest.fixture
def yard(database_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation on each engine."""
    made = Yard(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def small_yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation on SQLite, for what no engine changes."""
    made = Yard(sqlite_url, tmp_path)
    yield made
    made.close()
