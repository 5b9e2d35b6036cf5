"""Who may call what: every route × every role × a foreign page, deny by default."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.api.access import ACCESS
from app.domain.words import Role
from app.pipeline.administration.accounts import revoke_token
from app.pipeline.jobs import orders
from app.storage.tables import ApiToken, Connection, Credential
from tests.fakes.yard import Yard

BODIES: dict[str, Any] = {
    "POST /v1/moderate": {"text": "Спасибо"},
    "POST /v1/moderate/batch": {"items": [{"text": "Спасибо"}]},
    "POST /v1/actions/{action_id}/cancel": {"reason": "Ошибка"},
    "POST /v1/actions/{action_id}/confirm": {},
    "POST /v1/pages": {"network": "vk", "external_id": "229000009", "title": "Новая"},
    "PATCH /v1/pages/{page_id}": {"title": "Другая"},
}
#: Destructive calls are walked last, so that the others still find what they ask for.
ROUTES = sorted(ACCESS, key=lambda route: (route.startswith("DELETE"), "/cancel" in route, route))


def _fill(yard: Yard, route: str, decision: int, page: int) -> tuple[str, str]:
    method, path = route.split(" ")
    action = yard.action_of(decision, "ban_author").id
    job = _job(yard, page) if "{job_id}" in path else 0
    for name, value in (("decision_id", decision), ("action_id", action), ("page_id", page), ("job_id", job)):
        path = path.replace("{" + name + "}", str(value))
    return method, path


def _job(yard: Yard, page: int) -> int:
    """Long work about a page that somebody else has asked for."""
    somebody = yard.person(f"asker {len(yard.rows(ApiToken))}")
    return orders.start(yard.house, "preview", {"pages": [page]}, who=somebody, page_id=page)


def test_each_route_answers_its_roles_only(small_yard: Yard) -> None:
    """With a good token of every role, exactly the roles of the table get past 403; without a token it is 401."""
    yard = small_yard
    for route in ROUTES:
        for role in Role:
            external_id = f"22900{len(yard.rows(ApiToken)) + 1000}"
            page = yard.add_page(external_id, "enforce")
            decision = yard.comment("Ты дебил", page=external_id)
            method, path = _fill(yard, route, decision, page)
            if route == "POST /v1/pages":
                BODIES[route]["external_id"] = f"3{len(yard.rows(ApiToken))}"
            answer = yard.client(role, f"{role} {route}").request(method, path, json=BODIES.get(route))

            assert (answer.status_code == 403) is (role not in ACCESS[route]), (route, role, answer.text)
            assert answer.status_code in {200, 201, 204, 403}, (route, role, answer.text)
        nobody = yard.anonymous.request(*_fill(yard, route, decision, page), json=BODIES.get(route))
        assert nobody.status_code == 401
        assert nobody.headers["www-authenticate"].startswith("Bearer")
        assert nobody.headers["content-type"] == "application/problem+json"


def test_a_foreign_page_looks_like_one_that_is_not_there(small_yard: Yard) -> None:
    """For a token of other pages, every route about a page, decision or action answers 404 as for an unknown id."""
    yard = small_yard
    foreign = yard.add_page("229000002", "enforce")
    decision = yard.comment("Ты дебил", page="229000002")
    client = yard.client("admin", pages=[yard.page])
    for route in (route for route in ROUTES if "{" in route):
        method, path = _fill(yard, route, decision, foreign)
        unknown = re.sub(r"\{\w+\}", str(2**62), route.split(" ")[1])
        answers = [client.request(method, at, json=BODIES.get(route)) for at in (path, unknown)]

        assert [answer.status_code for answer in answers] == [404, 404], route
        bodies = [re.sub(r"\d{6,}", "N", answer.text) for answer in answers]
        assert bodies[0] == bodies[1], route
    for number in (foreign, 2**62):
        asked = client.post("/v1/moderate", json={"text": "а", "page_id": str(number)})
        assert asked.status_code == 404
    assert [page["id"] for page in client.get("/v1/pages").json()["items"]] == [str(yard.page)]


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

    assert small_yard.client("admin").get("/v1/secret").status_code == 403
    assert any(isinstance(route, APIRoute) and route.path == "/v1/secret" for route in router.routes)


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
    ids = [admin.post("/v1/pages", json={**page, "external_id": name}).json()["id"] for name in ("@one", "@two")]
    secrets = [row.secret_enc for row in small_yard.rows(Connection)]

    def change(pages: list[str]) -> int:
        client = small_yard.client("admin", pages=[int(one) for one in pages])
        return client.patch(f"/v1/pages/{ids[0]}", json={"secret": "other"}).status_code

    assert change(ids[:1]) == 403
    assert [row.secret_enc for row in small_yard.rows(Connection)] == secrets
    assert change(ids) == 200
    assert [row.secret_enc for row in small_yard.rows(Connection)] != secrets
