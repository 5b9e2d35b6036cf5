"""The toy network as a test sees it."""

from collections.abc import Mapping
from typing import Self

from app.domain.ports import Adapter, Credential, Slot
from app.domain.words import Kind
from app.settings import Settings
from tests.fakes.toy_network.adapter import ADDRESS, toy, toy_at
from tests.simulators.toy import Line, ToySimulator
from tests.stands.stand import Mishap, Said, Stand, Standing

_MISHAPS: dict[Mishap, tuple[int, bytes]] = {
    Mishap.LIMIT: (429, b"{}"),
    Mishap.DOWN: (502, b"<html>Bad Gateway</html>"),
    Mishap.GARBAGE: (200, b"<html>\xff\xfe maintenance</html>"),
    Mishap.HANG_UP: (0, b""),
}


class ToyStand(Stand):
    """A yard."""

    name = "toy"
    kinds = (Kind.WALL,)
    page = "yard-1"
    citizen, neighbour, manager = "anna", "boris", "vera"
    pages_as_typed = (" yard-1 ",)
    no_pages = ("", "yard", "229000001")
    profile = "person-7"

    def __init__(self) -> None:
        self._toy = ToySimulator()

    def __enter__(self) -> Self:
        self._toy.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._toy.__exit__()

    @property
    def url(self) -> str:
        """See `Stand`."""
        return self._toy.url

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """See `Stand`."""
        return (Credential(1, Slot.COMMUNITY, self._toy.token),)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {"community_token": self._toy.token, "secret": self.secret}

    def environment(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {"DVORNIK_NETWORKS": self.name, ADDRESS: self.url}

    def adapter(self, url: str = "") -> Adapter:
        """See `Stand`."""
        return toy_at(url or self.url)

    def make(self, settings: Settings) -> Adapter:
        """See `Stand`."""
        return toy(settings)

    def call(self, url: str) -> None:
        """See `Stand`."""
        self._toy.address, self._toy.secret = url, self.secret

    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """See `Stand`."""
        line = self._toy.write(self.page, author or self.citizen, words)
        self._toy.tell("new", line)
        return Said(Kind.WALL, str(line.number), line.by, words, line)

    def edit(self, said: Said, words: str) -> None:
        """See `Stand`."""
        said.words = _own(said).text = words
        self._toy.tell("edit", _own(said))

    def remove(self, said: Said) -> None:
        """See `Stand`."""
        _own(said).gone = True
        self._toy.tell("gone", _own(said))

    def standing(self, said: Said) -> Standing:
        """See `Stand`."""
        return Standing.GONE if _own(said).gone else Standing.VISIBLE

    def is_barred(self, author: str) -> bool:
        """See `Stand`."""
        return False

    def kill_tokens(self) -> None:
        """See `Stand`."""
        self._toy.token = "another"

    def misbehave(self, mishap: Mishap | None) -> None:
        """See `Stand`."""
        self._toy.answer = None if mishap is None else _MISHAPS[mishap]


def _own(said: Said) -> Line:
    assert isinstance(said.own, Line)
    return said.own
