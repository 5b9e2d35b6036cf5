"""Delivers the simulated VK's events as the real one does: until the answer is `ok`, with a count of failures."""

import contextlib
import http.client
import json
import queue
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.simulators.vk_methods import EVENTS, comment_object
from tests.simulators.vk_state import Comment, Community, State

#: Seconds between the attempts of the real VK.
REAL_DELAYS = (10.0, 180.0, 600.0, 1800.0, 3600.0)
#: Statuses with which a receiver may name its own time, and the longest that VK accepts.
NAMING_STATUSES = (410, 429, 503)
LONGEST_RETRY_AFTER_S = 3 * 3600
FIRST_CHAT = 2_000_000_000


@dataclass(frozen=True)
class Attempt:
    """One POST to a callback URL; `status` 0 = nobody answered."""

    event_type: str
    event_id: str
    failures_before: int
    status: int
    answer: str

    @property
    def accepted(self) -> bool:
        """Whether VK takes this for an acknowledgement: the word `ok` and nothing else."""
        return self.status == 200 and self.answer == "ok"


class Courier:
    """Sends events; `delays` are the waits before the repeats, `len(delays)` repeats in all."""

    def __init__(self, state: State, delays: Sequence[float]) -> None:
        self._state = state
        self._delays = delays
        self._stopped = threading.Event()
        self._waiting: queue.Queue[tuple[Community, dict[str, Any]] | None] = queue.Queue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(4)]
        self.attempts: list[Attempt] = []

    def start(self) -> None:
        """Begin to deliver what is posted."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop waiting for repeats and end."""
        self._stopped.set()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=10)

    def post(self, community: Community, event: dict[str, Any]) -> None:
        """Deliver later, in the background."""
        self._waiting.put((community, event))

    def ask(self, community: Community, event: dict[str, Any]) -> Attempt:
        """Send once and tell the answer."""
        return self._attempt(community, event, 0)[0]

    def deliver(self, community: Community, event: dict[str, Any]) -> list[Attempt]:
        """Deliver at once; all attempts, of which only the last can be accepted."""
        made: list[Attempt] = []
        while True:
            attempt, named = self._attempt(community, event, len(made))
            made.append(attempt)
            with self._state.changed:
                self.attempts.append(attempt)
                self._state.changed.notify_all()
            if attempt.accepted or len(made) > len(self._delays):
                return made
            if self._stopped.wait(self._delays[len(made) - 1] if named is None else named):
                return made

    def _attempt(self, community: Community, event: dict[str, Any], failures: int) -> tuple[Attempt, float | None]:
        status, answer, named = 0, "", None
        # Nobody answers: an attempt with status 0, repeated like any other failure.
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, answer, named = self._send(community, event, failures)
        return Attempt(event["type"], str(event.get("event_id", "")), failures, status, answer), named

    def _send(self, community: Community, event: dict[str, Any], failures: int) -> tuple[int, str, float | None]:
        target = urlsplit(community.callback_url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=10)
        headers = {"Content-Type": "application/json"} | ({"X-Retry-Counter": str(failures)} if failures else {})
        try:
            body = json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass")
            connection.request("POST", target.path or "/", body, headers)
            reply = connection.getresponse()
            answer = reply.read().decode("utf-8", "replace")
            asked = reply.getheader("Retry-After", "")
            named = float(asked) if reply.status in NAMING_STATUSES and asked.isdigit() else None
            return reply.status, answer, named if named is not None and named < LONGEST_RETRY_AFTER_S else None
        finally:
            connection.close()

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            self.deliver(*item)


def envelope(community: Community, event_type: str, thing: dict[str, Any] | None) -> dict[str, Any]:
    """The body of a callback request, as VK writes it; `thing` None = the confirmation request."""
    body: dict[str, Any] = {"group_id": community.group_id, "type": event_type}
    if thing is not None:
        body |= {"event_id": secrets.token_hex(20), "v": "5.199", "object": thing}
    return body | ({"secret": community.secret} if community.secret else {})


def new_event(comment: Comment) -> tuple[str, dict[str, Any]]:
    """The type and the object of the event that tells of a new comment."""
    if comment.surface == "message":
        numbers = {"id": 0 if comment.thing >= FIRST_CHAT else comment.id, "conversation_message_id": comment.id}
        message = comment_object(comment) | numbers | {"peer_id": comment.thing, "out": 0, "fwd_messages": []}
        return "message_new", {"message": message, "client_info": {"keyboard": True}}
    if comment.surface == "post":
        post_type = "suggest" if comment.author > 0 else "post"
        return "wall_post_new", comment_object(comment) | {"owner_id": -comment.group_id, "post_type": post_type}
    return f"{EVENTS[comment.surface]}_new", comment_object(comment)
