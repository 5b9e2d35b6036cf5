"""Asking OK for comments finds what is new, changed and gone, within what OK lets be asked."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from app.calling.pace import Pace
from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.events import Written
from app.domain.polling import Heard, Learned, Listing, Place, Unheard
from app.domain.ports import Credential, Lesson, Slot
from app.domain.words import Kind
from app.networks.ok.comments import TYPES
from app.networks.ok.cursor import read_cursor
from app.networks.ok.polling import OkSource
from app.networks.ok.transport import Application
from tests.fakes.clock import FakeClock
from tests.fakes.polling import client
from tests.simulators.ok import APPLICATION_KEY, APPLICATION_SECRET, OkSimulator

GROUP = "70000001234567"
MANAGER = "560000000001"
NOW = 1_790_000_000_000_000


class Scene:
    """A group with a topic, a photo and a video, and whoever asks."""

    def __init__(self, ok: OkSimulator, clock: FakeClock) -> None:
        self.ok, self.clock = ok, clock
        ok.add_group(GROUP, administrators=[MANAGER])
        self.topic = ok.add_talk(GROUP, "151000000000001")
        self.photo = ok.add_talk(GROUP, "851000000000002", kind="GROUP_PHOTO")
        self.movie = ok.add_talk(GROUP, "951000000000003", kind="GROUP_MOVIE")
        clock.advance(2 * HOUR)
        self.token = ok.add_token(MANAGER)
        self.held: Sequence[Credential] = [Credential(1, Slot.USER, self.token)]
        self.place = Place()
        self.key, self.secret = APPLICATION_KEY, APPLICATION_SECRET
        self.made: OkSource | None = None

    def ask(self, *, messages: bool = False, keep: bool = False) -> Heard | Unheard:
        """One question; by the same process as the last one only if told so."""

        async def listen() -> Heard | Unheard:
            app = Application(self.ok.url, self.key, self.secret)
            pace = Pace(sleep=lambda _: None)
            pace.turn = lambda *_: 0.0  # type: ignore[method-assign]
            source = OkSource(app, http=client, clock=self.clock, messages=messages, pace=pace, wait_seconds=1)
            if keep and self.made is not None:
                source._pages = self.made._pages
            self.made = source
            try:
                return await source.listen(GROUP, self.place, self._tokens)
            finally:
                await source.close()

        return asyncio.run(listen())

    def hear(self, *, messages: bool = False, keep: bool = False) -> Heard:
        """A question that is answered; the next one goes on from there."""
        found = self.ask(messages=messages, keep=keep)
        assert isinstance(found, Heard), found
        self.place = found.place
        return found

    def begin(self, *, messages: bool = False) -> None:
        """The first question, a minute ago."""
        self.hear(messages=messages)
        self.clock.advance(MINUTE)

    async def _tokens(self) -> Sequence[Credential]:
        return self.held


@pytest.fixture
def scene() -> Iterator[Scene]:
    """An OK of this test alone."""
    clock = FakeClock(NOW)
    with OkSimulator(clock=clock) as ok:
        yield Scene(ok, clock)


def texts(heard: Heard, kind: Kind = Kind.WALL) -> list[str]:
    """What stands where something may have happened."""
    bodies = [event.body for one in heard.listings if one.kind is kind for event in one.events]
    return sorted(body.text for body in bodies if isinstance(body, Written))


def test_what_stood_before_is_none_of_ours(scene: Scene) -> None:
    """Hearing begins with the first question; what is written after it is told, again by whoever asks from there."""
    scene.ok.write(scene.topic, "давно")
    scene.clock.advance(HOUR)
    assert texts(scene.hear()) == []
    first = scene.place
    scene.clock.advance(MINUTE)
    written = scene.ok.write(scene.topic, "новое")
    assert texts(scene.hear()) == ["новое"]
    scene.place = first
    heard = scene.hear()
    assert heard.listings[0].events[0].body.ref.external_id == written.id
    assert scene.ok.calls_of("discussions.getComments")[-1].params["anchor"] == "LAST"


@pytest.mark.parametrize("fine", [True, False])
def test_comments_of_the_first_minutes_are_told(scene: Scene, fine: bool) -> None:
    """A page is added, and asked for a little later: whoever wrote meanwhile is heard, whatever OK tells of dates."""
    scene.ok.state.fine_fields = fine
    scene.ok.write(scene.topic, "чуть раньше")
    scene.clock.advance(MINUTE)
    assert texts(scene.hear()) == ["чуть раньше"]


def test_photos_and_videos_of_the_group_too(scene: Scene) -> None:
    """Each is a place of its own; discussions of other groups and people are none of ours."""
    scene.ok.add_group("70000009999999", administrators=[MANAGER])
    foreign = scene.ok.add_talk("70000009999999", "151000000000009")
    scene.begin()
    for talk in (scene.topic, scene.photo, scene.movie, foreign):
        scene.ok.write(talk, f"под {talk.id}")
    found = {(one.kind, one.scope) for one in scene.hear().listings}
    assert found == {
        (Kind.WALL, scene.topic.id),
        (Kind.PHOTO, scene.photo.id),
        (Kind.VIDEO, scene.movie.id),
    }


def test_quiet_discussions_are_not_listed(scene: Scene) -> None:
    """Counters tell where nothing has happened: two calls for the whole group."""
    scene.begin()
    before = len(scene.ok.calls)
    assert scene.hear().listings == ()
    assert [one.method for one in scene.ok.calls[before:]] == ["group.getStatTopics", "discussions.getList"]


def test_removed_comments_are_not_listed_any_more(scene: Scene) -> None:
    """The listing says since when it is whole, so that what is missing is gone."""
    scene.begin()
    staying, going = scene.ok.write(scene.topic, "останется"), scene.ok.write(scene.topic, "уйдёт")
    scene.hear()
    scene.clock.advance(MINUTE)
    scene.ok.remove(going)
    listing = scene.hear().listings[0]
    assert [one.body.ref.external_id for one in listing.events] == [staying.id]
    assert listing.since is not None
    assert listing.since <= going.ms * 1000


def test_edits_are_seen_though_no_counter_tells(scene: Scene) -> None:
    """Where somebody has just written in every round, then every quarter of an hour, more rarely, then not at all."""
    scene.begin()
    comment = scene.ok.write(scene.topic, "было")
    scene.hear()
    scene.clock.advance(MINUTE)
    scene.ok.edit(comment, "исправлено")
    assert texts(scene.hear()) == ["исправлено"]
    scene.clock.advance(10 * MINUTE)
    scene.ok.edit(comment, "стало")
    assert scene.hear().listings == ()
    scene.clock.advance(5 * MINUTE)
    assert texts(scene.hear()) == ["стало"]
    scene.clock.advance(DAY)
    assert texts(scene.hear()) == ["стало"]
    scene.clock.advance(HOUR)
    assert scene.hear().listings == ()
    scene.clock.advance(3 * DAY)
    assert scene.hear().listings == ()


def test_many_comments_are_followed_to_the_last_known_one(scene: Scene) -> None:
    """By OK's anchors, a hundred at a time, no further than needed."""
    scene.begin()
    scene.ok.write(scene.topic, "первый")
    scene.hear()
    scene.clock.advance(2 * HOUR)
    for number in range(250):
        scene.ok.write(scene.topic, f"{number}")
        scene.clock.advance(6 * SECOND)
    before = len(scene.ok.calls_of("discussions.getComments"))
    assert len(texts(scene.hear())) == 251
    assert len(scene.ok.calls_of("discussions.getComments")) == before + 3
    scene.clock.advance(2 * HOUR)
    scene.ok.write(scene.topic, "ещё один")
    found = texts(scene.hear())
    assert "ещё один" in found
    assert len(found) < 150, "so far back that removals of the last minutes show"
    assert len(scene.ok.calls_of("discussions.getComments")) == before + 5


