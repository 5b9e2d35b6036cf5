"""What strangers send to the running service: it costs nobody else anything, is believed nowhere and leads nowhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest

from app.domain.clock import SECOND, SystemClock
from tests.functional.conftest import MAT, THANKS
from tests.functional.running import Installation, Service, wait_until
from tests.security.ear import Ear

#: Two pages with a connection, a secret and tokens of their own.
ONE, OTHER = 229000001, 229000002
SECRETS = {ONE: "secret-of-the-one", OTHER: "secret-of-the-other"}
TOKENS = {ONE: "token-of-the-one", OTHER: "token-of-the-other"}
MARK = "помеченноеслово"


@dataclass
class Town:
    """Two pages, the service, what stands where VK stands, and a place that no comment may lead to."""

    service: Service
    vk: Ear
    bait: Ear
    token: str
    client: httpx.Client
    numbers: Iterator[int]

    def event(self, page: int = ONE, **changes: Any) -> dict[str, Any]:
        """A new comment on a page, with fields of the envelope or the object set anew."""
        number = next(self.numbers)
        thing = {
            "id": number,
            "from_id": 7_000_000 + number,
            "date": SystemClock().now() // SECOND,
            "text": THANKS,
            "post_id": 7,
        }
        outer = {"type": "wall_reply_new", "group_id": page, "secret": SECRETS[page], "event_id": f"event{number}"}
        inner = {name: changes.pop(name) for name in list(changes) if name not in outer and name != "object"}
        return {**outer, "object": {**thing, **inner}, **changes}

    def send(self, body: dict[str, Any] | bytes) -> httpx.Response:
        """POST it as VK does."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/callbacks/vk", content=raw)

    def decisions(self) -> list[dict[str, Any]]:
        """All of them, newest first."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.client.get("/v1/decisions", params={"limit": 100}, headers=headers)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The real service in a process of its own; both pages enforce."""
    with Ear() as vk, Ear() as bait:
        installation = Installation(tmp_path_factory.mktemp("town") / "data", "", vk.url)
        with installation.serve() as service:
            for page in (ONE, OTHER):
                installation.json(
                    *("page", "add", "--network", "vk", "--external-id", str(page), "--title", f"Район {page}"),
                    *("--policy", "novokuznetsk-59", "--mode", "enforce", "--confirmation", f"c0ffee{page}"),
                    *("--secret", "-", "--user-token", "-"),
                    stdin=f"{SECRETS[page]}\n{TOKENS[page]}\n",
                )
            token = installation.json("token", "create", "--role", "admin", "--name", "Тест")["token"]
            with httpx.Client(base_url=service.url, timeout=20) as client:
                yield Town(service, vk, bait, token, client, count(1))


def test_no_type_is_smuggled_past_the_secret(town: Town) -> None:
    """A secret is a string, and the page's own; whatever else stands there is a wrong one."""
    before = len(town.decisions())
    right = SECRETS[ONE]
    wrong: list[object] = [None, True, 0, 1, 1e309, [], [right], {}, {"secret": right}, {right: right}, "", right + " "]
    wrong += [right[:-1], right.upper(), SECRETS[OTHER], f"{right}\x00", "\ud800", right * 1000]
    for given in wrong:
        answer = town.send(town.event(secret=given))
        # Infinity is no JSON at all.
        assert answer.status_code == (400 if given == 1e309 else 403), given
        assert right not in answer.text
    twice = json.dumps(town.event(text=MARK)).replace('"secret": "', '"secret": "wrong", "secret": "', 1)
    assert town.send(twice.replace(right, "wrong").encode()).status_code == 403
    assert town.send(town.event(page=OTHER, secret=right)).status_code == 403

    assert len(town.decisions()) == before


SMUGGLED: list[tuple[dict[str, Any], int]] = [
    ({"group_id": str(ONE)}, 200),
    ({"group_id": [ONE]}, 400),
    ({"group_id": {"$gt": 0}}, 400),
    ({"group_id": True}, 400),
    ({"group_id": -ONE}, 400),
    ({"group_id": ONE + 0.5}, 400),
    ({"group_id": 2**63}, 400),
    ({"group_id": 10**400}, 400),
    ({"group_id": f"{ONE}; DROP TABLE page"}, 400),
    ({"type": ["wall_reply_new"]}, 400),
    ({"type": {"wall_reply_new": 1}}, 400),
    ({"type": "wall_reply_new\x00"}, 200),
    ({"type": "x" * 100_000}, 200),
    ({"type": "__class__"}, 200),
    ({"object": []}, 400),
    ({"object": "wall"}, 400),
    ({"object": None}, 400),
    ({"id": [1]}, 400),
    ({"id": {"a": 1}}, 400),
    ({"id": True}, 400),
    ({"id": 2**63}, 400),
    ({"id": "1 OR 1=1"}, 400),
    ({"from_id": [5]}, 400),
    ({"from_id": 10**30}, 400),
    ({"text": [MAT]}, 200),
    ({"text": {"text": MAT}}, 200),
    ({"text": 5}, 200),
    ({"text": None}, 200),
    ({"date": -(2**63)}, 200),
    ({"date": "вчера"}, 200),
    ({"event_id": ["a"]}, 200),
    ({"event_id": "е" * 20_000}, 200),
    ({"event_id": 2**70}, 200),
    ({"attachments": {"type": "link"}}, 200),
    ({"attachments": [[[[{"type": "link"}]]], None, 5]}, 200),
    ({"attachments": [{"type": "link", "link": {"url": ["x"], "title": 5}}] * 500}, 200),
    ({"parents_stack": [[1]]}, 200),
    ({"reply_to_comment": {"id": 1}}, 200),
    ({"post_id": [7], "post_owner_id": "'; --"}, 200),
]


