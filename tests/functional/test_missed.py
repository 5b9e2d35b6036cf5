"""Comments that the service was never told of are found, judged and acted on, on the real service."""

from pathlib import Path

import httpx
import pytest

from app.domain.clock import HOUR, SECOND, rfc3339
from tests.functional.conftest import GROUP, MAT, PUBLIC, THANKS, Scene
from tests.functional.faults import unhurried_network
from tests.functional.running import Installation, wait_until
from tests.simulators import vk_state
from tests.simulators.vk import VkSimulator


@pytest.fixture
def installation(vk: VkSimulator, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation on each engine that reads lists without a pause."""
    monkeypatch.setitem(vk_state.RATES, "user", 1_000)
    return Installation(tmp_path / "data", database_url, vk.base_url, fault=unhurried_network)


def test_a_page_is_read_again_on_demand_and_across_a_kill(scene: Scene) -> None:
    """What VK never told of is judged once; the fresh violation goes, the one of last week waits for a person."""
    now = scene.vk.state.now()
    told = scene.comment(THANKS)
    for post in range(1, 9):
        scene.vk.post_comment(GROUP, f"{THANKS} {post}", author=PUBLIC + post, thing=post, date=now - 3600)
    fresh = scene.vk.post_comment(GROUP, MAT, author=PUBLIC + 20, thing=4, date=now - 1800)
    old = scene.vk.post_comment(GROUP, MAT, author=PUBLIC + 21, thing=5, date=now - 5 * 86_400)
    since = rfc3339(now * SECOND - 150 * HOUR)
    scene.installation.run("page", "reread", scene.page_id, "--since", since)
    wait_until(lambda: len(scene.vk.calls_of("wall.getComments")) >= 3, what="the page is being read")
    scene.service.kill()
    scene.service.start()

    wait_until(lambda: page(scene)["gap"]["state"] == "done", what="all is read")
    assert (page(scene)["gap"]["seen"], page(scene)["gap"]["found"]) == (11, 10)
    decided = scene.get("/v1/decisions", page_id=scene.page_id, limit=100)["items"]
    per_comment = {one["comment"]["external_id"]: one for one in decided}
    assert len(decided) == len(per_comment) == 11
    assert per_comment[str(told.id)]["verdict"] == "keep"
    assert per_comment[str(old.id)]["reasons"] == ["score_over_remove", "age_limit"]
    wait_until(lambda: scene.vk.calls_of("wall.deleteComment"))
    assert {call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")} == {str(fresh.id)}
    assert 'dvornik_reread_comments_total{what="found"}' in httpx.get(f"{scene.service.url}/metrics").text


def page(scene: Scene) -> dict:
    """The page as the API shows it."""
    shown: dict = scene.get(f"/v1/pages/{scene.page_id}")
    return shown
