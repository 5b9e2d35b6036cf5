"""A resident's objection from their message to the comment's return: real HTTP, real worker, a simulated VK."""

import json
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import httpx
import pytest
from sqlmodel import select

from app.domain.clock import MINUTE, Clock
from app.domain.decision_number import found_in
from app.pipeline.decision_number import decision_of
from app.pipeline.house import House
from app.pipeline.objections.messages import read_messages
from app.settings import Settings
from app.storage.tables import DutyCursor
from app.wiring import open_house
from tests.functional.conftest import GROUP, MAT, PUBLIC, Scene
from tests.functional.running import wait_until


class Ahead:
    """A clock that is two minutes ahead: what was written just now has settled for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> int:
        """Two minutes from now."""
        return self._clock.now() + 2 * MINUTE


@pytest.fixture
def later(scene: Scene) -> Iterator[House]:
    """The same installation as the worker will find it in two minutes."""
    place = scene.installation
    house = open_house(Settings(data_dir=place.data_dir, database_url=place.database_url))
    yield replace(house, clock=Ahead(house.clock))
    house.database.dispose()


def _walks(house: House) -> bool:
    """The worker's walk along the messages has begun."""
    with house.database.read() as session:
        return session.exec(select(DutyCursor).where(DutyCursor.name == "objections in messages")).first() is not None


def test_a_removed_author_asks_why_and_gets_the_comment_back(scene: Scene, later: House) -> None:
    """«Почему удалили?» becomes a case; a person keeps the comment; VK restores it; the answer says so."""
    comment = scene.comment(MAT)
    wait_until(lambda: scene.actions()["delete_comment"]["state"] == "done", what="the comment is deleted")
    wait_until(lambda: _walks(later), what="the worker walks along the messages", seconds=60)
    said = scene.vk.post_comment(
        GROUP, "Здравствуйте, за что удалили мой комментарий?", author=PUBLIC, surface="message", thing=PUBLIC
    )
    assert scene.vk.send_new(said)[-1].accepted
    read_messages(later, None, Event())  # type: ignore[arg-type]

    [objection] = scene.get("/v1/objections")["items"]
    [removal] = [one for one in scene.decisions() if one["verdict"] == "remove"]
    assert (objection["decision_id"], objection["channel"]) == (removal["id"], "message")
    first = scene.get("/v1/review")["items"][0]
    assert (first["id"], first["reason"]) == (objection["case_id"], "objection")
    kept = scene.post(f"/v1/review/{first['id']}/verdict", {"verdict": "keep", "revision": 1})
    assert kept.status_code == httpx.codes.OK, kept.text
    wait_until(lambda: scene.vk.calls_of("wall.restoreComment"), what="VK is asked to restore", seconds=60)
    assert scene.vk.calls_of("wall.restoreComment")[0].params["comment_id"] == str(comment.id)

    shown = scene.get(f"/v1/objections/{objection['id']}")
    assert (shown["state"], shown["outcome"]) == ("decided", "reversed")
    assert "Комментарий вернётся на страницу." in shown["prepared_answer"]
    assert decision_of(later, found_in(shown["receipt"])[0]) == int(removal["id"])
    assert scene.post(f"/v1/objections/{objection['id']}/answer").json()["state"] == "answered"
    dossier = scene.get(f"/v1/decisions/{removal['id']}/dossier")
    assert dossier["journal"]["whole"]
    assert {"event", "api_reply"} <= {one["kind"] for one in dossier["evidence"]}
    assert MAT not in json.dumps(dossier["notices"], ensure_ascii=False)
