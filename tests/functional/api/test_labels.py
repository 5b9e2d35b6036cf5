"""`GET /v1/labels`: lessons for training, for administrators, page by page of the list, each call in the journal."""

import msgspec

from app.domain.words import Category, Verdict
from app.pipeline.overrule.verdicts import rule
from app.pipeline.overrule.wishes import PersonVerdict
from app.storage.tables import ReviewCase
from tests.fakes.desk import CLAUSE, VK
from tests.fakes.yard import Yard


def _label(yard: Yard, text: str, page: str = "229000001") -> None:
    decision = yard.comment(text, page=page)
    case = next(case for case in yard.rows(ReviewCase) if case.decision_id == decision)
    verdict = PersonVerdict(Verdict.REMOVE, 1, (Category.INSULT,), CLAUSE)
    who = yard.person(f"judge {decision}")
    rule(yard.house, yard.configuration, case.id, verdict, who=who, abilities=VK)


def test_labels_come_oldest_first_and_are_noted(yard: Yard) -> None:
    """Two pages of the list hold every label once; each call has its entry with the asker's id."""
    for number in range(3):
        _label(yard, f"дорогу, дебил {number}, +79135551234")
    client = yard.client("admin")
    first = client.get("/v1/labels", params={"limit": 2}).json()
    second = client.get("/v1/labels", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    items = first["items"] + second["items"]

    assert [item["text"].split(",")[1] for item in items] == [f" дебил {number}" for number in range(3)]
    assert second["next_cursor"] is None
    assert {(item["verdict"], tuple(item["labels"]), item["machine_verdict"]) for item in items} == {
        ("remove", ("insult",), "review")
    }
    assert "555" not in str(items)
    notes = [msgspec.json.decode(entry.body) for entry in yard.journal("labels_exported")]
    assert len(notes) == 2
    assert all(note["by"].removeprefix("person:").isdigit() for note in notes)


def test_a_limited_token_reads_its_pages_alone(small_yard: Yard) -> None:
    """Labels of a foreign page are not in the list, and asking for the page is 404."""
    other = small_yard.add_page("229000002", "enforce")
    _label(small_yard, "дорогу, дебил")
    client = small_yard.client("admin", pages=[other])

    assert client.get("/v1/labels").json()["items"] == []
    assert client.get("/v1/labels", params={"page_id": str(small_yard.page)}).status_code == 404
    assert small_yard.client("moderator").get("/v1/labels").status_code == 403
