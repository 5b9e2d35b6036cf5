"""A house on each engine, a simulated VK with a community, and a server that answers the confirmation."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.domain.connecting import Connector
from app.journal.verify import verify
from app.networks.vk.connecting import VkConnector
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.connecting.connect import Connected, connect_page
from app.pipeline.house import House
from app.storage.tables import Page
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.fakes.serving import Serving
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_state import CallbackServer, Community

GROUP = 229_000_001


def codes(findings: tuple[Any, ...]) -> set[str]:
    """Findings by their codes."""
    return {one.code for one in findings}


@dataclass
class Town:
    """One installation and its network; `answer` is what our server says to VK, `health` what /healthz does."""

    house: House
    vk: VkSimulator
    make: Callable[[str], Connector] = field(default=lambda url: VkConnector(url, http=httpx.Client(verify=False)))  # noqa: S501
    answer: Callable[[], str] | None = None
    health: bytes = b'{"status":"ok"}'
    #: Each pause, with how often VK had been asked before it to change a server.
    waits: list[tuple[float, int]] = field(default_factory=list)
    _serving: Serving | None = None

    @property
    def community(self) -> Community:
        """The page in the network."""
        return self.vk.state.communities[GROUP]

    @property
    def servers(self) -> list[CallbackServer]:
        """Its callback servers."""
        return list(self.community.servers.values())

    def page(self, **fields: Any) -> int:
        """A page that is called, unless told otherwise."""
        asked = {"network": "vk", "external_id": str(GROUP), "title": "Район", "intake": "callback"} | fields
        return add_page(self.house, NewPage(**asked), by="cli").id

    def row(self, page_id: int) -> Page:
        """The page as it is stored."""
        with self.house.database.read() as session:
            return session.get_one(Page, page_id)

    def serve(self) -> str:
        """Our server, which answers the string that is stored unless told otherwise; its address."""
        if self._serving is None:
            # Not a method: a server takes one for an application of another kind.
            async def app(scope: Any, _receive: Any, send: Any) -> None:
                body = self.health if scope["path"] == "/healthz" else (self.answer or self._stored)().encode()
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": body})

            self._serving = Serving(app)
        return self._serving.url

    def connect(self, page_id: int, public_url: str = "") -> Connected:
        """Connect it; between two looks VK ends its check."""
        connectors = {"vk": lambda: self.make(self.vk.base_url)}
        return connect_page(self.house, page_id, connectors, by="cli", public_url=public_url, wait=self._checked)

    def close(self) -> None:
        """End everything; the journal is whole."""
        if self._serving:
            self._serving.stop()
        assert verify(self.house.database, self.house.journal_key).problems == []
        self.house.database.dispose()

    def _checked(self, seconds: float) -> None:
        self.waits.append((seconds, len(self.vk.calls_of("groups.editCallbackServer"))))
        assert self.vk.wait_for(lambda: all(one.status != "wait" for one in self.servers))

    def _stored(self) -> str:
        with self.house.database.read() as session:
            return session.exec(select(Page.confirmation).where(Page.external_id == str(GROUP))).one()


@pytest.fixture
def vk() -> Iterator[VkSimulator]:
    with VkSimulator() as simulator:
        simulator.add_community(GROUP)
        yield simulator


@pytest.fixture
def town(sqlite_url: str, vk: VkSimulator) -> Iterator[Town]:
    """On SQLite, where the engines do not differ."""
    yield from _made(sqlite_url, vk)


@pytest.fixture
def either(database_url: str, vk: VkSimulator) -> Iterator[Town]:
    """On each engine."""
    yield from _made(database_url, vk)


def _made(url: str, vk: VkSimulator) -> Iterator[Town]:
    house = make_house(url, FakeClock())
    ensure_presets(house)
    made = Town(house, vk)
    yield made
    made.close()


@pytest.fixture
def together() -> threading.Barrier:
    """Where two who do the same thing wait for each other."""
    return threading.Barrier(2, timeout=20)
