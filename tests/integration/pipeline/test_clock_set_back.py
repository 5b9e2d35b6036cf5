"""The clock was ahead and is set right: nothing waits until it has caught up with what was written meanwhile."""

import threading

import pytest

from app.domain.clock import DAY, HOUR, MINUTE
from app.pipeline.duties.walk import Duty, Round
from tests.fakes.world import World


@pytest.fixture
def world(database_url):
    """A house on each engine."""
    made = World(database_url)
    yield made
    made.close()


def test_a_duty_that_was_done_in_the_future_is_done_now(world):
    """Then it keeps its period again; a clock that is a moment behind another machine's changes nothing."""
    log = []
    rounds = Round(world.house, None, (Duty("a", HOUR, lambda *_: log.append("a")),))
    never = threading.Event()
    world.clock.advance(10 * DAY)
    assert rounds.once(never) == ["a"]
    world.clock.advance(-MINUTE)
    assert rounds.once(never) == []
    world.clock.advance(-10 * DAY)
    assert rounds.once(never) == ["a"]
    assert rounds.once(never) == []
    world.clock.advance(HOUR)
    assert rounds.once(never) == ["a"]
    assert log == ["a", "a", "a"]


def test_a_duty_that_failed_in_the_future_is_tried_again_now(world):
    """Its pause was counted by a clock that was wrong."""
    tries = []

    def fail(*_):
        tries.append(world.clock.now())
        raise OSError

    rounds = Round(world.house, None, (Duty("a", HOUR, fail),))
    never = threading.Event()
    world.clock.advance(10 * DAY)
    assert rounds.once(never) == rounds.once(never) == []
    assert len(tries) == 1, "it rests before the next try"
    world.clock.advance(-10 * DAY)
    rounds.once(never)
    assert len(tries) == 2
