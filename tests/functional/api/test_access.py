"""Who may call what: every route × every role × a foreign page, deny by default."""

import itertools
import json
import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.api.access import ACCESS
from app.domain.words import Role
from app.pipeline.administration.accounts import revoke_token
from app.storage.tables import ApiToken, Connection, Credential
from tests.fakes.yard import Yard
from tests.functional.api.things import BODIES, PERSON, PLAIN, PREPARED, SUBJECTS, THINGS, Place

#: Destructive calls are walked last, so that the others still find what they ask for.
ROUTES = sorted(ACCESS, key=lambda route: (route.startswith("DELETE"), "/cancel" in route, route))
_PARAMETER = re.compile(r"\{(\w+)\}")


def _fill(route: str, place: Place) -> tuple[str, str]:
    """Method and path of a route about real things on the page; a parameter that nobody classified fails."""
    method, path = route.split(" ")
    for name in _PARAMETER.findall(path):
        assert (name in THINGS) is not (name in PLAIN), f"{route}: say in things.py what {name} names"
        made = PLAIN[name] if name in PLAIN else PREPARED.get(route, THINGS[name])(place)
        path = path.replace("{" + name + "}", str(made))
    return method, path


def _unknown(route: str) -> str:
    """The path with an id that nothing has."""
    return _PARAMETER.sub(lambda found: PLAIN.get(found[1], str(2**62)), route.split(" ")[1])


def _query(yard: Yard, route: str) -> list[dict[str, Any]]:
    """The parameters of a route that do not stand in its path, from the API's own description."""
    method, path = route.split(" ")
    operation = yard.app.openapi()["paths"][path][method.lower()]
    return [one for one in operation.get("parameters", []) if one["in"] == "query"]


def _names_ours(parameter: dict[str, Any]) -> bool:
    """Whether a parameter takes an id of ours."""
    return '"^[0-9]{1,19}$"' in json.dumps(parameter["schema"])


def test_each_route_answers_its_roles_only(small_yard: Yard) -> None:
    """With a good token of every role, exactly the roles of the table get past 403; without a token it is 401."""
    yard = small_yard
    yard.comment("Спасибо", author=PERSON["id"])
    numbers = itertools.count(229_001_000)
    passers_by = {role: yard.client(role, f"{role} who changes nothing") for role in Role}
    place = Place(yard, yard.page, "229000001")
    for route in ROUTES:
        # Who may not is turned away before anything is looked up; who only reads leaves everything to the next.
        reads = route.startswith("GET ")
        method, path = _fill(route, place) if reads else (route.split(" ")[0], _unknown(route))
        for role in Role:
            client = passers_by[role]
            if role in ACCESS[route] and not reads:
                client, external_id = yard.client(role, f"{role} {route}"), str(next(numbers))
                method, path = _fill(route, Place(yard, yard.add_page(external_id, "enforce"), external_id))
            if route == "POST /v1/pages":
                BODIES[route]["external_id"] = str(next(numbers))
            answer = client.request(method, path, json=BODIES.get(route))

            assert (answer.status_code == 403) is (role not in ACCESS[route]), (route, role, answer.text)
            assert answer.status_code in {200, 201, 202, 204, 403}, (route, role, answer.text)
        nobody = yard.anonymous.request(method, path, json=BODIES.get(route))
        assert nobody.status_code == 401
        assert nobody.headers["www-authenticate"].startswith("Bearer")
        assert nobody.headers["content-type"] == "application/problem+json"


