"""Odnoklassniki as a test sees it."""

from collections.abc import Mapping
from typing import ClassVar, Self

from app.domain.ports import Credential, Slot
from app.domain.words import Kind
from app.networks.ok import transport
from app.networks.ok.adapter import ok
from app.networks.ok.comments import TYPES
from app.networks.ok.subscribing import address
from tests.simulators.ok import APPLICATION_KEY, APPLICATION_SECRET, OkSimulator
from tests.simulators.ok_state import Comment, Subscription
from tests.stands.stand import Mishap, Said, Stand, Standing

_MISHAPS: dict[Mishap, int | str] = {
    Mishap.LIMIT: 11,
    Mishap.DOWN: "http_502",
    Mishap.GARBAGE: "garbage",
    Mishap.HANG_UP: "close",
}


class OkStand(Stand):
    """A group with a topic, a photo and a video; its application may delete."""

    name = "ok"
    make = staticmethod(ok)
    kinds = (Kind.WALL, Kind.PHOTO, Kind.VIDEO, Kind.MESSAGE)
    page = "70000001234567"
    citizen, neighbour, manager = "561000000001", "561000000002", "560000000001"
    pages_as_typed: ClassVar = {f"https://ok.ru/group/{page}": page, f"m.ok.ru/group/{page}/": page, f" {page} ": page}
    no_pages = ("", "0", "-70000001234567", "ok.ru/gorod", "https://vk.com/club7", "7" * 20)
    profile = "https://ok.ru/profile/561000000001"
    subscribes_with = Slot.COMMUNITY
    confirmation = "c0nf1rm"

    def __init__(self) -> None:
        self._ok = OkSimulator()
        self._ok.state.deletes = True
        self._ok.add_group(self.page, administrators=[self.manager])
        self._talks = {
            kind: self._ok.add_talk(self.page, str(151_000_000_000_000 + number), kind=name)
            for number, (kind, name) in enumerate(TYPES.items())
        }
        self._person, self._group = self._ok.add_token(self.manager), self._ok.add_group_token(self.page)
        self._rate = transport.RATE
        self._called = ""

    def __enter__(self) -> Self:
        # How fast a token may call is tried out elsewhere, and nothing here has the time.
        transport.RATE = 10_000  # type: ignore[misc]
        self._ok.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._ok.__exit__(*error)
        transport.RATE = self._rate  # type: ignore[misc]

    @property
    def url(self) -> str:
        """See `Stand`."""
        return self._ok.url

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """See `Stand`."""
        return Credential(1, Slot.USER, self._person), Credential(2, Slot.COMMUNITY, self._group)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {
            "user_token": self._person,
            "community_token": self._group,
            "confirmation": self.confirmation,
        }

    def values(self, url: str = "") -> Mapping[str, str]:
        """See `Stand`."""
        own = {"ok_application_key": APPLICATION_KEY, "ok_application_secret": APPLICATION_SECRET, "ok_deletes": "true"}
        return {**super().values(url), **own}

    def call(self, url: str) -> None:
        """See `Stand`."""
        self._called = address(url, self.page) if url else ""
        kept = [Subscription(self._called, self._ok.state.now_ms())] if url else []
        self._ok.state.subscriptions[self.page] = kept

    def confirm(self) -> bool:
        """See `Stand`."""
        status, body, told = self._ok.confirm(self._called)
        allowed = {name.lower() for name in told}
        return (status, body) == (200, self.confirmation.encode()) and "access-control-allow-origin" in allowed

    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """See `Stand`."""
        author, kind = author or self.citizen, kind or Kind.WALL
        if kind is Kind.MESSAGE:
            # Another interface, other names of people.
            body = self._ok.message(self.page, words, sender=f"user:{author}")
            return Said(kind, body["message"]["mid"], f"user:{author}", words, None)
        comment = self._ok.write(self._talks[kind], words, author=author)
        return Said(kind, comment.id, author, words, comment)

    def edit(self, said: Said, words: str) -> None:
        """Messages are not edited there."""
        said.words = words
        if isinstance(said.own, Comment):
            self._ok.edit(said.own, words)

    def remove(self, said: Said) -> None:
        """Of a removed message nobody tells."""
        if isinstance(said.own, Comment):
            self._ok.remove(said.own)

    def standing(self, said: Said) -> Standing:
        """See `Stand`."""
        return Standing.GONE if isinstance(said.own, Comment) and said.own.removed else Standing.VISIBLE

    def is_barred(self, author: str) -> bool:
        """See `Stand`."""
        return self._ok.status(self.page, author.removeprefix("user:")) == "BLOCKED"

    def kill_tokens(self) -> None:
        """See `Stand`."""
        self._ok.kill(self._person)
        self._ok.kill(self._group)

    def misbehave(self, mishap: Mishap | None) -> None:
        """See `Stand`."""
        self._ok.state.standing_order = None if mishap is None else _MISHAPS[mishap]
