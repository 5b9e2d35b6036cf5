"""A wave of adverts and a wave of complaints come through VK's callbacks; only the adverts go."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from model.artefact import save
from tests.fakes.artefact import write_artefact
from tests.functional.conftest import GROUP, PUBLIC, Scene
from tests.functional.running import Installation, wait_until
from tests.simulators.vk import VkSimulator

#: The small model knows two words of these: what is spam, and what is an appeal.
AD = "Казино казино казино, казино казино: t.me/kazino"
COMPLAINT = "Дорога дорога дорога, казино казино дорога дорога дорога"
PLAIN = "Сегодня в парке играет духовой оркестр, приходите все"


@pytest.fixture
def installation(vk: VkSimulator, database_url: str, tmp_path: Path) -> Installation:
    """An installation whose model is never sure enough of spam to remove it for its text alone."""
    known = write_artefact(tmp_path / "known")
    held = {
        name: replace(one, thresholds={**one.thresholds, "spam": 1.0}) for name, one in known.manifest.promises.items()
    }
    save(tmp_path / "unsure", replace(known.manifest, promises=held), known.arrays)
    return Installation(tmp_path / "data", database_url, vk.base_url, {"DVORNIK_MODEL": str(tmp_path / "unsure")})


def write(scene: Scene, text: str, *, author: int = PUBLIC, post: int = 1) -> int:
    """Somebody writes under a post; the comment's number in VK."""
    comment = scene.vk.post_comment(GROUP, text, author=author, thing=post)
    attempts = scene.vk.send_new(comment)
    assert attempts[-1].accepted, attempts
    return comment.id


def decided(scene: Scene) -> dict[str, dict[str, Any]]:
    """The decisions by the comment's number."""
    return {decision["comment"]["external_id"]: decision for decision in scene.decisions()}


def test_a_wave_of_adverts_goes_and_a_wave_of_complaints_stays(scene: Scene) -> None:
    """The third advert is removed with its clause and a ban to confirm; twelve complaints are one question."""
    adverts = [write(scene, AD, post=post) for post in (1, 2, 3)]
    complaints = [write(scene, COMPLAINT, author=PUBLIC + 1 + n, post=1) for n in range(12)]
    insisting = [write(scene, PLAIN, author=PUBLIC + 50, post=post) for post in range(1, 6)]

    wait_until(lambda: scene.vk.calls_of("wall.deleteComment"))
    wait_until(lambda: scene.actions()["delete_comment"]["state"] == "done")
    assert [call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")] == [str(adverts[-1])]
    assert not scene.vk.calls_of("groups.ban")

    found = decided(scene)
    first, mailing = found[str(adverts[0])], found[str(adverts[-1])]
    assert (first["verdict"], first["context"]) == ("review", None)
    assert (mailing["verdict"], mailing["reasons"]) == ("remove", ["score_over_review", "repeat"])
    assert mailing["categories"] == ["spam"]
    assert "п. 2.5" in mailing["clauses"][0]
    assert {action["kind"]: action["state"] for action in mailing["actions"]}["ban_author"] == "proposed"
    context = dict(mailing["context"])
    assert isinstance(context.pop("campaign"), str)
    assert context == {
        "texts": 3,
        "authors": 1,
        "own_texts": 3,
        "own_places": 3,
        "authors_everywhere": 1,
        "pages": 1,
        "contact": True,
        "near": False,
    }

    waves = [found[str(number)] for number in (*complaints, *insisting)]
    assert {decision["verdict"] for decision in waves} == {"keep", "review"}
    assert not any(decision["actions"] for decision in waves)
    last = found[str(complaints[-1])]
    assert last["reasons"] == ["score_over_review", "campaign"]
    assert last["context"]["authors"] == 12
    assert found[str(insisting[-1])]["reasons"] == ["repeat"]
    campaigns = {found[str(number)]["context"]["campaign"] for number in complaints[1:]}
    assert len(campaigns) == 1
    scene.installation.run("journal", "verify")


def test_a_text_alone_has_no_copies(scene: Scene) -> None:
    """Whoever asks about a text that is stored nowhere is told of the text only, however often it was written."""
    for post in (1, 2, 3):
        write(scene, AD, post=post)
    answer = scene.post("/v1/moderate", {"text": AD, "page_id": scene.page_id, "author_id": str(PUBLIC)})
    assert answer.status_code == httpx.codes.OK
    assert (answer.json()["verdict"], answer.json()["context"]) == ("review", None)