def test_a_crowd_is_read_in_part_and_nothing_is_called_gone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a list is not followed to its end, it is whole only as far as it was read."""
    monkeypatch.setattr("app.networks.ok.discussions.PAGES", 1)
    scene.begin()
    for _ in range(120):
        scene.ok.write(scene.topic, "толпа")
        scene.clock.advance(SECOND)
    listing = scene.hear().listings[0]
    assert len(listing.events) == 100
    oldest = min(one.body.written_at for one in listing.events)
    assert listing.since == oldest + SECOND


def test_nothing_is_no_word(scene: Scene) -> None:
    """A body that is null, or empty though something is counted, says nothing about comments that are known."""
    scene.begin()
    scene.ok.write(scene.topic, "стоит")
    scene.hear()
    for disturbance in ("null", "empty"):
        scene.clock.advance(15 * MINUTE)
        scene.ok.fail_next("discussions.getComments", disturbance)
        assert scene.hear().listings == ()
    scene.clock.advance(15 * MINUTE)
    assert texts(scene.hear()) == ["стоит"]


def test_a_deleted_topic_takes_its_comments_along(scene: Scene) -> None:
    """OK does not know the discussion any more: all that stood there is gone."""
    scene.begin()
    scene.ok.write(scene.topic, "под темой")
    scene.hear()
    scene.ok.drop_talk(scene.topic)
    scene.clock.advance(15 * MINUTE)
    assert scene.hear().listings == (Listing(Kind.WALL, scene.topic.id, (), 0),)


def test_a_list_that_breaks_off_calls_nothing_gone(scene: Scene) -> None:
    """OK may not know a place in its list any more: the discussion is there, and what was listed counts."""
    scene.begin()
    for number in range(120):
        scene.ok.write(scene.topic, f"{number}")
        scene.clock.advance(SECOND)
    scene.ok.fail_next("discussions.getComments", None, 141)
    (listing,) = scene.hear().listings
    assert len(listing.events) == 100
    assert listing.since is not None
    assert listing.since > scene.topic.comments[0].ms * 1000


def test_comments_are_told_in_the_order_in_which_they_were_written(scene: Scene) -> None:
    """Though OK lists the newest first: who writes again is told from who writes for the first time."""
    scene.begin()
    for number in range(3):
        # Two of them at one instant.
        scene.clock.advance(SECOND if number != 1 else 0)
        scene.ok.write(scene.topic, f"{number}")
    (listing,) = scene.hear().listings
    assert [event.body.text for event in listing.events if isinstance(event.body, Written)] == ["0", "1", "2"]


def test_the_last_comment_of_a_topic_can_go(scene: Scene) -> None:
    """An empty list is a word where nothing is counted either."""
    scene.begin()
    only = scene.ok.write(scene.topic, "единственный")
    scene.hear()
    scene.ok.remove(only)
    scene.clock.advance(MINUTE)
    listing = scene.hear().listings[0]
    assert (listing.events, listing.since is not None) == ((), True)


def test_a_token_that_may_not_see_statistics(scene: Scene) -> None:
    """Discussions tell enough; it is learned that the other list is closed, and not asked for again."""
    scene.token = scene.ok.add_token(MANAGER, permissions=["VALUABLE_ACCESS"])
    scene.held = [Credential(1, Slot.USER, scene.token)]
    heard = scene.hear()
    assert heard.learned == Learned(lessons=(Lesson(1, "group.getStatTopics", "ok_10"),))
    scene.held = [Credential(1, Slot.USER, scene.token, frozenset({"group.getStatTopics"}))]
    scene.clock.advance(MINUTE)
    scene.ok.write(scene.topic, "слышно")
    assert texts(scene.hear()) == ["слышно"]
    assert len(scene.ok.calls_of("group.getStatTopics")) == 1


def test_fields_that_ok_refuses_are_left_out(scene: Scene) -> None:
    """What nobody was seen to ask for is tried once; dates without milliseconds do."""
    scene.ok.state.fine_fields = False
    scene.begin()
    scene.ok.write(scene.topic, "слышно", by_group=True)
    heard = scene.hear()
    assert texts(heard) == ["слышно"]
    event = heard.listings[0].events[0]
    assert isinstance(event.body, Written)
    assert event.body.written_at is not None
    assert event.body.written_at % SECOND == 0
    assert event.body.author == f"-{GROUP}"


def test_the_person_whose_token_it_is_notices_nothing(scene: Scene) -> None:
    """Nobody is shown online, and unread comments stay unread."""
    scene.begin()
    scene.ok.write(scene.topic, "непрочитанное")
    scene.hear()
    assert scene.ok.state.online == set()
    assert scene.topic.read == {}


def test_pauses_follow_what_happens(scene: Scene) -> None:
    """A minute while people write, longer and longer when they do not, an hour at most; less when it is tried out."""
    scene.begin()
    scene.ok.write(scene.topic, "привет")
    assert scene.hear().rest == 20 * SECOND
    scene.clock.advance(15 * MINUTE)
    scene.ok.write(scene.topic, "привет")
    assert scene.hear().rest == MINUTE
    scene.clock.advance(3 * HOUR)
    assert scene.hear().rest == 15 * MINUTE
    scene.clock.advance(3 * DAY)
    assert scene.hear().rest == HOUR
    scene.ok.write(scene.topic, "снова")
    assert scene.hear().rest == MINUTE


def test_the_quota_stretches_pauses(scene: Scene) -> None:
    """Calls that are left have to do for a day, since OK does not say when it gives others."""
    scene.ok.state.quotas = {"discussions.getComments": 5000, "discussions.getList": 300}
    scene.begin()
    heard = scene.hear()
    cursor = read_cursor(heard.place.cursor)
    assert cursor is not None
    # What was left after the first round, less the two calls of the second.
    assert cursor.left == 297
    assert heard.rest == DAY * 2 // 297
    scene.clock.advance(HOUR)
    scene.ok.state.quotas["discussions.getComments"] = 0
    assert scene.hear().rest == HOUR


def test_used_up_and_flooded(scene: Scene) -> None:
    """OK names no time, so there is one of ours; nothing moves."""
    scene.begin()
    for code, after in ((11, HOUR), (8, 15 * MINUTE), (7, 15 * MINUTE)):
        scene.ok.fail_next("discussions.getList", code)
        assert scene.ask() == Unheard(f"ok_{code}", after)


def test_what_was_heard_before_a_trouble_counts(scene: Scene) -> None:
    """A limit in the middle of a round loses nothing of it and the rest follows soon."""
    scene.begin()
    for talk in (scene.topic, scene.photo, scene.movie):
        scene.ok.write(talk, "слышно")
    scene.ok.state.quotas["discussions.getComments"] = 1
    heard = scene.hear()
    assert len(heard.listings) == 1
    scene.ok.state.quotas.clear()
    assert {one.kind for one in scene.hear().listings} == set(TYPES)


def test_a_token_that_dies_in_a_round_takes_nothing_along(scene: Scene) -> None:
    """What was listed with it is told, and the other token lists the rest."""
    scene.begin()
    for talk in (scene.topic, scene.photo, scene.movie):
        scene.ok.write(talk, "слышно")
    scene.clock.advance(30 * MINUTE)
    scene.held = [*scene.held, Credential(2, Slot.USER, scene.ok.add_token(MANAGER))]
    scene.ok.fail_next("discussions.getComments", None, 102)
    first = scene.hear()
    assert first.learned.dead == ((1, "ok_102"),)
    scene.held = scene.held[1:]
    assert {one.kind for one in (*first.listings, *scene.hear().listings)} == set(TYPES)


def test_dead_tokens_and_none(scene: Scene) -> None:
    """People hear which token it was; without any, nothing is asked."""
    scene.ok.kill(scene.token)
    assert scene.ask() == Unheard("ok_102", lasting=True, learned=Learned(dead=((1, "ok_102"),)))
    scene.held = []
    assert scene.ask() == Unheard("no_token", lasting=True)
    scene.held = [Credential(1, Slot.USER, scene.token, frozenset({"discussions.getComments"}))]
    assert scene.ask() == Unheard("no_capable_token", lasting=True)


def test_an_application_that_ok_does_not_know(scene: Scene) -> None:
    """The token is alive; a person must see to the application's keys."""
    scene.secret = "another"
    assert scene.ask() == Unheard("ok_104", HOUR, lasting=True)
    scene.key = "CANOTHERKEYBABABA"
    assert scene.ask() == Unheard("ok_101", HOUR, lasting=True)
    before = len(scene.ok.calls)
    scene.key = ""
    assert scene.ask() == Unheard("ok_101", HOUR, lasting=True)
    assert len(scene.ok.calls) == before, "without keys nothing is asked"


