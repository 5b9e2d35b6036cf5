"""Marked words and ids of people go through everything; only those whose business they are get them back."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.console.shell import COOKIE, CSRF_FIELD
from tests.functional.conftest import GROUP, SECRET, Scene, open_page
from tests.functional.running import Installation, Service, wait_until
from tests.functional.test_longpoll import open_polled_page
from tests.simulators.mail import MailSimulator
from tests.simulators.vk import VkSimulator

#: People of the networks, by numbers that nothing else has.
AUTHOR, NEIGHBOUR, MANAGER, GHOST = 7_391_846_205, 7_391_846_213, 7_391_846_239, 7_391_846_251
NUMBERS = [str(number) for number in (AUTHOR, NEIGHBOUR, MANAGER, GHOST)]
#: What people write, the names of staff, addresses of mail, as they stand and as JSON may write them.
TEXT, EDITED, POLLED, NOTE, OBJECTION, CHECKED, STAFF, GROUND = (
    f"метка{word}" for word in ("слов", "правки", "опроса", "заметки", "возражения", "проверки", "имени", "основания")
)
MAIL, PASSWORD, TYPED = "markmail@adm.example", "markPASSWORD", "markTYPED"
WORDS = [TEXT, EDITED, POLLED, NOTE, OBJECTION, CHECKED, STAFF, GROUND]
MARKS = [*NUMBERS, *WORDS, *(json.dumps(word)[1:-1] for word in WORDS), MAIL, PASSWORD, TYPED, SECRET]
MAT = f"Иди нахуй, пидорас {TEXT} markcomment@mail.example"
BAIT = {"text": TEXT, "from_id": AUTHOR, "who": STAFF}


@dataclass
class Heard:
    """What was told to those whose business it is not, by where; and what was told to those whose it is."""

    told: dict[str, str] = field(default_factory=dict)
    own: list[str] = field(default_factory=list)

    def keep(self, where: str, answer: httpx.Response) -> httpx.Response:
        """Whoever is let in may read, also what stands in the way (409).

        Any other error may repeat nothing but what stood in its own address.
        """
        if answer.status_code >= 400 and answer.status_code != httpx.codes.CONFLICT:
            told = f"{answer.headers} {answer.text}"
            for mark in marks_in(str(answer.request.url)):
                told = told.replace(mark, "")
            self.told[f"{where} {len(self.told)}"] = told
        else:
            self.own.append(answer.text)
        return answer


def marks_in(text: str) -> list[str]:
    """Which marks stand there, whatever the case of their letters."""
    return [mark for mark in MARKS if mark.lower() in text.lower()]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailSimulator]:
    """A mail server that wants TLS and a password."""
    with MailSimulator(tmp_path, tls="implicit", password=PASSWORD) as server:
        yield server


@pytest.fixture
def place(vk: VkSimulator, mail: MailSimulator, sqlite_url: str, tmp_path: Path) -> Installation:
    """An installation whose log tells all that it ever tells, and that writes letters."""
    extra = {
        "DVORNIK_LOG_LEVEL": "DEBUG",
        "DVORNIK_SMTP_URL": mail.url,
        "DVORNIK_SMTP_PASSWORD": PASSWORD,
        "DVORNIK_SMTP_FROM": "dvornik@adm.example",
        "DVORNIK_PUBLIC_URL": "https://adm.example",
        "SSL_CERT_FILE": str(mail.certificate),
    }
    return Installation(tmp_path / "data", sqlite_url, vk.base_url, extra)


@contextmanager
def broken(database_url: str, *tables: str) -> Iterator[None]:
    """Tables are away for a while."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)) as database:
        for table in tables:
            database.execute(f"ALTER TABLE {table} RENAME TO away_{table}")
        try:
            yield
        finally:
            for table in tables:
                database.execute(f"ALTER TABLE away_{table} RENAME TO {table}")


def knock(service: Service, heard: Heard) -> None:
    """Deliveries that are wrong in every way, each with a mark in it."""
    comment = {"id": 1, "from_id": AUTHOR, "text": TEXT, "post_id": 1, "owner_id": -GROUP, "date": 1}
    event = {"type": "wall_reply_new", "event_id": TEXT, "group_id": GROUP, "secret": SECRET, "v": "5.199"}
    bodies: list[Any] = [
        {**event, "secret": TEXT, "object": comment},
        {**event, "object": {**comment, "id": TEXT}},
        {**event, "object": {**comment, "from_id": [AUTHOR]}},
        {**event, "object": {**comment, "text": {"a": TEXT}}},
        {**event, "object": {**comment, "date": TEXT}},
        {**event, "object": [TEXT]},
        {**event, "type": TEXT, "object": comment},
        {**event, "type": "message_new", "object": {"message": {"from_id": AUTHOR, "text": TEXT, "peer_id": TEXT}}},
        {**event, "type": "user_block", "object": {"user_id": TEXT, "admin_id": MANAGER, "comment": NOTE}},
        {**event, "type": "user_block", "object": {"user_id": AUTHOR, "admin_id": MANAGER, "comment": NOTE}},
    ]
    sent = [json.dumps(body) for body in bodies] + [json.dumps(event)[:-1] + f', "object": {TEXT}', f'"{TEXT}"', TEXT]
    with httpx.Client(base_url=service.url, timeout=30) as client:
        for body in sent:
            heard.keep("callback", client.post("/callbacks/vk", content=body.encode()))


