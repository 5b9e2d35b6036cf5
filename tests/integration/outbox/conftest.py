"""A page with something to do, and how often people were told about trouble."""

from collections.abc import Iterator

import pytest

from app.telemetry import REGISTRY
from tests.fakes.world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A page in `enforce` with a living token; whatever happened, its journal is whole at the end."""
    made = World(database_url)
    made.never_sync()
    yield made
    made.assert_journal_whole()
    made.close()


def alerts(what: str) -> float:
    """How often people were told about something."""
    return REGISTRY.get_sample_value("dvornik_alerts_total", {"what": what}) or 0.0