@pytest.mark.parametrize(
    ("disturbance", "code", "after"),
    [
        ("close", "unreachable", None),
        ("garbage", "garbage", None),
        ("http_502", "http_502", None),
        ("http_503", "http_503", 7 * SECOND),
        ("header_only", "ok_2", None),
    ],
)
def test_a_network_that_has_lost_its_mind(scene: Scene, disturbance: str, code: str, after: int | None) -> None:
    """Whatever it answers is a value."""
    scene.ok.fail_next("group.getStatTopics", disturbance)
    assert scene.ask() == Unheard(code, after)


def test_a_cursor_of_somebody_else(scene: Scene) -> None:
    """What happened since the last answer is lost, and said to be; a new one begins."""
    scene.place = Place(cursor="1697512345")
    heard = scene.hear()
    assert heard.lost == "bad_cursor"
    assert read_cursor(heard.place.cursor) is not None


def test_a_cursor_does_not_grow_for_ever(scene: Scene) -> None:
    """Discussions that are listed no more make room; new comments under them are found all the same."""
    for number in range(300):
        scene.ok.add_talk(GROUP, str(152000000000000 + number), kind="GROUP_PHOTO")
        if number % 50 == 0:
            scene.hear()
            scene.clock.advance(HOUR)
    heard = scene.hear()
    cursor = read_cursor(heard.place.cursor)
    assert cursor is not None
    assert len(cursor.known) <= 250
    assert len(heard.place.cursor) < 40_000
    scene.clock.advance(MINUTE)
    scene.ok.write(scene.topic, "под старой темой")
    assert "под старой темой" in texts(scene.hear())