def test_a_foreign_page_looks_like_one_that_is_not_there(small_yard: Yard) -> None:
    """For a token of other pages, every route about a thing of a foreign page answers 404 as for an unknown id."""
    yard = small_yard
    place = Place(yard, yard.add_page("229000002", "enforce"), "229000002")
    client = yard.client("admin", pages=[yard.page])
    walked = [route for route in ROUTES if set(_PARAMETER.findall(route)) - PLAIN.keys()]
    for route in walked:
        method, path = _fill(route, place)
        answers = [client.request(method, at, json=BODIES.get(route)) for at in (path, _unknown(route))]

        assert [answer.status_code for answer in answers] == [404, 404], (route, answers[0].text)
        bodies = [re.sub(r"\d{6,}", "N", answer.text) for answer in answers]
        assert bodies[0] == bodies[1], route
    assert len(walked) >= 10
    for number in (place.page, 2**62):
        asked = client.post("/v1/moderate", json={"text": "а", "page_id": str(number)})
        assert asked.status_code == 404
    assert [page["id"] for page in client.get("/v1/pages").json()["items"]] == [str(yard.page)]


def test_a_foreign_page_is_no_filter(small_yard: Yard) -> None:
    """For a token of other pages, every query parameter that takes an id of ours answers 404 for a foreign thing."""
    yard = small_yard
    place = Place(yard, yard.add_page("229000002", "enforce"), "229000002")
    client = yard.client("admin", pages=[yard.page])
    walked = 0
    for route in ROUTES:
        for parameter in filter(_names_ours, _query(yard, route)):
            name = parameter["name"]
            assert name in THINGS, f"{route}: say in things.py what {name} names"
            method, path = _fill(route, Place(yard, yard.page, "229000001"))
            answers = [
                client.request(method, path, params={name: str(one)}, json=BODIES.get(route))
                for one in (THINGS[name](place), 2**62)
            ]
            walked += 1

            assert [answer.status_code for answer in answers] == [404, 404], (route, name, answers[0].text)
            assert re.sub(r"\d{6,}", "N", answers[0].text) == re.sub(r"\d{6,}", "N", answers[1].text), route
    assert walked >= 3


def test_a_foreign_page_is_no_subject(small_yard: Yard) -> None:
    """For a token of other pages, every id of ours in a body is refused alike for a foreign thing and for none."""
    yard = small_yard
    place = Place(yard, yard.add_page("229000002", "enforce"), "229000002")
    client = yard.client("admin", pages=[yard.page])
    document = yard.app.openapi()
    found = {(route, field) for route in ROUTES for field in _ids_of_body(document, route)}
    assert found == SUBJECTS.keys(), "say in things.py what the body is about"
    for (route, field), (thing, body) in SUBJECTS.items():
        method, path = _fill(route, Place(yard, yard.page, "229000001"))
        answers = [client.request(method, path, json=body(str(one))) for one in (THINGS[thing](place), 2**62)]

        # A list of many tells of each; its token is sealed anew each time.
        expected = {200} if field == "case_ids" else {403, 404}
        told = [re.sub(r'\d{6,}|"token":"[^"]*"', "N", answer.text) for answer in answers]
        assert {answer.status_code for answer in answers} <= expected, (route, field, answers[0].text)
        assert told[0] == told[1], (route, field)


def _ids_of_body(document: dict[str, Any], route: str) -> set[str]:
    """The fields of a route's body that take ids of ours; what is nested counts under its outermost field."""
    method, path = route.split(" ")
    shapes = [
        one["schema"]
        for one in document["paths"][path][method.lower()].get("requestBody", {}).get("content", {}).values()
    ]
    fields = {name: field for shape in shapes for name, field in _whole(document, shape).get("properties", {}).items()}
    return {name for name, field in fields.items() if _names_ours({"schema": _whole(document, field)})}


