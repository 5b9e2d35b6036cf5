"""A VK on loopback that keeps VK's rules: kinds of tokens, rates, errors in HTTP 200, echo events, repeats.

`python -m tests.simulators.vk --help` runs it by itself; beside the house's clock it needs the standard library alone.
"""

import argparse
import json
import signal
import threading
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Any, Self

from app.domain.clock import Clock, SystemClock
from tests.simulators.vk_connecting import CHECK
from tests.simulators.vk_courier import REAL_DELAYS, Attempt, Courier, envelope, new_event
from tests.simulators.vk_longpoll import keep
from tests.simulators.vk_methods import EVENTS, THINGS, Echo, comment_object, delete_object
from tests.simulators.vk_server import DISTURBANCES, SUBCODE_BASE, Server
from tests.simulators.vk_state import Comment, Community, RecordedCall, State, Surface, TokenKind

__all__ = ["ACCESS_DENIED", "Attempt", "Comment", "Community", "RecordedCall", "VkSimulator"]
#: Error 15 with a subcode: add the subcode.
ACCESS_DENIED = SUBCODE_BASE


class VkSimulator:
    """A context manager; `base_url` is what a client is given as VK's address.

    `delays` are seconds before each repeat of an event that was not answered `ok`; the real ones by default are far
    too long for tests.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        delays: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8),
        clock: Clock | None = None,
    ) -> None:
        self.state = State(clock or SystemClock())
        self.courier = Courier(self.state, delays)
        self._server = Server(port, self.state, self._post_echo)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen and deliver."""
        self._thread.start()
        self.courier.start()

    def stop(self) -> None:
        """End; nothing is delivered after it."""
        with self.state.changed:
            self.state.stopped = True
            self.state.changed.notify_all()
        self.courier.stop()
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()

    @property
    def base_url(self) -> str:
        """Where methods are called: this, a slash, the method's name."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/method"

    @property
    def calls(self) -> list[RecordedCall]:
        """Every API call so far, in order."""
        with self.state.lock:
            return list(self.state.calls)

    def calls_of(self, method: str) -> list[RecordedCall]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    @property
    def attempts(self) -> list[Attempt]:
        """Every attempt to deliver an event so far."""
        with self.state.lock:
            return list(self.courier.attempts)

    def wait_for(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until a condition on calls or attempts holds; False when it did not in time."""
        with self.state.changed:
            return self.state.changed.wait_for(condition, timeout)

    # --- setting the scene -------------------------------------------------------------------------------------------

    def add_community(
        self,
        group_id: int,
        *,
        callback_url: str = "",
        secret: str = "",
        confirmation: str = "",
        managers: Sequence[int] = (),
    ) -> Community:
        """An official page."""
        community = Community(group_id, callback_url, secret, confirmation, set(managers))
        with self.state.lock:
            self.state.communities[group_id] = community
        return community

    def add_token(
        self,
        kind: TokenKind,
        group_id: int,
        *,
        user_id: int = 0,
        value: str | None = None,
        can_moderate: bool = False,
        manager: bool = True,
        administrator: bool = True,
        rights: Collection[str] | None = None,
    ) -> str:
        """A key. A user's owner becomes a manager unless told; `can_moderate` = a community key of the newer kind.

        `rights` of a community's key, None = the usual; `administrator`: a user who may change the page's settings.
        """
        if kind == "user":
            user_id = user_id or 900_000_001
            if manager:
                self.state.communities[group_id].managers.add(user_id)
        value = self.state.add_token(kind, group_id, user_id, value, can_moderate=can_moderate)
        token = self.state.tokens[value]
        token.administrator, token.rights = administrator, None if rights is None else frozenset(rights)
        return value

    def kill_token(self, value: str) -> None:
        """From here on every call with it gets error 5."""
        with self.state.lock:
            self.state.tokens[value].dead = True

    def fail_next(self, method: str, *answers: int | str) -> None:
        """Prepare the next answers of a method ('*' = any): error codes, `ACCESS_DENIED + 1133`, disturbances.

        Raises:
            ValueError: there is no such disturbance.
        """
        unknown = [answer for answer in answers if isinstance(answer, str) and answer not in DISTURBANCES]
        if unknown:
            raise ValueError(f"no such disturbance: {unknown}")
        with self.state.lock:
            self.state.prepared[method].extend(answers)

    def set_missing(self, method: str, code: int) -> None:
        """What a method answers about something that is not there; 0 = the result 0 or an empty list."""
        self.state.missing[method] = code

    def slow_answers(self, seconds: float) -> None:
        """How long the disturbance `slow` takes."""
        self._server.slow_s = seconds

    def post_comment(
        self,
        group_id: int,
        text: str,
        *,
        author: int = 700_000_001,
        surface: Surface = "wall",
        thing: int = 1,
        comment_id: int | None = None,
        date: int | None = None,
        attachments: Sequence[dict[str, Any]] = (),
    ) -> Comment:
        """Somebody writes; no event goes out. `thing`: post, photo, video, item, topic or peer."""
        written = self.state.now() if date is None else date
        number = self.state.next_id() if comment_id is None else comment_id
        comment = Comment(surface, group_id, thing, number, author, text, written, attachments=list(attachments))
        self.state.keep(comment)
        return comment

    # --- events ------------------------------------------------------------------------------------------------------

    def send_new(self, comment: Comment) -> list[Attempt]:
        """Tell the page's server that it was written."""
        return self.send(comment.group_id, *new_event(comment))

    def send_edit(self, comment: Comment, text: str) -> list[Attempt]:
        """The author changes the text, and the server is told."""
        comment.text = text
        return self.send(comment.group_id, f"{EVENTS[comment.surface]}_edit", comment_object(comment))

    def send_delete(self, comment: Comment, deleter: int) -> list[Attempt]:
        """Somebody deletes it on the site, and the server is told."""
        comment.deleted = True
        return self.send(comment.group_id, f"{EVENTS[comment.surface]}_delete", delete_object(comment, deleter))

    def send_restore(self, comment: Comment) -> list[Attempt]:
        """A manager restores it on the site, and the server is told."""
        comment.deleted = False
        return self.send(comment.group_id, f"{EVENTS[comment.surface]}_restore", comment_object(comment))

    def send(self, group_id: int, event_type: str, thing: dict[str, Any]) -> list[Attempt]:
        """Deliver an event with this object, as VK does; nothing is sent of what is not switched on."""
        community = self.state.communities[group_id]
        event = envelope(community, event_type, thing)
        self._offer(community, event)
        if not community.callback_url or (community.heard is not None and event_type not in community.heard):
            return []
        return self.courier.deliver(community, event)

    def send_body(self, group_id: int, body: dict[str, Any]) -> list[Attempt]:
        """Deliver a whole body, with the community's secret put in."""
        community = self.state.communities[group_id]
        return self.courier.deliver(community, body | ({"secret": community.secret} if community.secret else {}))

    def tell(self, body: dict[str, Any]) -> list[Attempt]:
        """Deliver a sample body as `send_body` does, after what it tells of has happened here too."""
        surface, _, what = body["type"].rpartition("_")
        told = next((found for found, event in EVENTS.items() if event == surface), None)
        thing = body["object"]
        if told is not None and what == "new":
            self.post_comment(
                body["group_id"],
                thing["text"],
                author=thing["from_id"],
                surface=told,
                thing=thing[THINGS[told]],
                comment_id=thing["id"],
                date=thing["date"],
                attachments=thing.get("attachments", ()),
            )
        elif told is not None and what == "edit":
            known = self.state.find(told, body["group_id"], thing["id"], thing[THINGS[told]])
            if known is not None:
                known.text = thing["text"]
        return self.send_body(body["group_id"], body)

    def confirm(self, group_id: int) -> bool:
        """Ask the server whether it is the page's; whether it gave the right answer."""
        community = self.state.communities[group_id]
        attempt = self.courier.ask(community, envelope(community, "confirmation", None))
        return attempt.status == 200 and attempt.answer == community.confirmation

    def _post_echo(self, echo: Echo) -> None:
        community, event_type, thing = echo
        if event_type == CHECK:
            threading.Thread(target=self._try_out, args=(community, thing["server_id"]), daemon=True).start()
            return
        event = envelope(community, event_type, thing)
        self._offer(community, event)
        if community.callback_url and (community.heard is None or event_type in community.heard):
            self.courier.post(community, event)

    def _offer(self, community: Community, event: dict[str, Any]) -> None:
        """The same event, by the same id, for whoever polls."""
        with self.state.changed:
            keep(community, event)
            self.state.changed.notify_all()

    def _try_out(self, community: Community, server_id: int) -> None:
        """Ask a server for the confirmation string; one that knows it gets the community's events from here on."""
        server = community.servers[server_id]
        asked = Community(community.group_id, server.url, server.secret)
        attempt = self.courier.ask(asked, envelope(asked, CHECK, None))
        with self.state.changed:
            fits = attempt.status == 200 and attempt.answer == community.api_code
            server.status = "ok" if fits else "failed"
            if fits:
                community.callback_url, community.secret = server.url, server.secret
                community.heard = server.settings.events
            self.state.changed.notify_all()


def main() -> None:
    """Run until a signal comes; the first line of output is JSON with the address and the tokens."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 = any free port")
    parser.add_argument("--group", type=int, default=229_000_001)
    parser.add_argument("--callback-url", default="")
    parser.add_argument("--secret", default="")
    parser.add_argument("--confirmation", default="")
    parser.add_argument("--user-token", default=None)
    parser.add_argument("--community-token", default=None)
    chosen = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with VkSimulator(port=chosen.port, delays=REAL_DELAYS) as vk:
        scene = {"callback_url": chosen.callback_url, "secret": chosen.secret, "confirmation": chosen.confirmation}
        vk.add_community(chosen.group, **scene)
        user = vk.add_token("user", chosen.group, value=chosen.user_token)
        community = vk.add_token("community", chosen.group, value=chosen.community_token)
        print(json.dumps({"base_url": vk.base_url, "user_token": user, "community_token": community}), flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
