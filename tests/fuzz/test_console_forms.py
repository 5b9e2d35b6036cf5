"""No address and no form of the console, however wrongly filled in, is an error of ours."""

import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st

from app.console.shell import CSRF_FIELD
from app.domain.words import Role
from app.storage.tables import Action, Comment, Decision, Page, ReviewCase
from tests.console.counter import OURS, Counter
from tests.fuzz.effort import bounded

#: Names of fields that forms and addresses use; each route gets some of them, fitting or not.
FIELDS = [
    *(
        "after",
        "page",
        "case",
        "cases",
        "case_id",
        "text",
        "note",
        "reason",
        "verdict",
        "category",
        "clause",
        "days",
        "mode",
    ),
    *(
        "was",
        "version",
        "level",
        "period",
        "week",
        "number",
        "name",
        "network",
        "id",
        "ground",
        "scope",
        "term",
        "until",
    ),
    *(
        "since",
        "revision",
        "policy",
        "title",
        "url",
        "to",
        "kind",
        "token",
        "wanted",
        "carried",
        "calendar",
        "timezone",
    ),
    *("law", "article", "ban", "seconds", "answer", "author", "q", "state", "sort", "plan", "undo", "decision"),
]
VALUES = [
    *(
        "",
        "0",
        "1",
        "-1",
        "9" * 19,
        "9" * 5000,
        "1-1",
        "a-b",
        "\0",
        "%",
        "١",
        "nan",
        "2026-W47",
        "2026-02-30",
        "0001-01-01",
    ),
    *("9999-12-31", "keep", "remove", "shadow", "enforce", "spam", "vk", "я" * 20_000, "<script>", "{}", "[1]", "null"),
    *("//evil.example", "/queue", "\u202e", "true", "on", "1e5", "24:00", "Europe/Nowhere", "п. 2.5 Порядка"),
]
_PARAMETER = re.compile(r"\{[^}]+\}")
fields = st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(VALUES) | st.text(max_size=8)), max_size=8)


@pytest.fixture
def counter(sqlite_url: str, tmp_path: Path):
    """An installation with its console and some work in it."""
    made = Counter(sqlite_url, tmp_path)
    for words in ("Ты дебил", "Когда почините дорогу, дебил?", "Спасибо"):
        made.comment(words)
    yield made
    made.close()


def test_no_form_is_too_odd(counter: Counter) -> None:
    """Any fields in any route, with ids of things that are there and of things that are not, end below 500."""
    visitor = counter.visitor(Role.ADMIN)
    token = visitor.csrf()
    routes = [
        (method, one.path)
        for one in iter_route_contexts(counter.console.routes)
        if one.path != "/static" and "sign-out" not in one.path
        for method in sorted(one.methods & {"GET", "POST"})
    ]
    assert len(routes) > 40
    known = [str(row.id) for table in (Page, Comment, Decision, Action, ReviewCase) for row in counter.rows(table)]
    for method, place in routes:
        _walk(visitor.client, method, place, token, known)


def _walk(client: httpx.Client, method: str, place: str, token: str, known: list[str]) -> None:
    names = _PARAMETER.findall(place)

    @bounded(2)
    @given(
        given_=fields,
        ids=st.lists(
            st.sampled_from(known) | st.sampled_from(["0", "x", "9" * 19]), min_size=len(names), max_size=len(names)
        ),
    )
    def walk(given_: list[tuple[str, str]], ids: list[str]) -> None:
        values = iter(ids)
        path = _PARAMETER.sub(lambda _: next(values), place)
        sent = {name: value.encode("utf-8", "replace").decode() for name, value in given_}
        if method == "GET":
            # A longer address is refused before it leaves.
            answer = client.get(f"/console{path}", params={name: value[:1000] for name, value in sent.items()})
        else:
            answer = client.post(f"/console{path}", data={CSRF_FIELD: token, **sent}, headers=OURS)
        assert answer.status_code < 500, (method, path, json.dumps(sent)[:500], answer.text[:300])

    walk()