def _whole(document: dict[str, Any], schema: Any) -> Any:
    """A shape with everything that it refers to in it."""
    if isinstance(schema, list):
        return [_whole(document, one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _whole(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    return {name: _whole(document, value) for name, value in schema.items()}


#: Lists of the pages themselves, of which the token has one.
OWN_PAGES = {"GET /v1/pages", "GET /v1/registry"}


def test_lists_show_nothing_of_a_foreign_page(small_yard: Yard) -> None:
    """For a token of other pages, every list without a filter is empty however much a foreign page has."""
    yard = small_yard
    place = Place(yard, yard.add_page("229000002", "enforce"), "229000002")
    for make in THINGS.values():
        make(place)
    client = yard.client("admin", pages=[yard.page])
    for route in (route for route in ROUTES if route.startswith("GET /v1/") and "{" not in route):
        answer = client.get(route.split(" ")[1])

        if answer.status_code == 200 and "items" in answer.json() and route not in OWN_PAGES:
            assert answer.json()["items"] == [], route
        assert str(place.page) not in answer.text, route


@pytest.mark.parametrize("path", ["/v1/pages", "/v1/pause", "/v1/resume"])
def test_a_limited_admin_does_not_touch_the_whole(small_yard: Yard, path: str) -> None:
    """What concerns every page is refused to a token that is limited to some."""
    client = small_yard.client("admin", pages=[small_yard.page])
    body = BODIES["POST /v1/pages"] if path == "/v1/pages" else None

    assert client.post(path, json=body).status_code == 403


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic abc", "Bearer nonsense", "Bearer dv_" + "x" * 5000, "Bearer dv_é", "dv_x"],
)
def test_a_bad_token_is_401(small_yard: Yard, header: str) -> None:
    """A header that shows no good token is 401, whatever it holds."""
    headers = {b"Authorization": header.encode("latin-1")}

    assert small_yard.anonymous.get("/v1/decisions", headers=headers).status_code == 401


def test_a_revoked_token_is_401(small_yard: Yard) -> None:
    """From its revocation on a token opens nothing."""
    client = small_yard.client("viewer")
    before = client.get("/v1/decisions").status_code
    [token] = small_yard.rows(ApiToken)
    revoke_token(small_yard.house, token.id, by="cli")

    assert (before, client.get("/v1/decisions").status_code) == (200, 401)


def test_a_route_that_is_not_in_the_table_is_closed(small_yard: Yard) -> None:
    """Deny by default: a route behind the caller's check that nobody classified refuses even the administrator."""
    router = next(
        route for route in small_yard.app.router.routes if getattr(route, "original_router", None)
    ).original_router
    router.add_api_route("/v1/secret", lambda: {"open": True}, methods=["GET"])

    try:
        assert small_yard.client("admin").get("/v1/secret").status_code == 403
        assert any(isinstance(route, APIRoute) and route.path == "/v1/secret" for route in router.routes)
    finally:
        # The yard is shared by all tests of this process.
        router.routes.pop()


def test_a_limited_admin_replaces_no_token_of_foreign_pages(yard: Yard) -> None:
    """A dead token that two pages share stays with the foreign one; the own page goes on with the new one alone."""
    foreign = yard.add_page("229000002", "review")
    [dead] = yard.rows(Credential)
    yard.change(Credential, dead.id, dead_at=1, dead_code="5")
    answer = yard.client("admin", pages=[yard.page]).patch(f"/v1/pages/{yard.page}", json={"user_token": "new"})

    assert answer.status_code == 200
    assert answer.json()["page"]["tokens"] == [{"slot": "user", "dead_at": None, "dead_code": ""}]
    [token] = yard.client("admin").get(f"/v1/pages/{foreign}").json()["tokens"]
    assert token["dead_code"] == "5"


def test_a_limited_admin_changes_no_secret_of_foreign_pages(small_yard: Yard) -> None:
    """Where the secret belongs to the bot, whoever may touch only one of its pages is refused; all of them, and it goes."""
    admin = small_yard.client("admin")
    page = {"network": "telegram", "title": "Канал", "community_token": "bot"}
    ids = [admin.post("/v1/pages", json={**page, "external_id": name}).json()["id"] for name in ("-1001", "-1002")]
    secrets = [row.secret_enc for row in small_yard.rows(Connection)]

    def change(pages: list[str]) -> int:
        client = small_yard.client("admin", pages=[int(one) for one in pages])
        return client.patch(f"/v1/pages/{ids[0]}", json={"secret": "other"}).status_code

    assert change(ids[:1]) == 403
    assert [row.secret_enc for row in small_yard.rows(Connection)] == secrets
    assert change(ids) == 200
    assert [row.secret_enc for row in small_yard.rows(Connection)] != secrets
