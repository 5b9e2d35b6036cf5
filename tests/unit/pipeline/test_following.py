"""Between two questions about a page stands a pause where something is wrong; whoever mends it ends the pause."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.domain.polling import Heard, Learned, Place, Tokens, Unheard
from app.pipeline.polling import following
from app.pipeline.polling.following import Follower
from app.pipeline.polling.storing import Tokens as Held
from app.storage.polls import HeldPoll
from tests.fakes.clock import FakeClock

PAGE = HeldPoll(1, 1, "vk", "longpoll", "229000001", "https://lp.vk.com/wh1", None, "5", 0, in_trouble=False)


class Network:
    """Answers alike whatever it is asked; notes from where it was asked."""

    def __init__(self, answer: Heard | Unheard) -> None:
        self.answer = answer
        self.asked: list[Place] = []

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """The answer."""
        self.asked.append(place)
        await asyncio.sleep(0)
        return self.answer

    async def close(self) -> None:
        """Nothing is open."""


class Hall:
    """What a follower tells; `troubled` is set when it has told of trouble."""

    def __init__(self) -> None:
        self.door = asyncio.Semaphore(1)
        self.due_at = 0
        self.stored: list[Heard] = []
        self.troubled = asyncio.Event()

    async def tokens(self, page: HeldPoll) -> Held:
        """None are needed."""
        return Held()

    async def store(self, page: HeldPoll, heard: Heard) -> None:
        """Durable at once."""
        self.stored.append(heard)

    def note_heard(self, page: HeldPoll) -> None:
        """Never called here."""
        raise AssertionError

    async def note_trouble(self, page: HeldPoll, unheard: Unheard, due_at: int) -> None:
        """As the row says from here on."""
        self.due_at = due_at
        self.troubled.set()

    async def note_learned(self, page: HeldPoll, learned: Learned, tokens: Held) -> None:
        """Never called here."""
        raise AssertionError


def follow(network: Network, then: Callable[[Follower, Hall], Awaitable[None]]) -> None:
    """Follow a page while `then` goes on."""

    async def story() -> None:
        hall = Hall()
        follower = Follower(PAGE, "k", network, hall, FakeClock())
        task = asyncio.create_task(follower.run())
        try:
            async with asyncio.timeout(10):
                await then(follower, hall)
        finally:
            task.cancel()

    asyncio.run(story())


async def turns(count: int) -> None:
    """So many turns of the loop: whoever does not wait goes on in them."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_whoever_mends_a_page_at_once_is_seen() -> None:
    """Between two looks at the row it fell due late and soon again: the later look sees a mended row, not an old one."""
    network = Network(Unheard("vk_100", lasting=True))

    async def mended(follower: Follower, hall: Hall) -> None:
        await hall.troubled.wait()
        hall.troubled.clear()
        follower.look(PAGE, renewed=False)
        await hall.troubled.wait()
        assert len(network.asked) == 2

    follow(network, mended)


def test_a_look_alone_shortens_no_pause() -> None:
    """The row says when to ask again; VK is not to be asked at every look."""
    network = Network(Unheard("vk_100", lasting=True))

    async def looked(follower: Follower, hall: Hall) -> None:
        await hall.troubled.wait()
        for _ in range(20):
            follower.look(PAGE._replace(due_at=hall.due_at, in_trouble=True), renewed=False)
            await turns(1)
        assert len(network.asked) == 1

    follow(network, looked)


def test_a_session_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its server may be gone for good; the number stays."""
    monkeypatch.setattr(following, "delay", lambda *_: 0)
    network = Network(Unheard("unreachable"))

    async def asked(follower: Follower, hall: Hall) -> None:
        while len(network.asked) < 5:
            await turns(1)

    follow(network, asked)
    assert [(place.key, place.cursor) for place in network.asked[:5]] == [("k", "5")] * 3 + [("", "5")] * 2


def test_sessions_that_do_not_last_are_asked_for_more_rarely() -> None:
    """VK limits how often one is opened."""
    network = Network(Heard(Place("https://lp.vk.com/wh1", "new", "5"), opened=True))

    async def opened(follower: Follower, hall: Hall) -> None:
        await turns(50)
        assert len(network.asked) == len(hall.stored) == 2

    follow(network, opened)