# --- messages where nobody is called -------------------------------------------------------------------------------


def with_messages(scene: Scene) -> str:
    """The group has a token of its own."""
    own = scene.ok.add_group_token(GROUP)
    scene.held = [*scene.held, Credential(2, Slot.COMMUNITY, own)]
    return own


def test_messages_are_asked_for(scene: Scene) -> None:
    """Each comes once, whole, with numbers beyond 2^53; comments come along."""
    with_messages(scene)
    scene.begin(messages=True)
    told = scene.ok.message(GROUP, "Здравствуйте")
    scene.ok.write(scene.topic, "и комментарий")
    heard = scene.hear(messages=True)
    assert [one for one in heard.updates if str(told["message"]["seq"]).encode() in one]
    assert texts(heard) == ["и комментарий"]
    assert heard.rest == 0
    assert scene.hear(messages=True).updates == ()


def test_between_rounds_only_messages_are_asked_for(scene: Scene) -> None:
    """OK is to wait until the next round is due, no longer than it is asked to."""
    with_messages(scene)
    scene.begin(messages=True)
    scene.hear(messages=True)
    before = len(scene.ok.calls)
    scene.ok.message(GROUP, "Здравствуйте")
    heard = scene.hear(messages=True, keep=True)
    assert len(heard.updates) == 1
    assert [one.method for one in scene.ok.calls[before:]] == ["me/updates"]
    assert scene.ok.calls[-1].params["timeout"] == "1"
    assert scene.hear(messages=True, keep=True).rest == 5 * SECOND, "an OK that does not wait is not asked at once"
    scene.clock.advance(HOUR)
    scene.hear(messages=True, keep=True)
    assert "discussions.getList" in [one.method for one in scene.ok.calls[before:]]


