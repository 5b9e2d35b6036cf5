"""The simulated VK keeps the rules that the rest of the tests rely on."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.events import Act, AuthorBanned, Event, Removed, Written
from app.networks.vk.inbound import parse
from app.networks.vk.verify import decode, secret_matches
from tests.simulators.vk import VkSimulator

GROUP = 229_000_001
SECRET = "тайна"
ROOT = Path(__file__).parents[2]
STORY = ROOT / "data" / "samples" / "vk" / "story.jsonl"


class Receiver(ThreadingHTTPServer):
    """A callback server: answers what it is told to, then `ok`, and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.got: list[tuple[bytes, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/callbacks/vk"

    def events(self) -> list[Event]:
        found = [parse(decode(raw), raw=raw, retry_counter=counter) for raw, counter in self.got]
        return [event for event in found if isinstance(event, Event)]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((body, self.headers.get("X-Retry-Counter")))
        status, answer, headers = self.server.answers.pop(0) if self.server.answers else (200, b"ok", {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def vk(receiver: Receiver) -> Iterator[VkSimulator]:
    with VkSimulator(delays=(0.01, 0.02, 0.03, 0.04, 0.05)) as simulator:
        simulator.add_community(GROUP, callback_url=receiver.url, secret=SECRET, confirmation="c0de")
        yield simulator


def call(vk: VkSimulator, method: str, token: str, **params: object) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    form = {name: str(value) for name, value in {"v": "5.199", **params}.items()}
    reply = httpx.post(f"{vk.base_url}/{method}", data=form, headers=headers)
    assert reply.status_code == 200
    return reply.json()


def code(answer: Any) -> int:
    return int(answer["error"]["error_code"])


@pytest.mark.parametrize(("kind", "allowed"), [("user", 3), ("community", 20)])
def test_a_token_is_stopped_beyond_its_rate(vk: VkSimulator, kind: Any, allowed: int) -> None:
    """The fourth call of a user and the twenty-first of a community within a second get error 6."""
    token = vk.add_token(kind, GROUP)
    other = vk.add_token(kind, GROUP)
    vk.state.tokens[token].recent.extend([vk.state.monotonic()] * (allowed - 1))

    assert "response" in call(vk, "groups.getBanned", token, group_id=GROUP)
    assert code(call(vk, "groups.getBanned", token, group_id=GROUP)) == 6
    assert "response" in call(vk, "groups.getBanned", other, group_id=GROUP)


def test_parameters_are_read_from_forms_only(vk: VkSimulator) -> None:
    """A JSON body is not read, so its version and token are missing."""
    token = vk.add_token("user", GROUP)
    body = {"v": "5.199", "access_token": token, "group_id": GROUP}

    assert code(httpx.post(f"{vk.base_url}/groups.getBanned", json=body).json()) == 8
    assert "response" in httpx.post(f"{vk.base_url}/groups.getBanned", data=body).json()
    assert "response" in httpx.get(f"{vk.base_url}/groups.getBanned", params=body).json()


def test_every_kind_of_token_has_its_methods(vk: VkSimulator) -> None:
    """A community's key gets 27 on a user's method, a service key 28, an unknown one 5, an old version 8."""
    comment = vk.post_comment(GROUP, "текст")
    asked = {"owner_id": -GROUP, "comment_id": comment.id}

    assert code(call(vk, "wall.deleteComment", vk.add_token("community", GROUP), **asked)) == 27
    assert code(call(vk, "wall.deleteComment", vk.add_token("service", GROUP), **asked)) == 28
    assert code(call(vk, "wall.deleteComment", "unknown", **asked)) == 5
    assert code(call(vk, "wall.deleteComment", "unknown", **asked, v="5.80")) == 8
    stranger = vk.add_token("user", GROUP, user_id=55, manager=False)
    assert code(call(vk, "wall.deleteComment", stranger, **asked)) == 15
    assert code(call(vk, "wall.eraseEverything", stranger)) == 3
    assert call(vk, "wall.deleteComment", vk.add_token("community", GROUP, can_moderate=True), **asked) == {
        "response": 1
    }
    assert comment.deleted


def test_errors_echo_the_request_with_the_token(vk: VkSimulator) -> None:
    """Like VK's, an error repeats the parameters, the token among them; the log of calls holds no token."""
    token = vk.add_token("user", GROUP)
    answer = call(vk, "wall.deleteComment", token, owner_id=-GROUP, comment_id=99)

    assert {"key": "access_token", "value": token} in answer["error"]["request_params"]
    assert token not in repr(vk.calls)


def test_our_own_deeds_come_back_as_events(vk: VkSimulator, receiver: Receiver) -> None:
    """A deletion, a restoration and a ban by API are told to the page's server, with its secret."""
    token = vk.add_token("user", GROUP, user_id=42)
    comment = vk.post_comment(GROUP, "текст", thing=7)
    asked = {"owner_id": -GROUP, "comment_id": comment.id}
    call(vk, "wall.deleteComment", token, **asked)
    assert vk.wait_for(lambda: len(vk.attempts) == 1)
    call(vk, "wall.restoreComment", token, **asked)
    assert vk.wait_for(lambda: len(vk.attempts) == 2)
    call(vk, "groups.ban", token, group_id=GROUP, owner_id=comment.author, reason=1)
    assert vk.wait_for(lambda: len(vk.attempts) == 3)

    removed, restored, banned = (event.body for event in receiver.events())
    assert isinstance(removed, Removed)
    assert (removed.ref.external_id, removed.deleter) == (str(comment.id), "42")
    assert isinstance(restored, Written)
    assert (restored.act, restored.ref) == (Act.RESTORE, removed.ref)
    assert banned == AuthorBanned(str(comment.author), "42", None)
    assert all(secret_matches(decode(raw), SECRET) for raw, _ in receiver.got)


def test_an_event_is_repeated_until_ok(vk: VkSimulator, receiver: Receiver) -> None:
    """Anything but the word `ok` counts as a failure; the repeat is the same event with a count of failures."""
    receiver.answers = [
        (500, b"", {}),
        (200, b'"ok"', {}),
        (200, b"\xef\xbb\xbfok", {}),
        (503, b"", {"Retry-After": "0"}),
    ]
    attempts = vk.send_new(vk.post_comment(GROUP, "текст"))

    assert [attempt.accepted for attempt in attempts] == [False] * 4 + [True]
    assert [counter for _, counter in receiver.got] == [None, "1", "2", "3", "4"]
    assert len({body for body, _ in receiver.got}) == 1
    assert len(attempts[0].event_id) == 40


def test_after_five_repeats_an_event_is_lost(vk: VkSimulator, receiver: Receiver) -> None:
    """VK gives up after five repeats."""
    receiver.answers = [(500, b"", {})] * 9

    assert len(vk.send_new(vk.post_comment(GROUP, "текст"))) == 6


@pytest.mark.parametrize("surface", ["wall", "photo", "video", "market", "board"])
def test_a_persons_deeds_are_told(vk: VkSimulator, receiver: Receiver, surface: Any) -> None:
    """New, edited, deleted and restored on the site: four events of one comment."""
    comment = vk.post_comment(GROUP, "текст", surface=surface, thing=12)
    vk.send_new(comment)
    vk.send_edit(comment, "другой текст")
    vk.send_delete(comment, deleter=comment.author)
    vk.send_restore(comment)

    bodies = [event.body for event in receiver.events()]
    assert len({body.ref for body in bodies}) == 1  # type: ignore[union-attr]
    assert [type(body) for body in bodies] == [Written, Written, Removed, Written]
    assert bodies[1].text == "другой текст"  # type: ignore[union-attr]


@pytest.mark.parametrize(("surface", "thing"), [("message", 2_000_000_009), ("message", 700_000_001), ("post", 1)])
def test_messages_and_suggestions_are_told(vk: VkSimulator, receiver: Receiver, surface: Any, thing: int) -> None:
    """A message and a suggested post come as their own kinds of events."""
    vk.send_new(vk.post_comment(GROUP, "текст", surface=surface, thing=thing))

    [event] = receiver.events()
    assert isinstance(event.body, Written)
    assert event.body.ref.kind == surface
    assert event.body.private == (thing == 700_000_001)


def test_a_told_story_has_happened(vk: VkSimulator, receiver: Receiver) -> None:
    """Every comment of the sample story exists after it is told, in its last text, and can be deleted."""
    story = [json.loads(line) for line in STORY.read_text("utf-8").splitlines()]
    for body in story:
        vk.tell(body)

    assert len(receiver.got) == len(story)
    known = {(comment.surface, comment.id): comment.text for comment in vk.state.comments.values()}
    assert len(known) == sum(body["type"].endswith("_new") for body in story)
    assert known["wall", 6015].startswith("Кредит")
    token = vk.add_token("user", GROUP)
    assert call(vk, "photos.deleteComment", token, owner_id=-GROUP, comment_id=22) == {"response": 1}


def test_the_confirmation_wants_the_string(vk: VkSimulator, receiver: Receiver) -> None:
    """Only the page's own string confirms a server."""
    receiver.answers = [(200, b"c0de", {})]

    assert vk.confirm(GROUP)
    receiver.answers = [(200, b"wrong", {})]
    assert not vk.confirm(GROUP)


def test_an_unknown_disturbance_is_a_mistake(vk: VkSimulator) -> None:
    """A test that prepares a disturbance that does not exist hears of it."""
    with pytest.raises(ValueError, match="no such disturbance"):
        vk.fail_next("*", "earthquake")


def test_it_runs_by_itself() -> None:
    """The module serves from the command line, says where, and ends on a signal."""
    command = [sys.executable, "-m", "tests.simulators.vk", "--user-token", "vk1.a.demo"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            scene = json.loads(process.stdout.readline())
            form = {"v": "5.199", "group_id": "229000001", "access_token": scene["user_token"]}
            reply = httpx.post(f"{scene['base_url']}/groups.getBanned", data=form)
            assert reply.json() == {"response": {"count": 0, "items": []}}
        finally:
            process.terminate()
        assert process.wait(timeout=10) == 0
