"""What would be decided about a text: by whose rules, with whose history, and nothing stored."""

from app.domain.clock import DAY, rfc3339
from app.storage.tables import Action, Comment, Decision
from tests.fakes.yard import Yard


def test_an_opinion_has_the_shape_of_a_decision_without_ids(small_yard: Yard) -> None:
    """By default a text is judged by `default`, which never goes beyond review; the answer is whole, without ids."""
    answer = small_yard.client("viewer").post("/v1/moderate", json={"text": "Ты — дебил"})

    assert answer.status_code == 200
    shown = answer.json()
    assert shown == {
        "comment": {"network": None, "author_id": None, "text": "Ты — дебил"},
        "verdict": "remove",
        "categories": ["insult"],
        "reasons": ["score_over_remove"],
        "clauses": ["п. 2, правила страницы (образец)"],
        "actions": [{"kind": "delete_comment", "state": "proposed", "ban_seconds": None}],
        "scores": {"spam": 0.01, "insult": 0.97, "obscenity": 0.01, "threat": 0.01, "appeal": 0.01},
        "explanation": [{"text": "дебил", "start": 5, "end": 10, "share": 1.0, "category": "insult"}],
        "change": {"without": [{"text": "дебил", "start": 5, "end": 10}], "verdict": "keep"},
        "mode": "review",
        "policy": {"name": "default", "version": 1},
        "model": {"name": "dvornik", "version": "test-1"},
        "decided_by": "machine",
        "decided_at": rfc3339(small_yard.clock.now()),
        "context": None,
    }


def test_what_would_have_changed_the_verdict_is_told(small_yard: Yard) -> None:
    """Words that had to be absent are named in the text's order; a kept text has none."""
    client = small_yard.client("viewer")
    two = client.post("/v1/moderate", json={"text": "Ты дебил, бля"}).json()
    kept = client.post("/v1/moderate", json={"text": "Ты молодец"}).json()

    assert [place["text"] for place in two["change"]["without"]] == ["дебил", "бля"]
    assert two["change"]["verdict"] == "keep"
    assert kept["change"] is None


def test_the_policy_decides_what_goes(small_yard: Yard) -> None:
    """A threat is removed under Kozhevnikovo's act and shown to a person under Talmenka's."""
    client = small_yard.client("viewer")
    verdicts = {
        policy: client.post("/v1/moderate", json={"text": "Я тебя убью", "policy": policy}).json()["verdict"]
        for policy in ("kozhevnikovo-650", "talmenka-414")
    }

    assert verdicts == {"kozhevnikovo-650": "remove", "talmenka-414": "review"}


def test_a_page_brings_its_policy_and_mode(small_yard: Yard) -> None:
    """With a page its own policy and mode hold, unless another policy is named."""
    page = small_yard.add_page("229000002", "review", "kozhevnikovo-650")
    client = small_yard.client("viewer")
    own = client.post("/v1/moderate", json={"text": "Я тебя убью", "page_id": str(page)}).json()
    other = client.post(
        "/v1/moderate", json={"text": "Я тебя убью", "page_id": str(page), "policy": "talmenka-414"}
    ).json()

    assert (own["policy"]["name"], own["mode"], own["verdict"]) == ("kozhevnikovo-650", "review", "remove")
    assert [action["state"] for action in own["actions"]] == ["proposed"]
    assert own["comment"]["network"] == "vk"
    assert (other["policy"]["name"], other["mode"], other["verdict"]) == ("talmenka-414", "review", "review")


def test_an_author_brings_a_history(yard: Yard) -> None:
    """The ladder's next rung is offered to an author with an offence; a manager is never banned."""
    client = yard.client("viewer")

    def ban(author: str) -> dict[str, object] | None:
        asked = {"text": "Ты дебил", "page_id": str(yard.page), "author_id": author}
        actions = client.post("/v1/moderate", json=asked).json()["actions"]
        return next((action for action in actions if action["kind"] == "ban_author"), None)

    first = ban("2")
    decision = yard.comment("Ты дебил", author="2")
    proposed = ban("2")
    for kind in ("delete_comment", "ban_author"):
        action = yard.action_of(decision, kind)
        yard.change(Action, action.id, state="done", outcome="acted", sent_at=yard.clock.now())
    yard.change(Comment, yard.rows(Comment)[0].id, state="removed")
    yard.clock.advance(2 * DAY)
    second = ban("2")

    assert first is not None
    assert proposed is None
    assert second is not None
    assert second["ban_seconds"] > first["ban_seconds"]  # type: ignore[operator]
    assert ban("-229000001") is None


def test_an_appeal_is_protected(small_yard: Yard) -> None:
    """A rude complaint goes to a person, with the reason."""
    answer = small_yard.client("viewer").post(
        "/v1/moderate", json={"text": "Почините дорогу, дебилы", "policy": "novokuznetsk-59"}
    )

    assert (answer.json()["verdict"], answer.json()["reasons"]) == ("review", ["protected_appeal"])


def test_a_broken_model_is_a_review(small_yard: Yard) -> None:
    """When judging fails the opinion is `review`, `indeterminate`, without scores."""
    shown = small_yard.client("viewer").post("/v1/moderate", json={"text": "сломайся"}).json()

    assert (shown["verdict"], shown["reasons"], shown["scores"]) == ("review", ["indeterminate"], None)


def test_nothing_is_stored(yard: Yard) -> None:
    """Asking leaves no comment, decision or action behind."""
    yard.client("viewer").post("/v1/moderate", json={"text": "Ты дебил", "page_id": str(yard.page), "author_id": "2"})

    assert [yard.rows(table) for table in (Comment, Decision, Action)] == [[], [], []]


def test_a_batch_keeps_its_order(small_yard: Yard) -> None:
    """A hundred texts give a hundred opinions in their order; a hundred and one are refused, and so is none."""
    client = small_yard.client("viewer")
    items = [{"text": "Ты дебил" if number % 3 == 0 else f"Спасибо {number}"} for number in range(100)]
    answer = client.post("/v1/moderate/batch", json={"items": items}).json()

    assert [item["comment"]["text"] for item in answer["items"]] == [item["text"] for item in items]
    assert [item["scores"]["insult"] > 0.5 for item in answer["items"]] == [n % 3 == 0 for n in range(100)]
    assert client.post("/v1/moderate/batch", json={"items": [*items, items[0]]}).status_code == 400
    assert client.post("/v1/moderate/batch", json={"items": []}).status_code == 400


def test_one_bad_text_refuses_the_batch_by_its_place(small_yard: Yard) -> None:
    """The error names the place of the wrong item."""
    answer = small_yard.client("viewer").post("/v1/moderate/batch", json={"items": [{"text": "а"}, {"text": 5}]})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["where"] == "body.items.1.text"


def test_answers_are_not_kept_on_the_way(small_yard: Yard) -> None:
    """Nobody between us and the caller may store an answer."""
    answer = small_yard.client("viewer").post("/v1/moderate", json={"text": "а"})

    assert answer.headers["cache-control"] == "no-store"