def test_wrong_types_are_refused_or_ignored_one_by_one(town: Town) -> None:
    """Each has its answer at once, a neighbour that comes at the same time is decided, and no error of ours is logged."""
    for change, status in SMUGGLED:
        answer = town.send(town.event(**change))
        assert answer.status_code == status, (str(change)[:80], answer.text)
        assert town.send(town.event()).text == "ok"
    decided = {one["comment"]["external_id"] for one in town.decisions()}
    assert str(next(town.numbers) - 1) in decided
    assert "Traceback" not in town.service.log.read_text()


HURTING = [
    b'{"type":' * 10_000 + b"1" + b"}" * 10_000,
    b"[" * 100_000,
    b'{"type": "wall_reply_new", "group_id": 229000001, "object": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    b'{"type": "wall_reply_new", "group_id": ' + b"9" * 100_000 + b"}",
    b'{"type": "wall_reply_new", "group_id": 229000001, "secret": NaN}',
    b'{"type": "wall_reply_new", "group_id": 229000001' + b', "a": 1' * 20_000 + b"}",
    b"\xff\xfe" + '{"type": "confirmation", "group_id": 229000001}'.encode("utf-16-le"),
    b"\xef\xbb\xbf{}",
    b"group_id=229000001&type=confirmation",
    b"",
    b"null",
    b'"' + b"\\ud800" * 30_000 + b'"',
]


def test_bodies_that_are_made_to_hurt_are_refused(town: Town) -> None:
    """Depth, length, dialects and other encodings end in a refusal within a moment."""
    for body in HURTING:
        answer = town.send(body)
        assert answer.status_code in {400, 403}, body[:40]
        assert answer.elapsed.total_seconds() < 5
    assert town.send(town.event()).text == "ok"
    assert "Traceback" not in town.service.log.read_text()


def test_a_depth_behind_the_right_secret_hurts_nobody(town: Town) -> None:
    """Also somebody who knows the secret is refused, or taken, without an error of ours."""
    for depth in (100, 400, 900, 1100, 20_000):
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        for field in (b"object", b"reply_message", b"other"):
            event = json.dumps(town.event())
            body = (
                event.replace('"object": {', '"object": {"x": 1, ', 1).encode()[:-1]
                + b', "'
                + field
                + b'": '
                + deep
                + b"}"
            )
            assert town.send(body).status_code in {200, 400}, (depth, field)
    assert town.send(town.event()).text == "ok"
    assert "Traceback" not in town.service.log.read_text()


def test_replayed_and_reordered_deliveries_change_nothing(town: Town) -> None:
    """Whoever has listened can send it all again, in any order: no new decision, no new call."""
    first = town.event(text="Когда починят дорогу на Садовой?")
    thing = first["object"]
    edited = town.event(type="wall_reply_edit", object={**thing, "text": THANKS})
    gone = town.event(type="wall_reply_delete", object={"id": thing["id"], "deleter_id": thing["from_id"]})
    late = town.event(type="wall_reply_new", object={**thing, "text": MAT})
    for body in (first, edited, gone, late):
        assert town.send(body).text == "ok"
    seen = [(one["id"], one["verdict"]) for one in town.decisions()]
    for body in (gone, first, late, edited, first, gone, edited, late):
        assert town.send(body).text == "ok"

    assert [(one["id"], one["verdict"]) for one in town.decisions()] == seen
    assert {one["verdict"] for one in town.decisions() if one["comment"]["external_id"] == str(thing["id"])} <= {
        "keep",
        "review",
    }
    assert not [one for one in town.vk.heard if one.form.get("comment_id") == str(thing["id"])]


def test_no_address_in_a_comment_is_visited_and_no_token_goes_astray(town: Town) -> None:
    """Links, pictures and documents of a comment are judged and never fetched; each page is served with its own token."""
    bait = town.bait.url
    for page in (ONE, OTHER):
        for text in (f"{bait}/text", f"{MAT} {bait}/mat [{bait}|тут] <img src={bait}/i.png>", "ссылка"):
            link = {"type": "link", "link": {"url": f"{bait}/link", "title": f"{bait}/title", "photo": {"url": bait}}}
            photo = {"type": "photo", "photo": {"id": 1, "owner_id": 2, "sizes": [{"url": f"{bait}/photo"}]}}
            document = {"type": "doc", "doc": {"id": 1, "owner_id": 2, "url": f"{bait}/doc", "title": "файл"}}
            assert town.send(town.event(page, text=text, attachments=[link, photo, document])).text == "ok"
    removed = [one for one in town.decisions() if one["verdict"] == "remove"]
    assert len({one["page_id"] for one in removed}) == 2
    wanted = {f"-{ONE}", f"-{OTHER}"}
    wait_until(lambda: wanted <= {one.form.get("owner_id") for one in town.vk.heard if "delete" in one.path})

    assert town.bait.connections == 0
    for one in town.vk.heard:
        [page] = {int(one.form[name].lstrip("-")) for name in ("owner_id", "group_id") if name in one.form} & {
            ONE,
            OTHER,
        }
        assert one.token == TOKENS[page], one.path


def test_the_log_tells_nothing_of_what_was_sent(town: Town) -> None:
    """Neither secrets nor tokens nor words, whatever came before."""
    town.send(town.event(text=f"{MARK} {MAT}"))
    town.send(town.event(text=MARK, secret="wrong"))
    town.send(town.event(type=MARK, object=MARK))
    log = town.service.log.read_text()

    for told in (MARK, MAT, *SECRETS.values(), *TOKENS.values(), town.token):
        assert told not in log, told
