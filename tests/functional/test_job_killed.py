"""`kill -9` of a real worker in the middle of a preview: the next one goes on, and no comment is counted twice."""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.domain.principals import Principal
from app.domain.words import Role
from app.pipeline.administration.policies import ensure_presets, show_policy
from app.pipeline.jobs import orders
from app.pipeline.jobs.preview import PREVIEW, asked, found_in
from app.settings import Settings
from app.storage.tables import Comment, Decision, Job, RevisionBody
from app.wiring import open_house
from tests.fakes.world import World, wait_until
from tests.functional.running import START_SECONDS, Installation
from tests.functional.test_worker_killed import worker

TEXTS = 600
WORDS_IN_TEXT = 200


@pytest.fixture
def installation(sqlite_url: str, tmp_path: Path) -> Installation:
    """An installation that reaches no network."""
    return Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:9")


@pytest.fixture
def world(installation: Installation) -> Iterator[World]:
    """A page with so many long comments that a preview takes several steps, and nobody who works."""
    made = World.inside(open_house(Settings(data_dir=installation.data_dir, database_url=installation.database_url)))
    ensure_presets(made.house)
    _write(made)
    yield made
    made.assert_journal_whole()
    made.close()


def _write(world: World) -> None:
    """Comments of today with words that no cache has seen."""
    letters, chance = "абвгдежзиклмнопрстуфхцчшыэюя", random.Random(7)
    version = show_policy(world.house, "novokuznetsk-59").id
    comments, decisions, bodies = [], [], []
    for _ in range(TEXTS):
        comment, revision, decision = world.house.ids(), world.house.ids(), world.house.ids()
        columns = {"id": comment, "page_id": world.page, "kind": "wall", "scope": "", "external_id": str(comment)}
        state = {"written_by": "citizen", "state": "visible", "received_at": world.clock.now()}
        comments.append({**columns, **state, "revision_id": revision, "decision_id": decision, "changed_at": 0})
        row = world.decision(decision, comment, revision, world.page).model_dump()
        decisions.append({**row, "policy_version_id": version, "verdict": "keep"})
        words = ("".join(chance.choices(letters, k=7)) for _ in range(WORDS_IN_TEXT))
        bodies.append({"revision_id": revision, "text": " ".join(words)})
    with world.database.write() as session:
        for table, rows in ((Comment, comments), (Decision, decisions), (RevisionBody, bodies)):
            session.execute(insert(table), rows)


@pytest.mark.timeout(180)
def test_a_preview_outlives_its_worker(installation: Installation, world: World) -> None:
    """What the dead worker had written down stands, the rest is done by the next; every text is seen once."""
    anna = Principal(1, "anna", Role.MODERATOR, None)
    version = show_policy(world.house, "novokuznetsk-59")
    params = asked(version, [world.page], days=30, now=world.clock.now(), level="strict")
    number = orders.start(world.house, PREVIEW, params, who=anna)

    def job() -> Job:
        return world.row(Job, number)

    with worker(installation) as first:
        wait_until(lambda: job().position, seconds=START_SECONDS)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=START_SECONDS)
    left = job()
    assert left.state == "running"
    assert 0 < found_in(left).seen < TEXTS
    world.sql("UPDATE job SET lease_until = 0")
    with worker(installation) as second:
        wait_until(lambda: job().state == "done", seconds=START_SECONDS)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=START_SECONDS) == 0
    assert found_in(job()).seen == TEXTS
    assert job().done == job().total
