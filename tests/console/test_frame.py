"""The frame that holds every page: roles, forms, sessions, errors; over plain HTTP with a clock that is turned."""

import json
import re
from html import unescape

import httpx
import pytest
from fastapi import APIRouter, Depends

from app.console.access import CONSOLE_ACCESS, CONSOLE_OPEN
from app.console.shell import COOKIE, CSRF_FIELD, form, signed
from app.domain.words import Role
from app.pipeline.administration.sessions import IDLE, make_link
from app.pipeline.refusals import BURST, EVERY
from app.storage.tables import DeskSession, Note, ReviewCase
from tests.console.counter import OURS, Counter
from tests.functional.api.things import ASKED, THINGS, Place

#: Forms that end the session they are sent in.
_LAST = ("POST /sign-out", "POST /sign-out-everywhere")
#: What a form must hold to get as far as looking for its thing; whoever adds a form names its fields here.
_FORMS: dict[str, dict[str, str]] = {
    "POST /queue/{case_id}/verdict": {"revision": "1", "verdict": "keep"},
    "POST /queue/{case_id}/hand-over": {"to": "olga"},
    "POST /queue/bans/{action_id}/decline": {"reason": "Ошибка"},
    "POST /pages/{page_id}/mode": {"mode": "shadow"},
    "POST /decisions/{decision_id}/reverse": {"reason": "Это цитата"},
    "POST /answers/{comment_id}/stop": {"ended": "answered"},
}


def _case(counter: Counter, page: str = "229000001") -> int:
    decision = counter.comment(ASKED, page=page)
    return next(case.id for case in counter.rows(ReviewCase) if case.decision_id == decision)


@pytest.mark.parametrize("role", list(Role))
def test_each_page_answers_its_roles_only(counter: Counter, role: Role) -> None:
    """With a good session of a role, exactly the routes of the table get past 403; a site's key has none at all."""
    if role is Role.SITE:
        answer = counter.stranger().post("/console/sign-in", data={"token": counter.token(role)}, headers=OURS)
        assert (answer.status_code, answer.cookies.get(COOKIE)) == (401, None)
        return
    visitor = counter.visitor(role)
    for route in sorted(CONSOLE_ACCESS, key=lambda one: (one in _LAST, one)):
        method, path = route.split(" ")
        if route in _LAST:
            visitor = counter.visitor(role, f"{role} {route}")
        at = re.sub(r"\{\w+\}", str(2**62), path)
        answer = visitor.get(at) if method == "GET" else visitor.post(at)

        assert (answer.status_code == 403) is (role not in CONSOLE_ACCESS[route]), (route, answer.text)
        assert answer.status_code < 500, (route, answer.text)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';"), route
        assert re.search(r"unsafe|\*|https?:|blob:", policy) is None, route


def test_nobody_gets_past_the_sign_in(counter: Counter) -> None:
    """Without a session every route of the table asks for one, and the open ones show nothing of the house."""
    stranger = counter.stranger()
    for route in CONSOLE_ACCESS:
        method, path = route.split(" ")
        at = "/console" + re.sub(r"\{\w+\}", "1", path)
        answer = stranger.request(method, at, headers=OURS)
        assert answer.status_code == 401, route
        assert 'name="token"' in answer.text, route
    for route in CONSOLE_OPEN:
        method, path = route.split(" ")
        at = "/console" + re.sub(r"\{\w+\}", "x", path)
        assert stranger.request(method, at, headers=OURS).status_code in {200, 401}, route


def test_a_route_that_is_not_in_the_table_is_closed(counter: Counter) -> None:
    """A page that nobody classified refuses even the administrator."""
    forgotten = APIRouter()
    forgotten.add_api_route("/forgotten", lambda: {"open": True}, methods=["GET"])
    counter.console.include_router(forgotten, dependencies=[Depends(signed), Depends(form)])

    assert counter.visitor(Role.ADMIN).get("/forgotten").status_code == 403


