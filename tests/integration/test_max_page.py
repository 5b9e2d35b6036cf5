"""A MAX channel in a real house: its address kept, its rights watched, its gaps read, its dialogues told apart."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from app.calling.pace import Pace
from app.domain.clock import HOUR, MINUTE, SECOND
from app.domain.doors import Delivered, Reply
from app.domain.events import Event
from app.domain.ports import Adapter
from app.domain.watching import Matter
from app.journal.verify import verify
from app.networks.max.adapter import max_messenger
from app.pipeline.administration.page_fields import NewPage
from app.pipeline.administration.pages import add_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.connecting.connect import connect_page
from app.pipeline.judging import judge
from app.pipeline.moderate import Moderator
from app.pipeline.naming import page_named
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.rereading.ordering import order_reread
from app.pipeline.rereading.walking import Rereader
from app.pipeline.watching.subscriptions import SubscriptionWatcher
from app.settings import Settings
from app.storage.tables import Comment, Decision, Incident, Post, Reread, RevisionBody
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds
from tests.simulators.max import ENOUGH, MaxSimulator
from tests.stands.receiver import Receiver

CHANNEL, SECOND_CHANNEL = -71_500_200_300_400, -71_500_200_300_401
CITIZEN = 640_000_001
RUDE = "Автор поста дебил и больше никто"
HERE = "https://dvornik.example"


class Yard:
    """A channel with a bot in a simulated MAX, and the house that moderates it."""

    def __init__(self, url: str) -> None:
        self.clock = FakeClock()
        self.max = MaxSimulator(clock=self.clock)
        self.max.state.rate = 10_000
        self.bot = self.max.add_bot()
        self.channel = self.max.add_chat(CHANNEL, bot=self.bot)
        adapter = max_messenger(Settings(max_api_url=self.max.base_url))
        house = make_house(url, self.clock)
        self.house = replace(house, networks={"max": adapter})
        ensure_presets(self.house)
        self.page_id = self.add(CHANNEL)
        self.configuration = Configuration(self.house, FakeThresholds())
        self.moderator = Moderator(WordScorer(), now=self.clock.now)
        self.committer = Committer(self.house, self.configuration, 1)
        self.post = self.max.post(self.channel, "Лифт починят к пятнице")

    @property
    def adapter(self) -> Adapter:
        """MAX as this house sees it."""
        return self.house.networks["max"]

    def add(self, chat: int) -> int:
        """Another page with the same bot."""
        new = NewPage(
            network="max",
            external_id=str(chat),
            title="Канал",
            policy="novokuznetsk-59",
            mode="enforce",
            community_token=self.bot.token,
        )
        return int(add_page(self.house, new, by="cli").id)

    def see(self, read: Callable[[Session], object]) -> object:
        """Look into the database."""
        with self.house.database.read() as session:
            return read(session)

    def config(self, external_id: str) -> PageConfig | None:
        """The page that an event names."""
        with self.house.database.read() as session:
            snapshot = self.configuration.current(session)
            own = snapshot.by_id[self.page_id]
            return page_named(snapshot, "max", external_id, own.connection_id)

    def take(self, request: Delivered) -> Reply:
        """What our server does with a delivery, without its web framework."""
        assert self.adapter.door is not None
        assert self.adapter.door.verify(request, ("secret",))
        for event in self.adapter.door.parse(request):
            if isinstance(event, Event) and (page := self.config(event.page)) is not None:
                self.commit(event, page)
        return self.adapter.door.taken

    def commit(self, event: Event, page: PageConfig) -> None:
        """One delivery a second after the one before."""
        self.clock.advance(SECOND)
        [answer] = self.committer.commit([self.judge(event, page)])
        assert isinstance(answer, Outcome)

    def judge(self, event: Event, page: PageConfig) -> Item:
        """With the model's opinion."""
        return judge(event, page, self.moderator, self.clock.now())

    def incidents(self) -> list[tuple[str, str]]:
        """What goes on at present, as matters with codes."""
        with self.house.database.read() as session:
            found = session.exec(select(Incident).where(col(Incident.ended_at).is_(None)))
            return [(one.what, one.code) for one in found]

    def words(self) -> dict[str, str]:
        """Words of comments by the last decision about them."""
        query = (
            select(RevisionBody.text, Decision.verdict)
            .join(Decision, col(Decision.revision_id) == RevisionBody.revision_id)
            .order_by(col(Decision.id))
        )
        with self.house.database.read() as session:
            return {str(text): verdict for text, verdict in session.exec(query)}


