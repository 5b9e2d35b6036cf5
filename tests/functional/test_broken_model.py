"""The model of the running service breaks while events come in, and works again later: nothing is lost or let pass."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.pipeline.breaker import IN_A_ROW
from tests.functional.conftest import MAT, PUBLIC, THANKS, Scene
from tests.functional.faults import BROKEN_MODEL, breakable_model
from tests.functional.running import Installation, wait_until
from tests.simulators.vk import Comment, VkSimulator

#: Comments that come while the model is broken; few enough of them rude for the hourly budget.
DURING = 60
RUDE = range(30, 36)


@pytest.fixture
def installation(vk: VkSimulator, database_url: str, tmp_path: Path) -> Installation:
    """An installation on each engine whose model a test can break."""
    return Installation(tmp_path / "data", database_url, vk.base_url, fault=breakable_model)


@contextmanager
def broken_model(scene: Scene) -> Iterator[None]:
    """The model fails for as long as this lasts."""
    switch = scene.installation.data_dir / BROKEN_MODEL
    switch.touch()
    try:
        yield
    finally:
        switch.unlink()


def readiness(scene: Scene) -> httpx.Response:
    """What the load balancer hears."""
    return httpx.get(f"{scene.service.url}/readyz", timeout=30)


def test_a_model_that_breaks_and_is_mended_costs_no_comment(scene: Scene) -> None:
    """Every event is answered `ok`; a person sees what failed first, the rest is ruled on once, when the model works.

    Of what waited the rude texts are removed, the one that its author took back is not, and neither is one that was
    made good meanwhile.
    """

    def write(number: int) -> Comment:
        return scene.comment(MAT if number in RUDE else f"{THANKS} {number}", author=PUBLIC + number)

    with broken_model(scene), ThreadPoolExecutor(4) as citizens:
        for number in range(IN_A_ROW):
            write(number)
        comments = list(citizens.map(write, range(IN_A_ROW, DURING)))
        rude = [comment for comment in comments if comment.text == MAT]
        scene.vk.send_delete(rude[0], deleter=rude[0].author)
        assert scene.vk.send_edit(rude[1], THANKS)[-1].accepted
        answer = readiness(scene)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "MemoryError" in answer.json()["checks"]["model"]
        assert f"texts that wait for a working model: {DURING - IN_A_ROW + 1}" in answer.json()["warnings"]
        assert scene.service.log.read_text(encoding="utf-8").count("incident_began") == 1
        decided = scene.get("/v1/decisions", page_id=scene.page_id, limit=100)["items"]
        assert [one["reasons"] for one in decided] == [["indeterminate"]] * IN_A_ROW

    wait_until(lambda: readiness(scene).status_code == httpx.codes.OK, what="the service is ready again")
    wait_until(lambda: len(scene.vk.calls_of("wall.deleteComment")) == len(rude) - 2, what="what waited is removed")
    wait_until(lambda: not any("working model" in one for one in readiness(scene).json()["warnings"]))
    decided = scene.get("/v1/decisions", page_id=scene.page_id, limit=100)["items"]
    per_comment = [one["comment"]["external_id"] for one in decided]
    assert len(per_comment) == len(set(per_comment)) == DURING - 1
    deleted = {call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")}
    assert deleted == {str(one.id) for one in rude[2:]}
    assert scene.installation.run("journal", "verify").returncode == 0
