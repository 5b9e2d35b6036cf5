"""Wrong requests get a problem that says what, where and what was expected; none of them is a 500."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from app.storage.tables import Page
from tests.fakes.yard import BODY_LIMIT, Yard

PROBLEM = "application/problem+json"
JSON = {"content-type": "application/json"}
WRONG = [
    (b"", "body"),
    (b"{", "body"),
    (b"\xff\xfe", "body"),
    (b'{"text": "\\ud800"}', "body"),
    (b'{"text": "\xed\xa0\x80"}', "body"),
    (b'{"text": NaN}', "body"),
    (b'{"text": 1e999}', "body.text"),
    (b"[" * 10_000 + b"]" * 10_000, "body"),
    (b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "body"),
    (b"9" * 10_000, "body"),
    (b'{"text": null}', "body.text"),
    (b'{"text": 1}', "body.text"),
    (b'{"text": ["a"]}', "body.text"),
    (b'{"txt": "a"}', "body.text"),
    (b'{"text": "a", "page": "1"}', "body.page"),
    (b'{"text": "a", "page_id": 1}', "body.page_id"),
    (b'{"text": "a", "page_id": "9223372036854775808"}', "body.page_id"),
    (b'{"text": "a", "page_id": "-1"}', "body.page_id"),
    ('{"text": "a", "page_id": "١"}'.encode(), "body.page_id"),
    (b'{"text": "a", "policy": "no-such"}', "policy"),
    (b'{"text": "a", "policy": "a\\u0000b"}', "body.policy"),
    (b'{"text": "a", "author_id": "a\\u0000b", "page_id": "1"}', "body.author_id"),
    (b'"a"', "body"),
    (b"null", "body"),
]


@pytest.mark.parametrize(("body", "where"), WRONG, ids=[str(body[:40]) for body, _ in WRONG])
def test_wrong_json_is_told_what_and_where(small_yard: Yard, body: bytes, where: str) -> None:
    """Each kind of wrong JSON is 400 with the field and what belongs there."""
    answer = small_yard.client("viewer").post("/v1/moderate", content=body, headers=JSON)
    problem = answer.json()

    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM
    assert problem["status"] == 400
    assert any(error["where"] == where and error["expected"] for error in problem["errors"]), problem


def test_a_text_has_its_limit(small_yard: Yard) -> None:
    """16,000 characters are judged, one more is refused with the limit."""
    client = small_yard.client("viewer")

    assert client.post("/v1/moderate", json={"text": "я" * 16_000}).status_code == 200
    refused = client.post("/v1/moderate", json={"text": "я" * 16_001})
    assert refused.status_code == 400
    assert "16000" in refused.json()["errors"][0]["expected"]


def test_a_body_has_its_limit(small_yard: Yard) -> None:
    """A body over the limit is 413, whether its length is declared or it comes in pieces."""
    client = small_yard.client("viewer")
    whole = b'{"text": "' + b"a" * BODY_LIMIT + b'"}'

    def pieces() -> Any:
        for start in range(0, len(whole), 10_000):
            yield whole[start : start + 10_000]

    for content in (whole, pieces()):
        answer = client.post("/v1/moderate", content=content, headers=JSON)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == PROBLEM
        assert str(BODY_LIMIT) in answer.json()["detail"]


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_must_be_declared_as_json(small_yard: Yard, declared: str) -> None:
    """What is not declared as JSON is 415 and says what was expected."""
    headers = {"content-type": declared} if declared else {}
    answer = small_yard.client("viewer").post("/v1/moderate", content=b'{"text": "a"}', headers=headers)

    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


ASKED = [
    ("GET", "/v1/nothing", 404),
    ("GET", "/", 404),
    ("DELETE", "/v1/decisions", 405),
    ("POST", "/healthz", 405),
    ("GET", "/v1/decisions/abc", 400),
    ("GET", "/v1/decisions/9223372036854775808", 400),
    ("GET", "/v1/decisions/1' OR '1'='1", 400),
    ("GET", "/v1/decisions/1", 404),
    ("GET", "/v1/decisions?limit=0", 400),
    ("GET", "/v1/decisions?limit=201", 400),
    ("GET", "/v1/decisions?limit=x", 400),
    ("GET", "/v1/decisions?cursor=x", 400),
    ("GET", "/v1/decisions?cursor=%00%ff", 400),
    ("GET", "/v1/decisions?cursor=f_________8", 200),
    ("GET", "/v1/decisions?cursor=gAAAAAAAAAA", 200),
    ("GET", "/v1/decisions?verdict=maybe", 400),
    ("GET", "/v1/decisions?category=%00", 400),
    ("GET", "/v1/decisions?author_id=a%00b", 400),
    ("GET", "/v1/decisions?author_id=%27%3B--", 200),
    ("GET", "/v1/decisions?author_id=", 400),
    ("GET", "/v1/decisions?since=yesterday", 400),
    ("GET", "/v1/decisions?since=0", 400),
    ("GET", "/v1/actions?until=1795368660", 400),
    ("GET", "/v1/decisions?until=1795368660.5", 400),
    ("GET", "/v1/decisions?since=2026-11-22T00:00:00", 400),
    ("GET", "/v1/decisions?since=0001-01-01T00:00:00Z", 200),
    ("GET", "/v1/decisions?until=9999-12-31T23:59:59Z", 200),
    ("GET", "/v1/decisions?since=9999-12-31T23:59:59-23:59", 200),
    ("GET", "/v1/decisions?page_id=404", 200),
    ("GET", "/v1/actions?state=lost", 400),
    ("GET", "/v1/actions?kind=unknown", 400),
    ("GET", "/v1/pages/404", 404),
    ("GET", "/v1/decisions?verdct=remove", 400),
    ("GET", "/v1/pages?limit=5", 200),
    ("GET", "/v1/pages?limit=500", 400),
    ("GET", "/v1/pages?cursor=x", 400),
    ("GET", "/v1/pages?mode=loud", 400),
    ("GET", "/v1/pages?title=x", 400),
]


def test_paths_and_parameters_are_checked(yard: Yard) -> None:
    """Unknown paths, wrong methods, ids and parameters each get their own answer, as a problem."""
    client = yard.client("viewer")
    for method, path, code in ASKED:
        answer = client.request(method, path)

        assert answer.status_code == code, (path, answer.text)
        assert code == 200 or answer.headers["content-type"] == PROBLEM


def test_a_database_that_does_not_answer_is_503(small_yard: Yard) -> None:
    """When the database fails the caller is told to come again, and nothing about the database."""
    client = small_yard.client("viewer")
    url = str(small_yard.house.database.engine.url)
    small_yard.house.database.engine.dispose()
    _break(small_yard)
    answer = client.get("/v1/decisions")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == PROBLEM
    assert url not in answer.text


def _break(yard: Yard) -> None:
    """Every new connection fails, as with a server that is down."""
    from sqlalchemy import event

    def refuse(*_: Any) -> None:
        raise OperationalError("connect", {}, Exception("refused"))

    event.listen(yard.house.database.engine, "do_connect", refuse)


def test_a_mistake_of_ours_is_500_without_a_word_about_it(small_yard: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that nobody foresaw is a problem with a number; answer and log hold no text of the request."""

    class Broken:
        def moderate_text(self, text: str, **_: Any) -> None:
            raise RuntimeError(f"secret words: {text}")

    object.__setattr__(small_yard.services, "moderator", Broken())
    answer = small_yard.client("viewer").post("/v1/moderate", json={"text": "меченый текст"})
    logged = capsys.readouterr()

    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["error_id"] in logged.out + logged.err
    assert "RuntimeError" in logged.out + logged.err
    assert "меченый" not in logged.out + logged.err + answer.text


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary().map(lambda raw: raw.decode("latin-1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
moderate_bodies = values | st.fixed_dictionaries(
    {}, optional={"text": values, "policy": values, "page_id": values, "author_id": values}
)
page_bodies = values | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        [
            "title",
            "policy",
            "mode",
            "timezone",
            "secret",
            "confirmation",
            "user_token",
            "community_token",
            "trusted",
            "external_id",
        ],
        values,
    ),
)
FUZZ = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(body=moderate_bodies)
def test_no_json_makes_moderation_fail(yard: Yard, body: Any) -> None:
    """Whatever JSON is sent to be moderated, the answer is an opinion or a 4xx problem."""
    _check(yard, "POST", "/v1/moderate", body, {200, 400, 404})


