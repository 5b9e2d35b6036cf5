"""MAX as a test sees it."""

from collections.abc import Mapping
from typing import ClassVar, Self

from app.domain.ports import Credential, Slot
from app.domain.words import Kind
from app.networks.max.adapter import max_messenger
from tests.simulators.max import MaxSimulator
from tests.simulators.max_state import Text
from tests.stands.stand import Mishap, Said, Stand, Standing

CHANNEL = -70_801_090_403_050
_MISHAPS: dict[Mishap, tuple[int, bytes] | str] = {
    Mishap.LIMIT: (429, b'{"code":"too.many.requests","message":"Slow down"}'),
    Mishap.DOWN: (502, b"<html>Bad Gateway</html>"),
    Mishap.GARBAGE: (200, b"<html>\xff\xfe maintenance</html>"),
    Mishap.HANG_UP: "close",
}


class MaxStand(Stand):
    """A channel with one post and a bot that is its administrator."""

    name = "max"
    make = staticmethod(max_messenger)
    kinds = (Kind.WALL,)
    page = str(CHANNEL)
    citizen, neighbour, manager = "700000001", "700000002", "900000001"
    pages_as_typed: ClassVar = {f" {CHANNEL} ": page, f"https://web.max.ru/{CHANNEL}": page, f"max.ru/{CHANNEL}/": page}
    no_pages = ("", "0", "-0", "70801090403050", "mcgov", "https://max.ru/mcgov", "-7080109040305x", f"-{'9' * 30}")
    profile = "https://web.max.ru/700000001"

    def __init__(self) -> None:
        # Repeats come at once.
        self._max = MaxSimulator(repeats=(0, 0))
        self._max.state.longest_wait_s = 0.3
        self._max.state.rate = 1_000
        self._bot = self._max.add_bot()
        self._chat = self._max.add_chat(CHANNEL, owner=int(self.manager), bot=self._bot)
        self._chat.members |= {int(self.citizen), int(self.neighbour)}
        self._post = self._max.post(self._chat, "Завтра на Садовой отключат воду")

    def __enter__(self) -> Self:
        self._max.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._max.__exit__(*error)

    @property
    def url(self) -> str:
        """See `Stand`."""
        return self._max.base_url

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """See `Stand`."""
        return (Credential(1, Slot.COMMUNITY, self._bot.token),)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {"community_token": self._bot.token, "secret": self.secret}

    def call(self, url: str) -> None:
        """See `Stand`."""
        self._bot.subscriptions.clear()
        if url:
            self._max.subscribe(self._bot, url, self.secret)

    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """See `Stand`."""
        author = author or self.citizen
        comment = self._max.comment(self._post, words, sender=int(author))
        return Said(kind or Kind.WALL, comment.mid, author, words, comment)

    def edit(self, said: Said, words: str) -> None:
        """See `Stand`."""
        said.words = words
        self._max.edit(_own(said), words)

    def remove(self, said: Said) -> None:
        """See `Stand`."""
        self._max.remove(_own(said), by=int(self.manager))

    def standing(self, said: Said) -> Standing:
        """See `Stand`."""
        return Standing.GONE if _own(said).deleted else Standing.VISIBLE

    def is_barred(self, author: str) -> bool:
        """See `Stand`."""
        return int(author) in self._chat.blocked

    def kill_tokens(self) -> None:
        """See `Stand`."""
        self._bot.dead = True

    def misbehave(self, mishap: Mishap | None) -> None:
        """See `Stand`."""
        self._max.state.forever = None if mishap is None else _MISHAPS[mishap]


def _own(said: Said) -> Text:
    assert isinstance(said.own, Text)
    return said.own