def ask(api: httpx.Client, heard: Heard, page: str) -> None:
    """Requests of an administrator, right and wrong, with a mark wherever something can be said."""
    person = {"network": "vk", "id": str(AUTHOR)}
    requests: list[tuple[str, str, Any]] = [
        ("POST", "/v1/moderate", {"text": CHECKED, "author_id": str(AUTHOR)}),
        ("POST", "/v1/moderate", {"text": CHECKED, "page_id": page, "author_id": [AUTHOR]}),
        ("POST", "/v1/moderate", {"text": [CHECKED], "policy": CHECKED}),
        ("POST", "/v1/persons/export", person),
        ("POST", "/v1/persons/export", {**person, "network": TEXT}),
        ("POST", "/v1/persons/erase", {**person, "apply": TYPED, "ground": GROUND}),
        ("POST", "/v1/persons/erase", {**person, "id": str(GHOST), "apply": True, "ground": GROUND}),
        ("POST", "/v1/holds", {"scope": "author", **person, "ground": GROUND}),
        ("POST", "/v1/holds", {"scope": TEXT, **person, "ground": GROUND}),
        ("POST", "/v1/objections", {"number": "00000-00000-00000", "text": OBJECTION}),
        ("POST", f"/v1/decisions/{AUTHOR}/reverse", {"note": NOTE}),
        ("POST", "/v1/alert-channels", {"kind": "email", "address": MAIL, "timezone": TYPED}),
        ("PATCH", f"/v1/pages/{page}", {"title": [STAFF], "mode": TEXT}),
        ("GET", f"/v1/decisions/{AUTHOR}", None),
        ("GET", f"/v1/decisions?author_id={AUTHOR}&{TYPED}=1", None),
        ("GET", f"/v1/decisions?cursor={TYPED}", None),
        ("GET", f"/v1/{TYPED}", None),
        ("PUT", "/v1/decisions", BAIT),
    ]
    for method, path, body in requests:
        try:
            heard.keep(f"{method} {path.partition('?')[0]}", api.request(method, path, json=body))
        except httpx.RemoteProtocolError:
            # A list that breaks off half-way, where the database does, is cut so that nobody takes it for whole.
            assert path == "/v1/persons/export"
    heard.keep("broken body", api.post("/v1/moderate", content=f'{{"text": "{CHECKED}", '.encode()))
    for one in api.get("/v1/decisions").json().get("items", []):
        heard.keep("decision", api.get(f"/v1/decisions/{one['id']}"))
        heard.keep("dossier", api.get(f"/v1/decisions/{one['id']}/dossier"))
        objection = {"number": one.get("receipt") or "x", "text": OBJECTION}
        heard.keep("objection", api.post(f"/v1/decisions/{one['id']}/objections", json=objection))


def type_in(service: Service, heard: Heard, token: str, page: str) -> None:
    """The console's forms, filled in by somebody who is signed in, and by nobody."""
    ours = {"Sec-Fetch-Site": "same-origin"}
    forms: list[tuple[str, Mapping[str, str]]] = [
        ("/check", {"text": CHECKED}),
        ("/check", {"text": CHECKED, "page": TYPED}),
        ("/persons/find", {"network": "vk", "id": str(AUTHOR)}),
        ("/persons/find", {"network": TYPED, "id": str(AUTHOR)}),
        ("/persons/erase", {"network": "vk", "id": str(AUTHOR), "ground": GROUND}),
        ("/persons/holds", {"scope": "author", "network": "vk", "id": str(AUTHOR), "ground": GROUND}),
        ("/objections/new", {"number": TYPED, "text": OBJECTION}),
        (f"/queue/{AUTHOR}/verdict", {"verdict": "keep", "note": NOTE}),
        (f"/answers/{AUTHOR}/save", {"text": NOTE}),
        ("/alerts", {"kind": "email", "target": MAIL, "timezone": TYPED}),
        (f"/pages/{page}/mode", {"mode": TYPED}),
    ]
    with httpx.Client(base_url=f"{service.url}/console", timeout=30, headers=ours) as browser:
        heard.keep("sign-in", browser.post("/sign-in", data={"token": TYPED}))
        heard.keep("enter", browser.post(f"/enter/{TYPED}"))
        for path, fields in forms:
            browser.post(path, data=fields)
        assert browser.post("/sign-in", data={"token": token}).status_code == httpx.codes.SEE_OTHER
        assert browser.cookies.get(COOKIE)
        found = re.search(f'name="{CSRF_FIELD}" value="([0-9a-f]+)"', browser.get("/account").text)
        assert found
        for path, fields in forms:
            # Whoever typed it may get it back, that nothing be lost; the log may not have it.
            heard.own.append(browser.post(path, data={CSRF_FIELD: found[1], **fields}).text)
        for path in ("/journal", "/queue", f"/persons?person={AUTHOR}", f"/decisions/{AUTHOR}"):
            heard.own.append(browser.get(path).text)


