"""A page that is polled on a simulated VK, a house on a real database, and pollers as processes would run them."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
from sqlmodel import select

from app.domain.events import Event, Written
from app.domain.polling import SourceFactory
from app.networks.vk.longpoll import VkLongPoll
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.judging import judge
from app.pipeline.moderate import Moderator
from app.pipeline.polling.poller import Poller
from app.pipeline.record.committing import Committer
from app.storage.polls import Way
from app.storage.tables import Decision, Incident, Page, Poll, Reread, SeenEvent
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.world import wait_until
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_connecting import EVENTS
from tests.simulators.vk_longpoll import end_keys

GROUP = 229_000_001
#: The simulator speaks no TLS, and reading all the world's authorities for each client takes longer than a test.
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
#: Words at which the judge breaks.
BREAKING = "на этом судья ломается"


class Listening:
    """The scene; `pages` of them, numbered by their communities from `GROUP` on."""

    def __init__(self, url: str, vk: VkSimulator, pages: int = 1) -> None:
        self.vk, self.url, self.clock = vk, url, FakeClock()
        self.house = make_house(url, self.clock)
        ensure_presets(self.house)
        self.pages = [self.add_page(GROUP + number) for number in range(pages)]

    def add_page(self, group: int) -> int:
        """A page on both sides."""
        community = self.vk.add_community(group)
        community.polling.enabled, community.polling.events = True, set(EVENTS)
        new = NewPage(
            network="vk",
            external_id=str(group),
            title="Район",
            policy="novokuznetsk-59",
            mode="enforce",
            intake="longpoll",
            community_token=self.vk.add_token("community", group),
        )
        return int(add_page(self.house, new, by="cli").id)

    def change(self, page: int | None = None, **changes: str) -> None:
        """A person changes a page."""
        change_page(self.house, page or self.pages[0], PageChanges(**changes), by="cli")

    def beside(self) -> House:
        """Another process's view of the same house."""
        made = make_house(self.url, self.clock)
        return replace(made, vault=self.house.vault, journal_key=self.house.journal_key)

    @contextmanager
    def poller(
        self, house: House | None = None, *, look_seconds: float = 0.05, source: SourceFactory | None = None
    ) -> Iterator[Poller]:
        """One process's poller, running until the block ends."""
        house = house or self.house
        moderator, configuration = Moderator(WordScorer()), Configuration(house, FakeThresholds())
        made = Poller(
            house,
            configuration,
            Committer(house, configuration, 1),
            lambda event, page: judge(whole(event), page, moderator, house.clock.now()),
            {Way("vk", "longpoll"): source or (lambda: VkLongPoll(self.vk.base_url, http=client, wait_seconds=1))},
            look_seconds=look_seconds,
        )
        stop = threading.Event()
        thread = threading.Thread(target=made.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            stop.set()
            thread.join(timeout=30)
        assert not thread.is_alive(), "it ends when it is told to"

    def write(self, text: str = "Спасибо", group: int = GROUP) -> None:
        """Somebody writes, and VK keeps the event."""
        self.vk.send_new(self.vk.post_comment(group, text))

    def end_session(self) -> None:
        """VK ends the session, also for those who wait for an answer."""
        with self.vk.state.changed:
            end_keys(self.vk.state.communities[GROUP])
            self.vk.state.changed.notify_all()

    def listens(self, times: int = 1) -> None:
        """Wait until VK was asked for events so often since now."""
        before = len(self.vk.calls_of("a_check"))
        wait_until(lambda: len(self.vk.calls_of("a_check")) >= before + times)

    def rows(self, table: type) -> list:
        """All rows of a table."""
        with self.house.database.read() as session:
            return list(session.exec(select(table).order_by(*table.__table__.primary_key.columns)))

    def poll(self, page: int | None = None) -> Poll:
        """Where polling of a page stands."""
        with self.house.database.read() as session:
            return session.get_one(Poll, page or self.pages[0])

    def decided(self, count: int) -> None:
        """Wait for so many decisions, of which no event has made two."""
        wait_until(lambda: len(self.rows(Decision)) >= count)
        assert len(self.rows(Decision)) == count

    def incidents(self) -> list[tuple[str, str, bool]]:
        """What people were told of: matter, code, whether it is over."""
        return [(one.what, one.code, one.ended_at is not None) for one in self.rows(Incident)]

    def gaps(self) -> list[tuple[int, int, str]]:
        """What is to be read again."""
        return [(one.from_at, one.to_at, one.code) for one in self.rows(Reread)]

    def keys(self) -> list[str]:
        """Event ids that were taken."""
        return [one.key for one in self.rows(SeenEvent)]

    def page(self) -> Page:
        """The first page's row."""
        with self.house.database.read() as session:
            return session.get_one(Page, self.pages[0])

    def close(self) -> None:
        """Give the database's connections back."""
        self.house.database.dispose()


def client() -> httpx.AsyncClient:
    """An HTTP client that trusts nobody."""
    return httpx.AsyncClient(verify=_NOBODY)


def whole(event: Event) -> Event:
    """The event, if it does not break us."""
    if isinstance(event.body, Written) and event.body.text == BREAKING:
        raise LookupError
    return event
