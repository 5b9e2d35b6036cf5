"""A network that tells of no changes: what it lists is compared with what is stored, and every change is told once."""

import asyncio
import threading
from dataclasses import dataclass, field, replace

from sqlalchemy import update

from app.domain.clock import SECOND
from app.domain.events import Act, CommentRef, Event, Written
from app.domain.polling import Heard, Listing, Place, Tokens, Unheard
from app.domain.words import Kind
from app.pipeline.administration.pages import NewPage, add_page, remove_page
from app.storage import polls
from app.storage.polls import Way
from app.storage.tables import Comment, Decision, Page, Poll, Reread, Revision
from tests.fakes.polling import GROUP, Listening
from tests.fakes.world import wait_until

BEGAN = 1_700_000_000_000_000


@dataclass
class Notice:
    """A place where texts stand, as a network that only lists shows it; `rest` = what it says of the next look."""

    texts: dict[str, str] = field(default_factory=dict)
    rest: int = 0
    #: From which instant a listing is whole; None = it is not said.
    since: int | None = BEGAN
    asked: int = 0
    changed: threading.Event = field(default_factory=threading.Event)

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """What stands there now."""
        await asyncio.sleep(0.01)
        self.asked += 1
        events = tuple(self._event(page, name, text) for name, text in self.texts.items())
        listing = Listing(Kind.WALL, "12", events, since=self.since)
        return Heard(Place(cursor=str(self.asked)), listings=(listing,), rest=self.rest)

    async def close(self) -> None:
        """Nothing is open."""

    @staticmethod
    def _event(page: str, name: str, text: str) -> Event:
        ref = CommentRef(Kind.WALL, "12", name)
        body = Written(Act.NEW, ref, "777", text, written_at=BEGAN + int(name))
        return Event("vk", page, "comment_new", f"new:{name}", body, b"{}")


def states(scene: Listening) -> dict[str, str]:
    """How each comment stands, by its id in the network."""
    return {one.external_id: one.state for one in scene.rows(Comment)}


def acts(scene: Listening) -> list[str]:
    """What the revisions came from."""
    return [one.act for one in scene.rows(Revision)]


def test_news_edits_and_removals_are_told_once(scene: Listening) -> None:
    """However often the same is listed; words that come back after others count again."""
    notice = Notice({"1": "Когда включат воду?"})
    with scene.poller(source=lambda: notice):
        scene.decided(1)
        for number, words in enumerate(["Уже включили", "Когда включат воду?", "Уже включили"], 2):
            scene.clock.advance(SECOND)
            notice.texts["1"] = words
            scene.decided(number)
        assert acts(scene) == ["new", "edit", "edit", "edit"]
        notice.texts = {"2": "Спасибо"}
        wait_until(lambda: states(scene) == {"1": "removed", "2": "visible"})
        before = notice.asked
        wait_until(lambda: notice.asked > before + 3)
        scene.decided(5)


def test_what_a_listing_does_not_reach_is_not_gone(scene: Listening) -> None:
    """Only texts from the span that a listing holds whole can be missing in it."""
    notice = Notice({"1": "Первый", "5": "Второй"})
    with scene.poller(source=lambda: notice):
        scene.decided(2)
        notice.since = BEGAN + 3
        notice.texts = {"7": "Третий"}
        wait_until(lambda: states(scene) == {"1": "visible", "5": "removed", "7": "visible"})
        notice.since = None
        notice.texts = {}
        before = notice.asked
        wait_until(lambda: notice.asked > before + 3)
        assert states(scene)["7"] == "visible"


def test_a_rest_is_kept_and_outlives_the_process(quick: Listening) -> None:
    """Nothing is asked before the network said that there is something to ask for."""
    notice = Notice({"1": "Когда?"}, rest=3_600_000_000)
    with quick.poller(source=lambda: notice):
        quick.decided(1)
        wait_until(lambda: quick.poll().due_at > quick.clock.now())
    with quick.poller(source=lambda: notice, look_seconds=0.02):
        wait_until(lambda: quick.poll().lease_owner != "")
        assert notice.asked == 1
        with quick.house.database.write() as session:
            polls.wake(session, quick.pages[0])
        wait_until(lambda: notice.asked == 2)


def test_one_page_asks_for_all_that_share_a_bot(quick: Listening) -> None:
    """Of several pages of a connection the oldest has the cursor; when it goes, the next one takes over."""
    token = {"user_token": "one-key-for-all"}
    added = [
        add_page(quick.house, NewPage("vk", str(GROUP + number), "Страница", intake="longpoll", **token), by="cli").id
        for number in (1, 2)
    ]
    shared = [Way("vk", "longpoll", shared=True)]
    with quick.house.database.write() as session:
        polls.sync(session, shared)
        polls.claim(session, "me", seconds=30, limit=10, ways=shared)
        assert {one.page_id for one in polls.held(session, "me", shared)} == {quick.pages[0], added[0]}
    assert quick.rows(Decision) == []
    with quick.house.database.write() as session:
        row = polls.lock_held(session, "me", added[0])
        assert row is not None
        row.server, row.cursor, row.polled_at = "the bot", "77", BEGAN
    remove_page(quick.house, added[0], by="cli")
    with quick.house.database.write() as session:
        polls.sync(session, shared)
    row = quick.poll(added[1])
    assert (row.server, row.cursor, row.polled_at, row.lease_owner) == ("the bot", "77", BEGAN, "")
    assert {one.page_id for one in quick.rows(Poll)} == {quick.pages[0], added[1]}


class Deaf(Notice):
    """A bot whose network has thrown away what came between the first answer and the second."""

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """Nothing but the loss, of which one page hears."""
        await asyncio.sleep(0.01)
        number = int(place.cursor or 0) + 1
        lost = "updates_expired" if number == 2 and page == str(GROUP) else ""
        return Heard(Place(cursor=str(number)), lost=lost)


def test_what_a_bot_has_missed_is_missing_on_all_of_its_pages(scene: Listening) -> None:
    """The gap is read again, or shown, on each of them, and on no page of another bot."""
    token = {"community_token": "one-key-for-all"}
    added = [
        add_page(scene.house, NewPage("vk", str(GROUP + number), "Страница", intake="longpoll", **token), by="cli").id
        for number in (1, 2)
    ]
    with scene.house.database.write() as session:
        session.execute(update(Page).values(connection_id=session.get_one(Page, added[0]).connection_id))
    vk = replace(scene.house.networks["vk"], source_is_shared=True)
    scene.house = replace(scene.house, networks={**scene.house.networks, "vk": vk})
    with scene.poller(source=Deaf):
        wait_until(lambda: len(scene.gaps()) > 0)

    assert sorted(one.page_id for one in scene.rows(Reread)) == sorted([*scene.pages, *added])
