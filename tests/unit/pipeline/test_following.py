"""Between two questions about a page stands a pause, and whoever mends what was wrong ends it."""

import asyncio
from collections.abc import Awaitable, Callable

from app.domain.polling import Heard, Learned, Place, Tokens, Unheard
from app.pipeline.polling.following import Follower
from app.pipeline.polling.storing import Tokens as Held
from app.storage.polls import HeldPoll
from tests.fakes.clock import FakeClock

PAGE = HeldPoll(1, 1, "vk", "229000001", "https://lp.vk.com/wh1", None, "5", 0, in_trouble=False)


class SwitchedOff:
    """A network that a person has to be asked for; notes how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """Refuses for good."""
        self.asked += 1
        return Unheard("vk_100", lasting=True)

    async def close(self) -> None:
        """Nothing is open."""


class Hall:
    """What a follower tells; `troubled` is set when it has told of trouble."""

    def __init__(self) -> None:
        self.door = asyncio.Semaphore(1)
        self.due_at = 0
        self.troubled = asyncio.Event()

    async def tokens(self, page: HeldPoll) -> Held:
        """None are needed."""
        return Held()

    async def store(self, page: HeldPoll, heard: Heard) -> None:
        """Never called here."""
        raise AssertionError

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


def after_trouble(then: Callable[[Follower, Hall, SwitchedOff], Awaitable[None]]) -> None:
    """Follow a page until it was refused, and go on from there."""

    async def story() -> None:
        hall, network = Hall(), SwitchedOff()
        follower = Follower(PAGE, "k", network, hall, FakeClock())
        task = asyncio.create_task(follower.run())
        try:
            async with asyncio.timeout(10):
                await hall.troubled.wait()
                hall.troubled.clear()
                await then(follower, hall, network)
        finally:
            task.cancel()

    asyncio.run(story())


def test_whoever_mends_a_page_at_once_is_seen() -> None:
    """Between two looks at the row it fell due late and soon again: the later look sees a mended row, not an old one."""

    async def mended(follower: Follower, hall: Hall, network: SwitchedOff) -> None:
        follower.look(PAGE, renewed=False)
        await hall.troubled.wait()
        assert network.asked == 2

    after_trouble(mended)


def test_a_look_alone_shortens_no_pause() -> None:
    """The row says when to ask again; VK is not to be asked at every look."""

    async def looked(follower: Follower, hall: Hall, network: SwitchedOff) -> None:
        for _ in range(20):
            follower.look(PAGE._replace(due_at=hall.due_at, in_trouble=True), renewed=False)
            # A turn of the loop: whoever was woken would ask in it.
            await asyncio.sleep(0)
        assert network.asked == 1

    after_trouble(looked)
