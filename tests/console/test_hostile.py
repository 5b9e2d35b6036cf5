"""What no browser of ours sends: broken headers, foreign encodings, places that are none; no answer is a 500."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.console.shell import COOKIE, CSRF_FIELD, HOST_COOKIE
from app.domain.words import Role
from tests.console.counter import OURS, Counter
from tests.console.desk import open_desk

#: Numbers that look like ids and fit into no column.
_LARGE = ("9" * 19, "9" * 20, str(2**63), "9" * 5000)


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counter]:
    """An installation with its console."""
    made = Counter(request.getfixturevalue(request.param), tmp_path)
    yield made
    made.close()


def test_an_origin_that_is_no_address_is_refused(counter: Counter) -> None:
    """With a session and without one, at the sign-in and behind it."""
    visitor = counter.visitor(Role.MODERATOR)
    token = visitor.csrf()
    for origin in ("http://[", "http://[::1", "//", "null", "http://a b", "file://"):
        for client in (visitor.client, counter.stranger()):
            for path in ("/console/sign-in", "/console/queue/undo"):
                sent = client.post(path, data={CSRF_FIELD: token}, headers={"Origin": origin})
                assert sent.status_code == 403, (origin, path)


def test_a_form_in_a_foreign_encoding_is_refused(counter: Counter) -> None:
    """A form says itself how it is encoded, and `unicode_escape` makes characters that no page can hold."""
    stranger = counter.stranger()
    for field in ("wanted", "carried", "token"):
        body = f'--a\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n/dv_\\ud800\r\n--a--\r\n'.encode()
        for charset in ("unicode_escape", '"UTF-16"', "utf-8; charset=punycode", "nonsense"):
            headers = OURS | {"Content-Type": f"multipart/form-data; boundary=a; charset={charset}"}
            for path in ("/console/sign-in", "/console/queue/undo"):
                answer = stranger.post(path, content=body, headers=headers)
                assert (answer.status_code, "UTF-8" in answer.text) == (400, True), (field, charset, path)


def test_a_carried_form_with_half_a_character_is_shown_without_it(counter: Counter) -> None:
    """JSON can name half of a pair; the page that offers the form again cannot hold it."""
    carried = r'{"path": "/queue/undo", "fields": [["note", "\ud800x"], ["\udfff", "y"]]}'
    sent = {"token": counter.token(Role.MODERATOR), "carried": carried}
    answer = counter.stranger().post("/console/sign-in", data=sent, headers=OURS)

    assert (answer.status_code, "введённое сохранено" in answer.text) == (200, True)


def test_a_place_in_a_list_that_fits_no_column_is_the_beginning(counter: Counter) -> None:
    """Whoever changes the address by hand sees the list, not an error of the database."""
    visitor = counter.visitor(Role.ADMIN)
    for large in _LARGE:
        for place in (f"1-{large}", f"{large}-1", f"{large}-{large}"):
            for path in ("/queue/list", "/answers"):
                assert visitor.get(path, params={"after": place}).status_code == 200, (path, place[:40])


def test_a_week_at_the_end_of_time_is_the_present_one(counter: Counter) -> None:
    """A year has weeks before and after it; the first and the last of the calendar have not."""
    visitor = counter.visitor(Role.ADMIN)
    for day in ("0001-01-01", "9999-12-31", "9999-W52", "1999-12-31", "2100-01-01"):
        assert visitor.get("/answers/norms", params={"week": day}).status_code == 200, day
    assert "23.11.2026" in visitor.get("/answers/norms", params={"week": "2026-11-25"}).text


def test_a_number_of_a_decision_that_fits_no_column_is_unknown(counter: Counter) -> None:
    """However many noughts stand in front of it."""
    visitor = counter.visitor(Role.MODERATOR)
    for typed in (*(one[:60] for one in _LARGE), "0" * 19 + "1" + "9" * 40, "0" * 60):
        answer = visitor.post("/objections/new", number=typed, text="Верните")
        assert (answer.status_code, "такого решения нет" in answer.text) == (400, True), typed


def test_a_nul_is_no_error_of_the_database(counter: Counter) -> None:
    """PostgreSQL holds no U+0000: in an address it names nothing, in a form it becomes the sign of what is lost."""
    visitor = counter.visitor(Role.ADMIN)
    assert visitor.get("/policies/%00").status_code == 404
    assert visitor.post("/policies/%00/preview", level="usual").status_code == 404
    assert visitor.post("/policies/%00/level", level="usual", version="1").status_code == 404
    for path, fields in (
        ("/persons/find", {"network": "ok", "id": "a\0b"}),
        ("/persons/holds", {"scope": "author", "network": "ok", "id": "a\0b", "ground": "\0"}),
        ("/objections/new", {"number": "\0", "text": "a\0"}),
        ("/check", {"text": "a\0b", "policy": "\0"}),
        ("/pages/1/mode", {"mode": "shadow", "was": "\0"}),
        ("/reports/order", {"period": "\0"}),
    ):
        assert visitor.post(path, **fields).status_code < 500, path


def test_no_redirect_names_a_host(tmp_path: Path) -> None:
    """A redirect that repeats the host of the request leads where a stranger likes, and out of TLS behind a proxy."""
    headers = {"Host": "evil.example"}
    with open_desk(tmp_path / "data") as desk, httpx.Client(base_url=desk.service.url, headers=headers) as stranger:
        door = stranger.get("/console")
        assert (door.status_code, door.headers["location"]) == (308, "/console/")
        for path in ("/console/queue/", "/console/static", "/v1/decisions/", "/healthz/", "/console/enter/x/"):
            answer = stranger.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (404, None), path


def test_over_tls_a_neighbour_of_the_domain_cannot_plant_a_session(counter: Counter) -> None:
    """The cookie's name binds it to the host; one of the plain name, which any subdomain may set, is not looked at."""
    over_tls = OURS | {"X-Forwarded-Proto": "https"}
    # The test's server believes loopback; the real one believes DVORNIK_TRUSTED_PROXIES only.
    sent = counter.stranger().post("/console/sign-in", data={"token": counter.token("viewer")}, headers=over_tls)
    given = sent.headers["set-cookie"]
    assert given.startswith(f"{HOST_COOKIE}=")
    assert {"path=/", "secure", "httponly"} <= {part.strip().lower() for part in given.split(";")}
    assert "domain" not in given.lower()
    secret = given.partition("=")[2].partition(";")[0]
    for name, status in ((HOST_COOKIE, 200), (COOKIE, 401)):
        answer = counter.stranger().get("/console/account", headers=over_tls | {"Cookie": f"{name}={secret}"})
        assert answer.status_code == status, name
    cookie = over_tls | {"Cookie": f"{HOST_COOKIE}={secret}"}
    token = counter.stranger().get("/console/account", headers=cookie).text.partition('name="csrf" value="')[2][:64]
    gone = counter.stranger().post("/console/sign-out", data={CSRF_FIELD: token}, headers=cookie)

    assert gone.status_code == 303
    assert f'{HOST_COOKIE}=""' in gone.headers["set-cookie"]
    assert counter.stranger().get("/console/account", headers=cookie).status_code == 401