@pytest.fixture
def yard(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """How fast one may call is tried out elsewhere; the journal must verify at the end."""
    monkeypatch.setattr(Pace, "wait", lambda *_: None)
    made = Yard(sqlite_url)
    with made.max:
        yield made
    assert verify(made.house.database, made.house.journal_key).problems == []
    made.house.database.dispose()


@pytest.fixture
def door(yard: Yard) -> Iterator[Yard]:
    """MAX calls the house."""
    with Receiver(yard.take) as receiver:
        yard.max.subscribe(yard.bot, receiver.url, "secret")
        yield yard


def test_an_address_that_max_has_dropped_is_set_again(yard: Yard) -> None:
    """Connecting sets it; after eight hours in vain MAX forgets it, and the next look brings it back."""
    assert yard.adapter.subscriber is not None
    subscribers = {"max": yard.adapter.subscriber}
    connected = connect_page(
        yard.house, yard.page_id, {}, by="cli", public_url=HERE, wait=lambda _: None, subscribers=subscribers
    )
    assert connected.lacks == ()
    [(ours, kept)] = yard.bot.subscriptions.items()
    assert ours.startswith(f"{HERE}/callbacks/max/")
    watcher = SubscriptionWatcher(yard.house, subscribers, HERE)
    yard.clock.advance(10 * MINUTE)
    watcher.look()
    assert yard.bot.subscriptions == {ours: kept}

    yard.bot.subscriptions.clear()
    yard.clock.advance(8 * HOUR)
    watcher.look()
    [(again, renewed)] = yard.bot.subscriptions.items()
    assert (again, renewed.secret, renewed.types) == (ours, kept.secret, kept.types)


def test_rights_that_are_taken_away_are_an_incident_until_they_come_back(door: Yard) -> None:
    """MAX tells of it at once, also when the bot is put out."""
    door.max.permit(door.channel, door.bot, ENOUGH - {"read_all_messages", "delete"})
    assert door.incidents() == [(Matter.RIGHTS, "delete,read")]
    door.max.permit(door.channel, door.bot, set(ENOUGH))
    assert door.incidents() == []
    door.max.expel(door.channel, door.bot)
    assert door.incidents() == [(Matter.RIGHTS, "admin,delete,read")]


def test_a_post_is_context_and_a_comment_under_it_is_judged(door: Yard) -> None:
    """Citizens' words are; the channel's own are not."""
    post = door.max.post(door.channel, "Воду дадут к шести")
    door.max.comment(post, RUDE, sender=CITIZEN)
    door.max.comment(post, "Воду уже дали, дебил", sender=None)

    assert door.words() == {RUDE: "remove"}
    posts = door.see(lambda session: [one.external_id for one in session.exec(select(Post)) if one.text])
    assert posts == [post.mid]


def test_what_nobody_told_us_of_is_found_under_known_and_new_posts(door: Yard) -> None:
    """An edit, a comment under an old post, and one under a post that was published meanwhile; no removal is seen."""
    kept = door.max.comment(door.post, "Спасибо", sender=CITIZEN)
    taken = door.max.comment(door.post, "Возьму назад", sender=CITIZEN)
    # A hundred posts later nothing lists the old one; that it was talked about is known here.
    for number in range(100):
        door.max.state.new_text(CHANNEL, None, f"Объявление {number}")
    subscriptions, door.bot.subscriptions = door.bot.subscriptions, {}
    door.clock.advance(HOUR)
    began = door.clock.now()
    door.max.edit(kept, f"{RUDE}, спасибо")
    taken.deleted = True
    door.max.comment(door.post, RUDE, sender=CITIZEN)
    fresh = door.max.post(door.channel, "Новый пост")
    door.max.comment(fresh, f"И здесь: {RUDE}", sender=CITIZEN)
    door.bot.subscriptions = subscriptions
    door.clock.advance(HOUR)

    assert order_reread(door.house, door.page_id, since=began - MINUTE, by="cli") == ()
    assert door.adapter.reader is not None
    Rereader(door.committer, door.judge, {"max": door.adapter.reader}).run(
        door.house, door.configuration, threading.Event()
    )
    gap = door.see(lambda session: session.exec(select(Reread)).one().state)
    assert gap == "done"
    assert door.words() == {
        "Спасибо": "keep",
        f"{RUDE}, спасибо": "remove",
        "Возьму назад": "keep",
        RUDE: "remove",
        f"И здесь: {RUDE}": "remove",
    }


def test_a_dialogue_belongs_to_the_only_page_of_a_bot(door: Yard) -> None:
    """It is private; with a second page nobody can tell whose it is."""
    dialogue = door.max.add_chat(555, "dialog")
    dialogue.members.add(door.bot.user_id)
    door.max.post(dialogue, "Помогите с пособием", sender=CITIZEN)
    found = door.see(lambda session: [(one.kind, one.private, one.page_id) for one in session.exec(select(Comment))])
    assert found == [("message", True, door.page_id)]

    door.add(SECOND_CHANNEL)
    door.max.post(dialogue, "Вы здесь?", sender=CITIZEN)
    assert door.see(lambda session: len(session.exec(select(Comment)).all())) == 1