def test_things_of_a_foreign_page_are_not_there(counter: Counter) -> None:
    """For a session of other pages every page about a thing of a foreign one answers as for an unknown id: 404."""
    foreign = counter.add_page("229000002", "enforce")
    visitor = counter.visitor(Role.ADMIN, pages=[counter.page])
    for route in (route for route in CONSOLE_ACCESS if "{" in route):
        method, path = route.split(" ")
        [name] = re.findall(r"\{(\w+)\}", path)
        if name not in THINGS:
            continue
        thing = THINGS[name](Place(counter, foreign, "229000002"))
        for number in (thing, 2**62):
            at = path.replace("{" + name + "}", str(number))
            answer = visitor.get(at) if method == "GET" else visitor.post(at, **_FORMS.get(route, {}))
            assert answer.status_code == 404, (route, number, answer.text)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_changes_nothing(counter: Counter, headers: dict[str, str]) -> None:
    """Even with the right token in it, and at the sign-in where there is none yet."""
    visitor = counter.visitor(Role.MODERATOR)
    sent = visitor.client.post("/console/sign-out", data={CSRF_FIELD: visitor.csrf()}, headers=headers)
    entered = counter.stranger().post("/console/sign-in", data={"token": counter.token("viewer")}, headers=headers)

    assert (sent.status_code, entered.status_code) == (403, 403)
    assert visitor.get("/account").status_code == 200


def test_without_fetch_metadata_the_origin_must_be_ours(counter: Counter) -> None:
    """A browser over plain HTTP sends no Sec-Fetch-Site; its origin is compared with the address."""
    visitor = counter.visitor(Role.MODERATOR)
    origin = {"Origin": str(visitor.client.base_url).rstrip("/")}
    answer = visitor.client.post("/console/sign-out", data={CSRF_FIELD: visitor.csrf()}, headers=origin)

    assert answer.status_code == 303


def test_a_form_needs_the_token_of_its_session(counter: Counter) -> None:
    """Without a token, with a made-up one, or with another session's, nothing happens."""
    visitor, other = counter.visitor(Role.MODERATOR), counter.visitor(Role.MODERATOR, "other")
    for token in ("", "0" * 64, "é", other.csrf()):
        answer = visitor.client.post("/console/sign-out", data={CSRF_FIELD: token}, headers=OURS)
        assert answer.status_code == 403, token
    assert visitor.get("/account").status_code == 200


def test_the_cookie_is_kept_from_scripts_and_foreign_forms(counter: Counter) -> None:
    """HttpOnly, SameSite, for the console alone, and for TLS alone where the browser came over it."""
    stranger = counter.stranger()
    said = stranger.post("/console/sign-in", data={"token": counter.token("viewer")}, headers=OURS)
    cookie = said.headers["set-cookie"].lower()

    for part in ("httponly", "samesite=lax", "path=/console", "max-age=43200"):
        assert part in cookie
    assert "secure" not in cookie
    trusted = {**OURS, "X-Forwarded-Proto": "https"}
    # The test's server believes loopback; the real one believes DVORNIK_TRUSTED_PROXIES only.
    over_tls = stranger.post("/console/sign-in", data={"token": counter.token("viewer")}, headers=trusted)
    assert "secure" in over_tls.headers["set-cookie"].lower()


def test_a_way_back_leads_nowhere_else(counter: Counter) -> None:
    """After signing in one stays in the console, whatever the form asked for."""
    for wanted, location in (("//evil.example", "/console/"), ("/account", "/console/account")):
        sent = {"token": counter.token("viewer"), "wanted": wanted}
        answer = counter.stranger().post("/console/sign-in", data=sent, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, location)


