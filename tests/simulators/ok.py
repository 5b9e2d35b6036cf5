"""An OK on loopback that keeps OK's rules: signatures, permissions, quotas, errors in HTTP 200, lists by anchors."""

from collections.abc import Collection
from typing import Any

from app.domain.clock import Clock, SystemClock
from tests.simulators.listening import Listening
from tests.simulators.ok_graph import Courier
from tests.simulators.ok_methods import membership
from tests.simulators.ok_server import DISTURBANCES, Server
from tests.simulators.ok_state import ALL_PERMISSIONS, Comment, Group, RecordedCall, State, Talk, Token, new_value

__all__ = ["Comment", "Group", "OkSimulator", "RecordedCall", "Talk"]
APPLICATION_KEY = "CSIMULATEDKEYBABABA"
APPLICATION_SECRET = "5ECRET0FTHESIMULATEDAPP00"


class OkSimulator(Listening):
    """A context manager; `url` is what a client is given as OK's address."""

    def __init__(self, *, port: int = 0, clock: Clock | None = None) -> None:
        self.state = State(clock or SystemClock(), APPLICATION_KEY, APPLICATION_SECRET)
        self.courier = Courier(self.state)
        self._server = Server(port, self.state)

    @property
    def url(self) -> str:
        """Where it answers, with a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def calls(self) -> list[RecordedCall]:
        """Every call so far, in order."""
        with self.state.lock:
            return list(self.state.calls)

    def calls_of(self, method: str) -> list[RecordedCall]:
        """The calls of one method; the Graph interface's are named by their paths."""
        return [call for call in self.calls if call.method == method]

    # --- setting the scene -------------------------------------------------------------------------------------------

    def add_group(
        self, number: str, *, administrators: Collection[str] = (), moderators: Collection[str] = ()
    ) -> Group:
        """A group and who runs it."""
        group = Group(number, administrators=set(administrators), moderators=set(moderators))
        with self.state.lock:
            self.state.groups[number] = group
        return group

    def add_token(self, user: str, *, permissions: Collection[str] = ALL_PERMISSIONS) -> str:
        """A person's REST token."""
        return self.state.add_token(Token(new_value(), user=user, permissions=frozenset(permissions)))

    def add_group_token(self, group: str) -> str:
        """A group's token for its messages."""
        return self.state.add_token(Token(new_value(), group=group))

    def kill(self, token: str) -> None:
        """From here on every call with it gets error 102."""
        with self.state.lock:
            self.state.tokens[token].dead = True

    def add_talk(self, group: str, number: str, *, kind: str = "GROUP_TOPIC", title: str = "Новости") -> Talk:
        """Something to be discussed."""
        talk = Talk(kind, number, group, title, self.state.now_ms())
        with self.state.lock:
            self.state.talks[kind, number] = talk
        return talk

    def drop_talk(self, talk: Talk) -> None:
        """A topic is deleted with everything under it."""
        with self.state.lock:
            del self.state.talks[talk.type, talk.id]

    def fail_next(self, method: str, *answers: int | str | None) -> None:
        """Prepare the next answers of a method ('*' = any): error codes, disturbances, None = what it answers anyway.

        Raises:
            ValueError: there is no such disturbance.
        """
        unknown = [answer for answer in answers if isinstance(answer, str) and answer not in DISTURBANCES]
        if unknown:
            raise ValueError(f"no such disturbance: {unknown}")
        with self.state.lock:
            self.state.prepared[method].extend(answers)

    # --- what people do ----------------------------------------------------------------------------------------------

    def write(
        self,
        talk: Talk,
        text: str,
        *,
        author: str = "561000000001",
        by_group: bool = False,
        reply_to: str = "",
        ms: int | None = None,
        attachments: Collection[dict[str, Any]] = (),
    ) -> Comment:
        """Somebody comments."""
        with self.state.lock:
            number, at = self.state.number(), self.state.now_ms() if ms is None else ms
            made = self.state.comment_id(at, number, talk.id)
            comment = Comment(made, number, author, text, at, by_group, reply_to, attachments=list(attachments))
            talk.comments.append(comment)
        return comment

    def edit(self, comment: Comment, text: str) -> None:
        """The author changes the words; no counter tells."""
        with self.state.lock:
            comment.text = text

    def remove(self, comment: Comment) -> None:
        """Somebody deletes it on the site."""
        with self.state.lock:
            comment.removed = True

    def message(
        self, group: str, text: str, *, sender: str = "user:561000000002", kind: str = "MESSAGE_CREATED", **fields: Any
    ) -> dict[str, Any]:
        """Somebody writes to the group; whoever subscribed is told, and whoever asks. Returns what is told."""
        number = self.state.number()
        # Beyond 2^53, as OK's own are.
        seq = 98_211_023_614_189_661 + number
        body = {
            "webhookType": kind,
            "sender": {"user_id": sender, "name": "Василий Васильев"},
            "recipient": {"chat_id": f"chat:C3ecb9d0{number:04x}"},
            "message": {"text": text, "seq": seq, "mid": f"mid:C3ecb9d02a600.{seq:x}"} | fields,
            "timestamp": self.state.now_ms(),
        }
        with self.state.lock:
            if group in self.state.polled:
                self.state.updates[group].append(body)
        self.courier.bring(group, body)
        return body

    def confirm(self, url: str) -> tuple[int, bytes, dict[str, str]]:
        """What the settings' page in a person's browser does: a preflight, then the question itself."""
        status, _, told = self.courier.send(url, b"", "OPTIONS", Origin="https://nap.okapps.ru")
        allowed = {name.lower() for name in told}
        if status not in (200, 204) or "access-control-allow-origin" not in allowed:
            return status, b"", told
        return self.courier.send(url, b'{"webhookType": "CONFIRMATION"}', Origin="https://nap.okapps.ru")

    # --- what stands there -------------------------------------------------------------------------------------------

    def status(self, group: str, user: str) -> str:
        """What somebody is in a group."""
        with self.state.lock:
            return str(membership(self.state.groups[group], user)["status"])
