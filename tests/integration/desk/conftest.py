"""Every test of the door gets a desk of its own, on each engine."""

from collections.abc import Iterator

import pytest

from tests.fakes.desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A page in review mode, and whoever decides on it."""
    made = Desk(database_url)
    made.never_sync()
    yield made
    made.assert_journal_whole()
    made.close()
