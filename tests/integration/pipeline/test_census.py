"""What is counted for those who watch is what there is, on each engine, and old figures are not told."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.domain.clock import SECOND
from app.domain.words import Mode
from app.pipeline.census import STALE, Counting
from app.storage.tables import Unjudged
from tests.fakes.world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A page in `enforce` on each engine."""
    made = World(database_url)
    yield made
    made.close()


def told(counting: Counting) -> dict[str, float]:
    """The samples, by name and label value."""
    samples = [sample for family in counting.collect() for sample in family.samples]
    return {
        "/".join([sample.name.removeprefix("dvornik_"), *sample.labels.values()]): sample.value for sample in samples
    }


def test_what_waits_is_counted(world: World) -> None:
    """Actions by what holds them back, the age of the oldest, what people have to do, incidents, pages."""
    counting = Counting(world.clock, "model")
    world.add_page(world.connection, Mode.REVIEW)
    world.add_action(world.add_comment())
    world.clock.advance(90 * SECOND)
    world.add_action(world.add_comment(), waiting_for="token")
    world.add_action(world.add_comment(), state="proposed")
    world.add_action(world.add_comment(), state="manual")
    world.add_action(world.add_comment(), state="done")
    incident = "INSERT INTO incident (id, what, page_id, connection_id, code, began_at, seen_at, ended_at) VALUES "
    world.sql(incident + "(1, 'silence', 1, 0, '', 1, 1, NULL), (2, 'silence', 2, 0, '', 1, 1, NULL)")
    world.sql(incident + "(3, 'model', 0, 0, '', 1, 1, 2)")
    with world.database.write() as session:
        session.add(Unjudged(revision_id=1, comment_id=1, page_id=1, received_at=1))
    counting.count(world.database)
    seen = told(counting)

    assert (seen["outbox_actions/turn"], seen["outbox_actions/token"], seen["outbox_actions/captcha"]) == (1, 1, 0)
    assert seen["outbox_oldest_seconds"] == 90
    assert (seen["actions_for_people/proposed"], seen["actions_for_people/manual"]) == (1, 1)
    assert (seen["incidents_open/silence"], seen["incidents_open/model"]) == (2, 0)
    assert (seen["pages/enforce"], seen["pages/review"], seen["pages/shadow"]) == (1, 1, 0)
    assert (seen["unjudged_texts"], seen["objections_waiting/all"], seen["cases_open"]) == (1, 0, 0)
    assert seen["database_up"] == 1


def test_figures_that_are_old_are_left_out(world: World) -> None:
    """A database that does not answer leaves the last figures for a while, then says that there are none."""
    counting = Counting(world.clock, "model")
    assert told(counting)["database_up"] == 0
    counting.count(world.database)
    world.sql("ALTER TABLE page RENAME TO gone")
    with pytest.raises(SQLAlchemyError):
        counting.count(world.database)
    assert told(counting)["pages/enforce"] == 1
    world.clock.advance(STALE)
    seen = told(counting)
    assert seen["database_up"] == 0
    assert set(seen) == {"database_up", next(name for name in seen if name.startswith("build_info"))}


def test_counting_goes_on_beside_a_broken_database(world: World) -> None:
    """The thread survives it and ends with its event, also while it waits for its next time."""
    world.sql("ALTER TABLE page RENAME TO gone")
    counting, stop = Counting(world.clock, "model"), threading.Event()
    thread = threading.Thread(target=counting.run, args=(world.database, stop))
    thread.start()
    thread.join(timeout=0.2)
    assert thread.is_alive()
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
