"""A house with a page, a VK whose answers are scripted by its simulator, and senders that keep what they are given."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.domain.watching import Handed, Letter
from app.networks.vk.connecting import VkConnector
from app.pipeline.administration.alert_channels import NewChannel, add_channel
from app.pipeline.watching.telling import Post
from tests.fakes.world import World
from tests.simulators.vk import VkSimulator


class Box:
    """A sender that keeps letters; `answers` are given before it takes any, as codes or whole."""

    def __init__(self) -> None:
        self.letters: list[tuple[dict[str, str], Letter]] = []
        self.answers: list[str | Handed] = []

    def send(self, target: Any, letter: Letter) -> Handed:
        """Take it, unless an answer is prepared."""
        if self.answers:
            answer = self.answers.pop(0)
            return Handed(answer) if isinstance(answer, str) else answer
        self.letters.append((dict(target), letter))
        return Handed()


@pytest.fixture
def box() -> Box:
    """Where letters end up."""
    return Box()


@pytest.fixture
def post(box: Box) -> Post:
    """E-mail and VK lead to the box."""
    return Post({"email": box, "vk": box}, "https://a.example/console")


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """A page in `enforce`, for what no engine changes; its journal is whole at the end."""
    yield from _world(sqlite_url)


@pytest.fixture
def either(database_url: str) -> Iterator[World]:
    """The same on each engine."""
    yield from _world(database_url)


def _world(url: str) -> Iterator[World]:
    made = World(url)
    yield made
    made.assert_journal_whole()
    made.close()


@pytest.fixture
def vk() -> Iterator[VkSimulator]:
    """A VK on loopback."""
    with VkSimulator() as simulator:
        yield simulator


def mail(world: World, **described: Any) -> int:
    """A channel by e-mail."""
    return add_channel(world.house, NewChannel("email", "press@adm.example", **described), by="cli").id


def connector(vk: VkSimulator) -> VkConnector:
    """What asks the simulator."""
    return VkConnector(vk.base_url, http=httpx.Client(trust_env=False))
