"""Decisions over HTTP: their exact shape, who reads what, and lists that hold still while comments arrive."""

from app.domain.clock import DAY, rfc3339
from app.storage.tables import RevisionBody
from tests.fakes.yard import Yard

CLAUSE_OF_59 = "59"


def test_a_decision_has_the_agreed_shape(yard: Yard) -> None:
    """A removal is told whole: comment, reasons, clause, telling words, actions, versions, who and when."""
    number = yard.comment("Ты — дебил")
    shown = yard.client("viewer").get(f"/v1/decisions/{number}").json()

    comment = shown.pop("comment")
    actions = {action.pop("kind"): action for action in shown.pop("actions")}
    assert isinstance(comment.pop("id"), str)
    assert comment == {
        "network": "vk",
        "kind": "wall",
        "external_id": "1",
        "author_id": "15170",
        "text": "Ты — дебил",
        "revision": 1,
        "url": "https://vk.com/wall-229000001_17?reply=1",
        "erased_at": None,
        "withheld": False,
    }
    assert set(actions) == {"delete_comment", "ban_author"}
    assert actions["ban_author"]["state"] == "proposed"
    assert isinstance(actions["delete_comment"].pop("id"), str)
    assert actions["delete_comment"] == {
        "state": "pending",
        "outcome": None,
        "attempts": 0,
        "last_error": "",
        "due_at": rfc3339(yard.clock.now()),
    }
    assert CLAUSE_OF_59 in shown.pop("clauses")[0]
    assert shown == {
        "id": str(number),
        "page_id": str(yard.page),
        "verdict": "remove",
        "categories": ["insult"],
        "scores": {"spam": 0.01, "insult": 0.97, "obscenity": 0.01, "threat": 0.01, "appeal": 0.01},
        "reasons": ["score_over_remove"],
        "explanation": [{"text": "дебил", "start": 5, "end": 10, "share": 1.0, "category": "insult"}],
        "change": {"without": [{"text": "дебил", "start": 5, "end": 10}], "verdict": "keep"},
        "mode": "enforce",
        "policy": {"name": "novokuznetsk-59", "version": 1},
        "model": {"name": "dvornik", "version": "test-1"},
        "decided_by": "machine",
        "decided_at": rfc3339(yard.clock.now()),
        "context": None,
        "supersedes": None,
    }


def test_an_erased_text_is_null_and_says_when(small_yard: Yard) -> None:
    """After an erasure the words are null, in the comment and in the explanation; offsets and shares stay."""
    number = small_yard.comment("Ты — дебил")
    body = small_yard.rows(RevisionBody)[0]
    small_yard.change(
        RevisionBody, body.revision_id, text=None, segments_json="[]", salt=None, erased_at=small_yard.clock.now()
    )
    shown = small_yard.client("viewer").get(f"/v1/decisions/{number}").json()

    assert shown["comment"]["text"] is None
    assert shown["comment"]["erased_at"] == rfc3339(small_yard.clock.now())
    assert shown["explanation"] == [{"text": None, "start": 5, "end": 10, "share": 1.0, "category": "insult"}]
    assert shown["change"] == {"without": [{"text": None, "start": 5, "end": 10}], "verdict": "keep"}


def test_a_failed_judgement_has_no_scores(small_yard: Yard) -> None:
    """Where the model broke, scores are null and the reason is `indeterminate`."""
    number = small_yard.comment("сломайся")
    shown = small_yard.client("viewer").get(f"/v1/decisions/{number}").json()

    assert (shown["verdict"], shown["reasons"], shown["scores"]) == ("review", ["indeterminate"], None)


def test_private_words_are_for_those_who_answer_them(small_yard: Yard) -> None:
    """Viewer and auditor see the decision on a private message without its words; the others read them."""
    number = small_yard.comment("Ты дебил, убью", private=True)
    for role, may in (("viewer", False), ("auditor", False), ("responder", True), ("moderator", True), ("admin", True)):
        client = small_yard.client(role)
        one = client.get(f"/v1/decisions/{number}")
        listed = client.get("/v1/decisions").json()["items"][0]

        assert one.json() == listed
        assert listed["comment"]["withheld"] is not may
        assert (listed["comment"]["text"] is not None) is may
        assert all((telling["text"] is not None) is may for telling in listed["explanation"])
        assert ("убью" in one.text) is may


def test_a_list_holds_still_while_comments_arrive(yard: Yard) -> None:
    """Walking with the cursor gives every decision of the beginning once, whatever is decided meanwhile."""
    first = [str(yard.comment(f"Комментарий {number}")) for number in range(7)]
    client = yard.client("viewer")
    seen, cursor = [], None
    for _ in range(10):
        answer = client.get("/v1/decisions", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        yard.comment("Опоздавший")
        if cursor is None:
            break

    assert seen == first[::-1]


def test_a_list_is_filtered(yard: Yard) -> None:
    """Page, verdict, category, author and time each narrow the list, alone and together."""
    other = yard.add_page("229000002", "shadow")
    clean = str(yard.comment("Спасибо", author="1"))
    insult = str(yard.comment("Ты дебил", author="2"))
    yard.clock.advance(DAY)
    spam = str(yard.comment("Лёгкий заработок", author="2"))
    foreign = str(yard.comment("Ты дебил", page="229000002", author="2"))
    noon = rfc3339(yard.clock.now() - DAY // 2)
    cases = [
        ({}, [foreign, spam, insult, clean]),
        ({"page_id": str(other)}, [foreign]),
        ({"verdict": "remove"}, [foreign, spam, insult]),
        ({"category": "spam"}, [spam]),
        ({"author_id": "2"}, [foreign, spam, insult]),
        ({"author_id": "2", "page_id": str(yard.page)}, [spam, insult]),
        ({"author_id": "404"}, []),
        ({"since": noon}, [foreign, spam]),
        ({"until": noon}, [insult, clean]),
        ({"until": noon, "category": "insult"}, [insult]),
    ]
    client = yard.client("viewer")
    for params, expected in cases:
        answer = client.get("/v1/decisions", params=params).json()

        assert [item["id"] for item in answer["items"]] == expected, params
        assert answer["next_cursor"] is None


def test_a_limited_token_lists_its_pages_only(yard: Yard) -> None:
    """With two of three pages the lists hold both, merged by time, and nothing of the third."""
    second, third = yard.add_page("229000002", "enforce"), yard.add_page("229000003", "enforce")
    mine = []
    for number in range(6):
        page = ("229000001", "229000002", "229000003")[number % 3]
        decision = yard.comment("Ты дебил", page=page, author=str(number))
        mine += [str(decision)] if number % 3 < 2 else []
    client = yard.client("viewer", pages=[yard.page, second])
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get("/v1/decisions", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]

    assert seen == mine[::-1]
    assert {action["page_id"] for action in client.get("/v1/actions").json()["items"]} == {str(yard.page), str(second)}
    assert client.get("/v1/decisions", params={"page_id": str(third)}).status_code == 404
    assert client.get("/v1/actions", params={"page_id": str(third)}).status_code == 404
