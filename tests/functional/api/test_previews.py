"""Over HTTP a change is tried before it is made, and what people did by hand is noted."""

import json
from threading import Event

import httpx
import pytest

from app.domain.clock import DAY
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.storage.tables import Action, Comment, Job
from tests.fakes.yard import Yard


def _work(yard: Yard) -> None:
    runner = JobRunner(Tools(yard.house, yard.configuration, yard.moderator))
    while runner.turn(Event()):
        pass


def _ask(client: httpx.Client, **body: str) -> str:
    answer = client.post("/v1/previews", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def _enforce(client: httpx.Client, page: int) -> list[str]:
    answer = client.patch(f"/v1/pages/{page}", json={"mode": "enforce"})
    answer.raise_for_status()
    assert answer.json()["page"]["mode"] == "enforce"
    return list(answer.json()["warnings"])


def test_a_level_is_tried_over_the_token_s_pages(small_yard: Yard) -> None:
    """The job tells how many stored texts would go; a foreign page that follows the policy is not looked at."""
    yard = small_yard
    other = yard.add_page("229000002", "enforce")
    for author, words in enumerate(("Ты дебил", "Спасибо", "Лёгкий заработок"), start=1):
        yard.comment(words, author=str(author))
        yard.comment(words, author=str(author), page="229000002")
    client = yard.client("moderator", "olga", pages=[other])
    job = _ask(client, policy="novokuznetsk-59", level="usual")
    assert _ask(client, policy="novokuznetsk-59", level="usual") == job
    _work(yard)
    shown = client.get(f"/v1/jobs/{job}").json()

    assert (shown["kind"], shown["state"], shown["result"]["seen"]) == ("preview", "done", 3)
    assert shown["result"]["removed"] >= 1
    [row] = yard.rows(Job)
    assert json.loads(row.params_json)["pages"] == [other]


def test_enforcing_is_warned_of_until_it_was_tried(small_yard: Yard) -> None:
    """Nobody has looked: the mode changes with a warning. After a preview it changes without one, for a day."""
    yard = small_yard
    page = yard.add_page("229000002", "review")
    admin = yard.client("admin")
    untried = _enforce(admin, page)
    assert _enforce(admin, page) == []
    admin.patch(f"/v1/pages/{page}", json={"mode": "review"}).raise_for_status()
    _ask(admin, page_id=str(page))
    running = _enforce(admin, page)
    admin.patch(f"/v1/pages/{page}", json={"mode": "review"}).raise_for_status()
    _work(yard)
    tried = _enforce(admin, page)
    admin.patch(f"/v1/pages/{page}", json={"mode": "review"}).raise_for_status()
    yard.clock.advance(DAY + 1)
    late = _enforce(admin, page)

    assert "POST /v1/previews" in untried[0]
    assert (running, tried, late) == (untried, [], untried)


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({}, 400, "body"),
        ({"policy": "novokuznetsk-59"}, 400, "body"),
        ({"level": "usual"}, 400, "body"),
        ({"policy": "novokuznetsk-59", "level": "usual", "page_id": "1"}, 400, "body"),
        ({"policy": "novokuznetsk-59", "level": "mild"}, 400, "body.level"),
        ({"policy": "нет таких", "level": "usual"}, 404, None),
        ({"page_id": "1"}, 404, None),
        ({"policy": "talmenka-414", "level": "usual"}, 409, None),
    ],
)
def test_what_cannot_be_tried_is_refused(
    small_yard: Yard, body: dict[str, str], status: int, where: str | None
) -> None:
    """Neither or both of the two wishes, an unknown level, policy or page, a policy that no page follows."""
    answer = small_yard.client("moderator").post("/v1/previews", json=body)

    assert answer.status_code == status
    if where is not None:
        assert answer.json()["errors"][0]["where"] == where
    assert small_yard.rows(Job) == []


def test_a_foreign_page_is_not_tried(small_yard: Yard) -> None:
    """For a token of other pages a foreign page is not there, and a policy that only it follows has no pages."""
    yard = small_yard
    other = yard.add_page("229000002", "review", policy="talmenka-414")
    client = yard.client("admin", pages=[yard.page])

    assert client.post("/v1/previews", json={"page_id": str(other)}).status_code == 404
    assert client.post("/v1/previews", json={"policy": "talmenka-414", "level": "usual"}).status_code == 409


def test_what_was_done_by_hand_is_noted_once(small_yard: Yard) -> None:
    """A removal that waits for hands is done on a person's word, and its comment is gone; whoever comes second is told."""
    yard = small_yard
    action = yard.action_of(yard.comment("Ты дебил"), "delete_comment")
    anna, olga = yard.client("moderator", "anna"), yard.client("moderator", "olga")
    early = anna.post(f"/v1/actions/{action.id}/done")
    yard.change(Action, action.id, state="manual")
    answer = anna.post(f"/v1/actions/{action.id}/done")
    second = olga.post(f"/v1/actions/{action.id}/done")

    assert (early.status_code, answer.status_code, second.status_code) == (409, 200, 409)
    shown = answer.json()
    assert (shown["state"], shown["outcome"], shown["ended_by"]) == ("done", "acted", "person:anna")
    assert "person:anna" in second.json()["detail"]
    [comment] = yard.rows(Comment)
    assert comment.state == "removed"
