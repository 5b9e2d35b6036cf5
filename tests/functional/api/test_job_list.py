"""Long work is found again by its page, its kind and how far it has got."""

import pytest

from app.pipeline.jobs import orders
from tests.fakes.yard import Yard


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["here", "stopped", "there", "whole"]),
        ({"page_id": "here"}, ["here", "stopped"]),
        ({"kind": "report"}, ["whole"]),
        ({"kind": "preview"}, ["here", "stopped", "there"]),
        ({"state": "cancelled"}, ["stopped"]),
        ({"state": "waiting", "page_id": "here"}, ["here"]),
        ({"state": "done"}, []),
    ],
    ids=str,
)
def test_filters_let_through_what_they_name(small_yard: Yard, query: dict[str, str], expected: list[str]) -> None:
    """Page, kind and state each narrow the list, together as well; nothing is lost between two parts of it."""
    yard = small_yard
    pages = {"here": yard.page, "there": yard.add_page("229000002", "review")}
    anna = yard.person("anna")
    jobs = {
        name: orders.start(yard.house, "preview", {"pages": [page]}, who=anna, page_id=page)
        for name, page in pages.items()
    }
    jobs["stopped"] = orders.start(yard.house, "preview", {"pages": [yard.page], "n": 1}, who=anna, page_id=yard.page)
    orders.cancel(yard.house, jobs["stopped"], who=anna)
    jobs["whole"] = orders.start(yard.house, "report", {}, who=anna)
    asked = {name: str(pages[value]) if name == "page_id" else value for name, value in query.items()}
    client, found, cursor = yard.client("viewer"), [], None
    while True:
        answer = client.get("/v1/jobs", params={**asked, "limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break

    assert sorted(found) == sorted(str(jobs[name]) for name in expected)


def test_a_kind_that_there_is_not_is_refused(small_yard: Yard) -> None:
    """A misspelt kind or state is 400 and not an empty list."""
    client = small_yard.client("viewer")

    assert client.get("/v1/jobs", params={"kind": "previev"}).status_code == 400
    assert client.get("/v1/jobs", params={"state": "ended"}).status_code == 400
