"""The list of pages is as quick however long it is, and nobody changes a page over somebody else's head."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert

from app.pipeline.administration.page_overview import list_pages
from app.pipeline.page_view import whole_house
from app.storage.tables import Connection, Credential, Page
from tests.fakes.yard import Yard


@contextmanager
def counted(yard: Yard) -> Iterator[list[str]]:
    """The statements that the house's database is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(yard.house.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(yard.house.database.engine, "before_cursor_execute", note)


def add_many(yard: Yard, count: int) -> None:
    """Pages with a connection and a token each, as an office of a region has them."""
    [like] = [row for row in yard.rows(Page) if row.id == yard.page]
    [token] = [row for row in yard.rows(Credential) if row.connection_id == like.connection_id]
    rows: dict[Any, list[dict[str, Any]]] = {Connection: [], Credential: [], Page: []}
    for number in range(count):
        connection = yard.house.ids()
        key = {"id": connection, "network": "vk", "callback_key": f"key {number}", "created_at": 1}
        rows[Connection].append({**key, "paused_until": None, "trouble_began_at": None, "trouble_at": None})
        own = {"id": yard.house.ids(), "connection_id": connection, "fingerprint": f"print {number}"}
        rows[Credential].append(token.model_dump() | own)
        own = {"id": yard.house.ids(), "external_id": str(300_000_000 + number), "connection_id": connection}
        rows[Page].append(like.model_dump() | own)
    with yard.house.database.write() as session:
        for table, values in rows.items():
            session.execute(insert(table), values)


def walk(client: Any, **params: Any) -> list[dict[str, Any]]:
    """All items of the list, page by page."""
    items, cursor = [], None
    while True:
        query = {**params, **({"cursor": cursor} if cursor else {})}
        answer = client.get("/v1/pages", params=query)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return items


def test_a_long_list_costs_what_a_short_one_costs(yard: Yard) -> None:
    """However many pages there are and stand in a part of the list, it takes the same number of queries."""
    client = yard.client("viewer")
    yard.comment("Ты дебил")
    client.get("/v1/pages")
    with counted(yard) as alone:
        client.get("/v1/pages")
    add_many(yard, 400)
    with counted(yard) as many:
        part = client.get("/v1/pages", params={"limit": 200}).json()

    assert len(part["items"]) == 200
    assert part["next_cursor"]
    assert len(many) == len(alone)
    assert len(walk(client, limit=200)) == 401


def test_the_whole_list_takes_as_few_queries(yard: Yard) -> None:
    """What the command line and the console show of all pages at once costs no query a page either."""
    who = yard.person("anna")
    with counted(yard) as alone:
        list_pages(yard.house, None)
        whole_house(yard.house, who)
    add_many(yard, 60)
    with counted(yard) as many:
        assert len(list_pages(yard.house, None)) == 61
        assert len(whole_house(yard.house, who).pages) == 61

    assert len(many) == len(alone)


def test_pages_come_in_the_order_in_which_they_were_added(yard: Yard) -> None:
    """A walk in small parts shows every page once, in order, also those that are added meanwhile."""
    ids = [yard.page, *(yard.add_page(str(229_000_100 + number), "review") for number in range(4))]
    client = yard.client("viewer")
    first = client.get("/v1/pages", params={"limit": 2}).json()
    ids.append(yard.add_page("229000200", "review"))
    rest = client.get("/v1/pages", params={"limit": 4, "cursor": first["next_cursor"]}).json()

    assert [int(page["id"]) for page in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"mode": "shadow"}, ["229000101"]),
        ({"mode": "enforce"}, ["229000001", "229000102"]),
        ({"policy": "talmenka-414"}, ["229000102"]),
        ({"network": "vk", "external_id": "229000101"}, ["229000101"]),
        ({"network": "ok"}, []),
        ({"intake": "callback"}, ["229000001", "229000101", "229000102"]),
        ({"intake": "longpoll"}, []),
        ({"policy": "talmenka-414", "mode": "shadow"}, []),
        ({"policy": "' OR 1=1 --"}, []),
    ],
)
def test_filters_let_through_what_they_name(small_yard: Yard, query: dict[str, str], expected: list[str]) -> None:
    """Network, id there, mode and policy each narrow the list, together as well."""
    small_yard.add_page("229000101", "shadow")
    small_yard.add_page("229000102", "enforce", "talmenka-414")
    found = walk(small_yard.client("viewer"), **query, limit=1)

    assert [page["external_id"] for page in found] == expected


def test_a_limited_token_walks_its_own_pages(small_yard: Yard) -> None:
    """For a token of some pages the parts of the list hold nothing else, and its cursors lead nowhere else."""
    foreign = small_yard.add_page("229000101", "shadow")
    own = small_yard.add_page("229000102", "shadow")
    client = small_yard.client("viewer", pages=[small_yard.page, own])

    assert [int(page["id"]) for page in walk(client, limit=1)] == [small_yard.page, own]
    assert walk(client, external_id="229000101") == []
    assert str(foreign) not in client.get("/v1/pages").text


def test_a_page_is_not_changed_over_somebody_elses_head(yard: Yard) -> None:
    """Of two people who have read the same version one changes the page; the other is told, and nothing is lost."""
    at = f"/v1/pages/{yard.page}"
    anna, boris = yard.client("admin", "anna"), yard.client("admin", "boris")
    read = anna.get(at).json()["version"]
    first = anna.patch(at, json={"title": "Район", "version": read})
    late = boris.patch(at, json={"mode": "shadow", "version": read})

    assert first.status_code == 200
    assert late.status_code == 409
    now = boris.get(at).json()
    assert (now["title"], now["mode"]) == ("Район", "enforce")
    assert now["version"] == first.json()["page"]["version"] != read
    assert boris.patch(at, json={"mode": "shadow", "version": now["version"]}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Иное"},
        {"policy": "talmenka-414"},
        {"mode": "review"},
        {"timezone": "Asia/Omsk"},
        {"office": "head"},
        {"calendar": {"days_off": ["2027-01-11"]}},
        {"trusted": ["-7"]},
        {"secret": "another"},
        {"confirmation": "beef"},
        {"user_token": "another"},
        {"community_token": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_change_makes_a_new_version(small_yard: Yard, change: dict[str, Any]) -> None:
    """Each thing that a person can set is part of the version, also what is never shown."""
    admin, at = small_yard.client("admin"), f"/v1/pages/{small_yard.page}"
    before = admin.get(at).json()["version"]

    assert admin.patch(at, json=change).json()["page"]["version"] != before


def test_what_a_page_lives_through_is_no_change(small_yard: Yard) -> None:
    """Events, a pause and a dead token leave the version as it is: a change that was prepared is not refused."""
    admin, at = small_yard.client("admin"), f"/v1/pages/{small_yard.page}"
    before = admin.get(at).json()["version"]
    small_yard.comment("Ты дебил")
    admin.post(f"{at}/pause")
    [token] = small_yard.rows(Credential)
    small_yard.change(Credential, token.id, dead_at=1, dead_code="5")
    after = admin.get(at).json()

    assert after["paused_at"]
    assert after["tokens"][0]["dead_code"] == "5"
    assert after["version"] == before