@FUZZ
@given(body=page_bodies)
def test_no_json_makes_a_change_of_a_page_fail(yard: Yard, body: Any) -> None:
    """Whatever JSON is sent to change a page, the answer is the page or a 4xx problem."""
    _check(yard, "PATCH", f"/v1/pages/{yard.page}", body, {200, 400, 409})


@FUZZ
@given(text=st.text(max_size=300), where=st.sampled_from(["title", "timezone", "secret", "confirmation", "user_token"]))
def test_no_text_makes_a_change_of_a_page_fail(yard: Yard, text: str, where: str) -> None:
    """Any text in any field of a page is stored or refused."""
    _check(yard, "PATCH", f"/v1/pages/{yard.page}", {where: text}, {200, 400, 409})


def _check(yard: Yard, method: str, path: str, body: Any, allowed: set[int]) -> None:
    if not hasattr(yard, "fuzzer"):
        yard.fuzzer = yard.client("admin")  # type: ignore[attr-defined]
    answer = yard.fuzzer.request(method, path, content=json.dumps(body).encode(), headers=JSON)  # type: ignore[attr-defined]

    assert answer.status_code in allowed, (body, answer.text)
    assert answer.status_code == 200 or answer.headers["content-type"] == PROBLEM
    assert len(yard.rows(Page)) == 1