@pytest.mark.timeout(180)
def test_nobody_is_named(vk: VkSimulator, mail: MailSimulator, place: Installation) -> None:
    """Log at DEBUG, metrics, errors, letters, the journal's own rows: no words, no names, no ids of people."""
    heard = Heard()
    with place.serve() as service:
        scene = open_page(vk, place, service)
        vk.state.communities[GROUP].managers.add(MANAGER)
        polled = open_polled_page(vk, place, service, GROUP + 1)
        token = place.json("token", "create", "--role", "admin", "--name", STAFF)["token"]
        place.run("alerts", "add", "--email", MAIL, "--timezone", "Asia/Novokuznetsk")
        vk.fail_next("wall.deleteComment", "close", "garbage", 5, "http_502", 100)
        gone = scene.comment(MAT, author=AUTHOR)
        kept = scene.comment(f"Когда почините дорогу, дебил? {TEXT}", author=NEIGHBOUR)
        vk.send_edit(kept, f"{EDITED} спасибо")
        vk.send_delete(kept, deleter=MANAGER)
        knock(service, heard)
        ask_all(scene, polled, heard, token)
        wait_until(lambda: vk.calls_of("a_check"), what="VK is asked for events", seconds=60)
        vk.send_new(vk.post_comment(GROUP + 1, f"{MAT} {POLLED}", author=AUTHOR))
        wait_until(lambda: POLLED in said(place, "revision_body", "text"), what="what was polled is stored", seconds=60)
        with broken(place.database_url, "revision_body", "evidence"):
            late = vk.post_comment(GROUP, f"{MAT}!", author=AUTHOR)
            assert not vk.send_new(late)[0].accepted
            type_in(service, heard, token, scene.page_id)
            ask_all(scene, scene, heard, token)
        wait_until(lambda: "token_dead" in said(place, "incident", "what"), what="the key is dead", seconds=60)
        assert mail.wait_for(1, timeout=60), "a dead key is told of"
        metrics = httpx.get(f"{service.url}/metrics").text
        heard.told["readyz"] = httpx.get(f"{service.url}/readyz").text
        heard.told["metrics"] = metrics
        service.stop()
        log = service.log.read_text(encoding="utf-8")
    heard.told["letters"] = "".join(f"{one.message['Subject']} {one.text}" for one in mail.letters)
    heard.told["journal"] = said(place, "journal", "body")
    heard.told["incidents"] = said(place, "incident", "code")

    # The marks were there, and what looks for them finds them: in the database and by whom it may be read.
    stored = said(place, "revision_body", "text") + said(place, "author", "external_id")
    assert set(marks_in(stored)) >= {TEXT, EDITED, POLLED, *NUMBERS[:2]}
    assert set(marks_in("".join(heard.own))) >= {TEXT, OBJECTION, CHECKED, GROUND, str(AUTHOR)}
    assert {"callback", "GET", "POST"} <= {where.split()[0] for where in heard.told}
    # All of it happened where it would have been told.
    for trace in (
        "a delivery was refused",
        "events cannot be taken",
        "the database does not answer",
        "unexpected error",
        "Exception in ASGI application",
        "token_dead",
        '"alert"',
        "receive_response_body",
    ):
        assert trace in log, trace
    assert all(json.loads(line) for line in log.splitlines()), "every line is JSON"
    assert 'outcome="malformed"' in metrics
    assert gone.id
    assert [(line, marks_in(line)) for line in log.splitlines() if marks_in(line)] == []
    assert {where: marks_in(text) for where, text in heard.told.items() if marks_in(text)} == {}


def ask_all(scene: Scene, polled: Scene, heard: Heard, token: str) -> None:
    """The same questions by an administrator of all pages, by nobody, and about another page."""
    for key, page in {(token, scene.page_id), (token, polled.page_id), (f"dv_{TYPED}", scene.page_id)}:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=scene.service.url, headers=headers, timeout=30) as api:
            if key == token:
                ask(api, heard, page)
            else:
                heard.keep("POST stranger", api.post("/v1/moderate", json={"text": CHECKED}))


def said(place: Installation, table: str, column: str) -> str:
    """Everything that stands in a column."""
    with closing(sqlite3.connect(place.database_url.removeprefix("sqlite:///"), timeout=30)) as database:
        return "\n".join(str(row[0]) for row in database.execute(f"SELECT {column} FROM {table}"))