def test_a_subscription_that_ok_forgot_is_renewed(scene: Scene) -> None:
    """With the next question."""
    with_messages(scene)
    scene.begin(messages=True)
    scene.hear(messages=True)
    scene.ok.state.polled.clear()
    assert scene.ask(messages=True, keep=True) == Unheard("ok_100", lasting=True)
    assert isinstance(scene.ask(messages=True, keep=True), Heard)


def test_hearing_begins_though_messages_are_refused(scene: Scene) -> None:
    """Comments are heard from the first question on, whatever comes of the messages, and people hear of that too."""
    with_messages(scene)
    scene.ok.fail_next("me/subscribe", 11, 11)
    scene.hear(messages=True)
    assert scene.ask(messages=True, keep=True) == Unheard("ok_11", HOUR)
    scene.clock.advance(MINUTE)
    scene.ok.write(scene.topic, "написано, пока никто не слушал")
    scene.clock.advance(HOUR)
    assert texts(scene.hear(messages=True, keep=True)) == ["написано, пока никто не слушал"]


def test_a_group_s_dead_token_stops_no_comments(scene: Scene) -> None:
    """It is told of, and comments are heard; so they are without such a token."""
    scene.ok.kill(with_messages(scene))
    scene.hear(messages=True)
    scene.clock.advance(MINUTE)
    scene.ok.write(scene.topic, "слышно")
    heard = scene.hear(messages=True)
    assert heard.learned.dead == ((2, "ok_102"),)
    assert texts(heard) == ["слышно"]
    scene.held = scene.held[:1]
    scene.clock.advance(MINUTE)
    scene.ok.write(scene.topic, "и без ключа")
    assert "и без ключа" in texts(scene.hear(messages=True))