def test_guessing_is_slowed_down(counter: Counter) -> None:
    """After so many wrong keys the address is told to wait, also with a right key or link, until one is forgiven."""
    stranger, good = counter.stranger(), counter.token("viewer")

    def enter(token: str) -> httpx.Response:
        return stranger.post("/console/sign-in", data={"token": token}, headers=OURS)

    assert [enter("dv_wrong").status_code for _ in range(BURST)] == [401] * BURST
    slowed = enter(good)
    assert (slowed.status_code, slowed.headers["retry-after"]) == (429, str(EVERY // 1_000_000))
    link = make_link(counter.house, name="viewer", by="cli").secret
    assert stranger.post(f"/console/enter/{link}", headers=OURS).status_code == 429
    counter.clock.advance(EVERY)
    assert enter(good).status_code == 303
    assert enter("dv_wrong").status_code == 401
    assert enter(good).status_code == 429


def test_what_was_typed_survives_the_end_of_the_session(counter: Counter) -> None:
    """A form that came too late asks for a sign-in and is offered again after it; sent then, it does what it said."""
    case = _case(counter)
    visitor = counter.visitor(Role.MODERATOR, "Анна")
    token = counter.token(Role.MODERATOR, "Анна")
    fields = {CSRF_FIELD: visitor.csrf(), "verdict": "keep", "revision": "1", "note": 'Это «цитата» & <b>"шутка"</b>'}
    counter.clock.advance(IDLE)
    late = visitor.client.post(f"/console/queue/{case}/verdict", data=fields, headers=OURS)
    assert late.status_code == 401
    [carried] = re.findall(r'name="carried" value="([^"]*)"', late.text)
    again = visitor.client.post(
        "/console/sign-in", data={"token": token, "wanted": "/", "carried": unescape(carried)}, headers=OURS
    )
    assert again.status_code == 200
    assert f'action="/console/queue/{case}/verdict"' in again.text
    assert "Вы решили: <strong>оставить</strong>." in again.text
    offered = {
        unescape(name): unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', again.text)
    }
    assert offered["note"] == fields["note"]
    done = visitor.client.post(f"/console/queue/{case}/verdict", data=offered, headers=OURS)

    assert done.status_code == 303
    assert [note.text for note in counter.rows(Note)] == [fields["note"]]


@pytest.mark.parametrize(
    "carried",
    [
        "{",
        "[]",
        "[" * 3000,
        json.dumps({"path": "//evil.example/x", "fields": []}),
        json.dumps({"path": 5}),
        json.dumps({"path": "/queue", "fields": [1]}),
    ],
)
def test_a_form_that_nobody_sent_is_not_offered(counter: Counter, carried: str) -> None:
    """What is no form of ours is dropped, and the sign-in goes on."""
    sent = {"token": counter.token("viewer"), "carried": carried}
    answer = counter.stranger().post("/console/sign-in", data=sent, headers=OURS)

    assert answer.status_code == 303


def test_an_error_is_a_page(counter: Counter) -> None:
    """An address that leads nowhere and a form with a file in it say so in Russian, with nothing of the inside."""
    visitor = counter.visitor(Role.ADMIN)
    missing = visitor.get("/nothing/here")
    file = visitor.client.post("/console/sign-in", files={"token": b"x"}, headers=OURS)

    assert (missing.status_code, file.status_code) == (404, 400)
    for answer in (missing, file):
        assert "<h1>" in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_what_nobody_foresaw_is_a_page_with_a_number(counter: Counter) -> None:
    """A fault of ours is told by a number that the log knows; the page says nothing of its cause."""
    broken = APIRouter()

    def fail() -> None:
        raise RuntimeError("secret words")

    broken.add_api_route("/broken", fail, methods=["GET"])
    counter.console.include_router(broken)
    answer = counter.stranger().get("/console/broken")

    assert answer.status_code == 500
    assert re.search(r"<code>[0-9a-f]{12}</code>", answer.text)
    assert "secret" not in answer.text


def test_sessions_are_rows(counter: Counter) -> None:
    """Signing out leaves a row that is over, so that the journal's entry has its counterpart."""
    visitor = counter.visitor(Role.VIEWER)
    assert visitor.post("/sign-out").status_code == 303
    [row] = counter.rows(DeskSession)

    assert row.ended_at is not None
    assert visitor.get("/account").status_code == 401


def test_a_browser_has_one_session(counter: Counter) -> None:
    """Signing in again ends the session that this browser had, and no other."""
    visitor, elsewhere = counter.visitor(Role.VIEWER, "Анна"), counter.visitor(Role.VIEWER, "Анна")
    before = visitor.client.cookies[COOKIE]
    visitor.client.post("/console/sign-in", data={"token": counter.token("viewer")}, headers=OURS)
    stale = counter.stranger()
    stale.cookies.set(COOKIE, before, domain="127.0.0.1", path="/console")

    assert stale.get("/console/account").status_code == 401
    assert elsewhere.get("/account").status_code == 200
