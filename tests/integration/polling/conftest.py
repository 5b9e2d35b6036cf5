"""A simulated VK and a polled page on each engine; pauses are short, because nothing here depends on their length."""

from collections.abc import Iterator

import pytest

from app.journal.verify import verify
from app.pipeline.polling import following
from tests.fakes.polling import Listening
from tests.simulators.vk import VkSimulator


@pytest.fixture
def vk() -> Iterator[VkSimulator]:
    """A VK of this test alone."""
    with VkSimulator() as simulator:
        yield simulator


@pytest.fixture
def scene(database_url: str, vk: VkSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    """One page, on each engine."""
    yield from _made(database_url, vk, monkeypatch)


@pytest.fixture
def quick(sqlite_url: str, vk: VkSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    """The same where no statement differs between the engines."""
    yield from _made(sqlite_url, vk, monkeypatch)


def _made(url: str, vk: VkSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    monkeypatch.setattr(following, "delay", lambda *_: 50_000)
    made = Listening(url, vk)
    yield made
    assert verify(made.house.database, made.house.journal_key).problems == []
    made.close()
