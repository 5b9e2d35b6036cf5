"""Residents who wait and the office's answers over the API, from the question to the end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api import answer_schemas as shapes
from app.domain.clock import DAY, HOUR, MINUTE
from app.pipeline.administration.accounts import set_post
from app.storage.duties import take_turn
from tests.fakes.threads import ASKS, Street

TEXT = "Здравствуйте! Дорогу на улице Мира отремонтируют до пятницы."


@pytest.fixture
def street(sqlite_url: str, tmp_path: Path) -> Iterator[Street]:
    """A page and its residents behind the API."""
    made = Street(sqlite_url, tmp_path)
    yield made
    made.close()


def problem(answer: Any, status: int) -> str:
    """The detail of an error of this status."""
    assert answer.status_code == status, answer.text
    return str(answer.json()["detail"])


def test_a_question_is_answered_from_the_list_to_the_end(street: Street) -> None:
    """List, draft, change, agree by a post, publish, close: each step shows the answer as it stands."""
    anna, pyotr = street.client("responder", "Анна"), street.client("moderator", "Пётр")
    set_post(street.house, "Пётр", "начальник отдела", by="cli")
    asks = street.says()
    street.walk()
    listed = anna.get("/v1/appeals").json()
    assert (listed["waiting"], listed["late"], listed["next_cursor"]) == (1, 0, None)
    (item,) = listed["items"]
    assert item == anna.get(f"/v1/appeals/{asks}").json()
    assert (item["comment"]["text"], item["working_minutes_left"], item["answer_id"]) == (ASKS, 539, None)
    assert item.keys() == shapes.APPEAL_EXAMPLE.keys()

    draft = anna.post(f"/v1/comments/{asks}/answers", json={"text": TEXT})
    assert (draft.status_code, draft.json()["state"], draft.json()["version"]) == (201, "draft", 1)
    at = f"/v1/answers/{draft.json()['id']}"
    assert anna.get(f"/v1/appeals/{asks}").json()["answer_id"] == draft.json()["id"]
    assert anna.patch(at, json={"text": f"{TEXT} Ждите.", "version": 1}).json()["version"] == 2
    assert "версия 2" in problem(pyotr.post(f"{at}/agree", json={"version": 1}), 409)
    assert "должностью" in problem(anna.post(f"{at}/agree", json={"version": 2}), 403)
    agreed = pyotr.post(f"{at}/agree", json={"version": 2}).json()
    assert (agreed["state"], agreed["agreed_by"], agreed["agreed_post"]) == (
        "agreed",
        "person:Пётр",
        "начальник отдела",
    )
    assert agreed.keys() == shapes.ANSWER_EXAMPLE.keys()
    published = anna.post(f"{at}/publish", json={"version": 2}).json()
    assert (published["state"], published["published_by"]) == ("published", "person:Анна")
    assert anna.get("/v1/appeals").json()["items"] == []
    assert anna.get(f"/v1/appeals/{asks}").json()["ended"] == "answered"
    assert anna.post(f"{at}/close").json()["state"] == "closed"
    assert "уже закрыт" in problem(anna.post(f"{at}/close"), 409)
    assert [one["id"] for one in anna.get("/v1/answers?state=closed").json()["items"]] == [draft.json()["id"]]
    assert anna.get("/v1/answers?state=draft").json()["items"] == []


def test_a_clock_is_set_and_stopped_by_hand(street: Street) -> None:
    """What the machine missed waits on a person's word; marking twice is a conflict that names who was first."""
    anna = street.client("responder", "Анна")
    comment = street.says("Третий день сидим без воды.")
    assert anna.post(f"/v1/comments/{comment}/appeal").json()["ended"] is None
    done = anna.post(f"/v1/appeals/{comment}/not_needed").json()
    assert (done["ended"], done["ended_by"]) == ("not_needed", "person:Анна")
    assert "person:Анна" in problem(anna.post(f"/v1/appeals/{comment}/answered"), 409)
    assert "уже ждёт" not in anna.post(f"/v1/comments/{comment}/appeal").text
    assert "уже ждёт" in problem(anna.post(f"/v1/comments/{comment}/appeal"), 409)


def test_the_list_goes_on_where_it_ended_and_tells_who_waits_too_long(street: Street) -> None:
    """The cursor walks by term; past the term the minutes are negative."""
    anna = street.client("responder", "Анна")
    asked = [str(street.says(author=str(600 + number), post=str(number))) for number in range(3)]
    street.walk()
    street.clock.advance(2 * DAY)
    first = anna.get("/v1/appeals?limit=2").json()
    rest = anna.get("/v1/appeals", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["comment"]["id"] for one in (*first["items"], *rest["items"])] == asked
    assert (first["waiting"], first["late"], rest["next_cursor"]) == (3, 3, None)
    assert all(one["working_minutes_left"] < 0 for one in first["items"])


def test_private_words_are_for_those_who_speak_with_residents(street: Street) -> None:
    """A viewer sees that a dialogue waits and that an answer is made, and reads neither."""
    anna, viewer = street.client("responder", "Анна"), street.client("viewer")
    asks = street.says(private=True)
    street.walk()
    number = anna.post(f"/v1/comments/{asks}/answers", json={"text": TEXT}).json()["id"]
    for shown in (
        viewer.get("/v1/appeals").json()["items"][0]["comment"],
        viewer.get(f"/v1/answers/{number}").json()["comment"],
    ):
        assert (shown["text"], shown["withheld"]) == (None, True)
    assert viewer.get(f"/v1/answers/{number}").json()["text"] is None
    assert anna.get(f"/v1/answers/{number}").json()["text"] == TEXT


@pytest.mark.parametrize("text", ["", "а" * 4_001, "\0"])
def test_words_that_no_answer_can_hold_are_400(street: Street, text: str) -> None:
    """Nothing, too much, and what no database keeps name the field."""
    answer = street.client("responder").post(f"/v1/comments/{street.says()}/answers", json={"text": text})
    assert answer.status_code == 400
    assert "text" in answer.text


def test_a_clock_that_nobody_walks_is_told_of(street: Street) -> None:
    """Whoever watches over the service learns that residents' terms are not looked at."""
    street.walk()
    with street.house.database.write() as session:
        assert take_turn(session, "appeals", every=MINUTE, now=street.clock.now(), seconds=1)
    assert not any("appeals" in one for one in street.anonymous.get("/readyz").json()["warnings"])
    street.clock.advance(HOUR)
    assert "duty appeals was last done 61 min ago" in street.anonymous.get("/readyz").json()["warnings"]
