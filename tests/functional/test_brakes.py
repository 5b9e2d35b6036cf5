"""The machine is held back while events come in: by its budget, and by the red button."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.pipeline.record.budget import ENOUGH, PER_HOUR
from tests.functional.conftest import MAT, PUBLIC, THANKS, Scene
from tests.functional.running import Installation, wait_until
from tests.simulators.vk import VkSimulator

#: People who write at the same time.
WRITERS = 4


@pytest.fixture
def installation(vk: VkSimulator, sqlite_url: str, tmp_path: Path) -> Installation:
    """On SQLite: how the budget and the pause are read on each engine is tried nearer to them."""
    return Installation(tmp_path / "data", sqlite_url, vk.base_url)


def removed(scene: Scene) -> set[str]:
    """Comments that VK was asked to delete."""
    return {call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")}


def pending(scene: Scene) -> int:
    """Actions that wait to be sent."""
    waiting: int = scene.get(f"/v1/pages/{scene.page_id}")["pending"]
    return waiting


def test_a_wave_of_violations_takes_the_page_to_review(scene: Scene) -> None:
    """Writers at once do not get more than the budget through; every comment is answered and decided."""

    def write(number: int) -> None:
        scene.comment(MAT, author=PUBLIC + number)

    with ThreadPoolExecutor(WRITERS) as citizens:
        list(citizens.map(write, range(PER_HOUR + 10)))

    page = scene.get(f"/v1/pages/{scene.page_id}")
    assert page["mode"] == "review"
    wait_until(lambda: pending(scene) == 0, what="nothing is to be sent")
    assert len(removed(scene)) <= ENOUGH, "a share of the hour's comments counts once there are enough of them"
    decided = scene.get("/v1/decisions", page_id=scene.page_id, limit=100)["items"]
    assert len(decided) == PER_HOUR + 10
    held = [one for one in decided if "budget" in one["reasons"]]
    assert 1 <= len(held) <= WRITERS, "only those that stood in one transaction with the one too many"
    told = scene.installation.json("alerts", "history")
    assert [(one["what"], one["pages"]) for one in told] == [("budget", [scene.page_id])], "it is said once"


def test_the_red_button_stops_sending_while_events_come_in(scene: Scene) -> None:
    """After it nothing more is sent, however much is decided; what waited goes out when it is lifted."""
    with stream(scene):
        scene.comment(MAT, author=PUBLIC + 1)
        wait_until(lambda: removed(scene))
        scene.installation.run("pause")
        # An action that was on its way when the button was pressed may still arrive.
        wait_until(lambda: {one["state"] for one in actions(scene)} <= {"done", "pending", "proposed"})
        before = removed(scene)
        late = scene.comment(MAT, author=PUBLIC + 2)
        other = scene.comment(MAT, author=PUBLIC + 3)
        heard = len(scene.decisions())
        wait_until(lambda: len(scene.vk.attempts) > heard + 60, what="events go on coming")
        assert removed(scene) == before
        assert pending(scene) >= 2
        assert any("paused" in one for one in httpx.get(f"{scene.service.url}/readyz").json()["warnings"])
        scene.installation.run("resume")
        wait_until(lambda: {str(late.id), str(other.id)} <= removed(scene), what="what waited is sent")


def actions(scene: Scene) -> list[dict[str, str]]:
    """Actions of the page."""
    found: list[dict[str, str]] = scene.get("/v1/actions", page_id=scene.page_id)["items"]
    return found


@contextmanager
def stream(scene: Scene) -> Iterator[None]:
    """Citizens go on writing; each of their comments is answered `ok`."""
    ended = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        number = 100
        try:
            while not ended.is_set():
                scene.comment(THANKS, author=PUBLIC + number)
                number += 1
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            failed.append(error)

    citizens = threading.Thread(target=write)
    citizens.start()
    try:
        yield
    finally:
        ended.set()
        citizens.join()
    assert failed == []
