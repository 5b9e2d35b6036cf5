"""A person decides through the real API, worker and VK, on a clock that the test moves: removed, reversed, restored."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from app import main
from app.domain.clock import SystemClock
from app.settings import load_settings
from tests.fakes.clock import FakeClock
from tests.fakes.serving import Serving
from tests.functional.conftest import MAT, PUBLIC, Scene, open_page
from tests.functional.running import Installation, wait_until
from tests.simulators.vk import Comment, VkSimulator

SECOND = 1_000_000


@pytest.fixture
def clock() -> FakeClock:
    """Starts at the present, because the commands that set the page up run on the machine's own clock."""
    return FakeClock(SystemClock().now())


@pytest.fixture
def desk(
    vk: VkSimulator, installation: Installation, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """A page in review mode, and the whole service with its worker in this process."""
    for name, value in installation.environment().items():
        if name.startswith("DVORNIK_"):
            monkeypatch.setenv(name, value)
    installation.run("migrate")
    monkeypatch.setattr(main, "open_house", partial(main.open_house, clock=clock))
    serving = Serving(main.create_app(load_settings()), whole=True)
    try:
        yield open_page(vk, installation, serving, mode="review")
    finally:
        serving.stop()


def decided(desk: Scene, comment: Comment, **verdict: Any) -> dict[str, Any]:
    """Claim the comment's case and answer it."""
    (case,) = desk.get("/v1/review")["items"]
    assert case["decision"]["comment"]["external_id"] == str(comment.id)
    claimed = desk.post(f"/v1/review/{case['id']}/claim").json()
    answer = desk.post(f"/v1/review/{case['id']}/verdict", {"revision": claimed["revision"], **verdict})
    assert answer.status_code == httpx.codes.OK, answer.text
    return dict(answer.json())


def state_of(desk: Scene, kind: str) -> str:
    """How far the newest action of a kind has got."""
    return str(desk.actions()[kind]["state"])


def test_a_case_is_removed_reversed_and_restored(desk: Scene, clock: FakeClock) -> None:
    """Nothing is sent within the window; then text and author go, and both come back when it is taken back."""
    comment = desk.comment(MAT)
    ruled = decided(
        desk,
        comment,
        verdict="remove",
        categories=["obscenity"],
        clause="п. 2.5 Порядка",
        ban={"seconds": 86_400},
    )
    assert (comment.deleted, state_of(desk, "delete_comment")) == (False, "pending")
    clock.advance(16 * SECOND)
    wait_until(lambda: state_of(desk, "ban_author") == "done", what="text and author go")
    assert comment.deleted
    assert [call.params["owner_id"] for call in desk.vk.calls_of("groups.ban")] == [str(PUBLIC)]

    answer = desk.post(f"/v1/decisions/{ruled['decision_id']}/reverse", {"reason": "Это цитата из книги"})
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["cannot"] == []
    assert desk.vk.calls_of("wall.restoreComment") == []
    clock.advance(16 * SECOND)
    wait_until(lambda: state_of(desk, "restore_comment") == "done", what="the text comes back")
    wait_until(lambda: state_of(desk, "unban_author") == "done", what="the author may write again")
    assert not comment.deleted
    assert len(desk.vk.calls_of("groups.unban")) == 1
    newest = desk.decisions()[0]
    assert (newest["verdict"], newest["decided_by"], newest["supersedes"]) == (
        "keep",
        "person:Тест",
        ruled["decision_id"],
    )
    metrics = lambda: httpx.get(f"{desk.service.url}/metrics").text  # noqa: E731 - asked twice
    wait_until(lambda: metrics().count('outcome="echo"'), what="VK tells us what we did ourselves")
    assert desk.get("/v1/review")["items"] == []


def test_an_undone_removal_never_reaches_vk(desk: Scene, clock: FakeClock) -> None:
    """Taken back within the window, the order is cancelled, VK hears nothing, and the question is open again."""
    comment = desk.comment(MAT)
    ruled = decided(desk, comment, verdict="remove", categories=["obscenity"], clause="п. 2.5 Порядка")
    undone = desk.post(f"/v1/decisions/{ruled['decision_id']}/undo")
    assert undone.status_code == httpx.codes.OK, undone.text
    clock.advance(3600 * SECOND)
    other = desk.comment(MAT + "!", author=PUBLIC + 1)
    cases = {case["decision"]["comment"]["external_id"]: case["id"] for case in desk.get("/v1/review")["items"]}
    assert cases[str(comment.id)] == undone.json()["case_id"]
    body = {"revision": 1, "verdict": "remove", "categories": ["obscenity"], "clause": "п. 2.5 Порядка"}
    assert desk.post(f"/v1/review/{cases[str(other.id)]}/verdict", body).status_code == httpx.codes.OK
    clock.advance(16 * SECOND)
    wait_until(lambda: other.deleted, what="the worker is at work")
    assert [call.params["comment_id"] for call in desk.vk.calls_of("wall.deleteComment")] == [str(other.id)]
