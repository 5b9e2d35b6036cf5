"""What stands on a page is read from a VK that enforces its limits, and told in the words of its events."""

from collections.abc import Iterator

import httpx
import pytest

from app.calling.pace import HalfPace, Pace
from app.domain.clock import DAY, SECOND
from app.domain.connecting import Refusal, Why
from app.domain.events import Event, Removed, Written
from app.domain.ports import Credential, Slot
from app.domain.rereading import Thing
from app.domain.words import Kind
from app.networks.vk.reading import VkReader
from tests.fakes.clock import FakeClock
from tests.simulators import vk_state
from tests.simulators.vk import VkSimulator

GROUP = 229000001
PAGE = str(GROUP)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still."""
    return FakeClock()


@pytest.fixture
def vk(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[VkSimulator]:
    """A community whose rate is nobody's concern here."""
    monkeypatch.setitem(vk_state.RATES, "user", 1_000)
    with VkSimulator(clock=clock) as simulator:
        simulator.add_community(GROUP)
        yield simulator


@pytest.fixture
def reader(vk: VkSimulator) -> Iterator[VkReader]:
    """A reader that does not pause."""
    made = VkReader(vk.base_url, http=httpx.Client(), pace=Pace(sleep=lambda _: None))
    yield made
    made.close()


@pytest.fixture
def key(vk: VkSimulator) -> Credential:
    """A manager's key."""
    return Credential(1, Slot.USER, vk.add_token("user", GROUP))


def read(reader: VkReader, key: Credential, surface: str, since: int = 0) -> list[Event]:
    """Everything on a surface."""
    things = reader.things(PAGE, surface, since, key)
    assert not isinstance(things, Refusal), things
    events: list[Event] = []
    for thing in things:
        found = reader.comments(PAGE, thing, since, key)
        assert not isinstance(found, Refusal), found
        events += found
    return events


@pytest.mark.parametrize("surface", ["wall", "board", "photo", "video", "market"])
def test_a_listed_comment_is_told_as_its_event_would_have_told_it(
    vk: VkSimulator, reader: VkReader, key: Credential, surface: str
) -> None:
    """Author, words, time, place and identity are the same, so a later delivery is recognised."""
    comment = vk.post_comment(GROUP, "Когда починят дорогу?", author=77, surface=surface, thing=5)

    [event] = read(reader, key, surface)
    body = event.body
    assert isinstance(body, Written)
    assert (body.author, body.text, body.written_at) == ("77", comment.text, comment.date * SECOND)
    assert (body.ref.external_id, body.ref.scope) == (str(comment.id), "5" if surface == "board" else "")
    assert body.ref.kind is {"board": Kind.DISCUSSION}.get(surface, Kind(surface if surface != "board" else "wall"))
    assert body.post == ("5" if surface == "wall" else f"{'topic' if surface == 'board' else surface}-{GROUP}_5")
    assert event.page == PAGE
    assert b"thread" not in event.raw


def test_long_lists_and_long_threads_are_read_to_their_end(vk: VkSimulator, reader: VkReader, key: Credential) -> None:
    """More comments than one list holds, and more answers to one of them than are shown beside it."""
    roots = [vk.post_comment(GROUP, f"Комментарий {n}") for n in range(130)]
    for number in range(25):
        vk.post_comment(GROUP, f"Ответ {number}").parents.append(roots[3].id)
    vk.post_comment(GROUP, "Короткий ответ").parents.append(roots[4].id)

    events = read(reader, key, "wall")
    texts = [event.body.text for event in events if isinstance(event.body, Written)]
    assert len(texts) == len(set(texts)) == 156
    [answer] = [one.body for one in events if isinstance(one.body, Written) and one.body.text == "Короткий ответ"]
    assert answer.thread_root == str(roots[4].id)


def test_a_deleted_comment_that_was_answered_is_told_as_gone(
    vk: VkSimulator, reader: VkReader, key: Credential
) -> None:
    """VK shows an empty place instead of it, which holds nobody's words."""
    root = vk.post_comment(GROUP, "Удалено")
    vk.post_comment(GROUP, "Ответ").parents.append(root.id)
    root.deleted = True

    gone = [event.body for event in read(reader, key, "wall") if isinstance(event.body, Removed)]
    assert [body.ref.external_id for body in gone] == [str(root.id)]


def test_flat_lists_are_followed_only_as_far_as_needed(
    vk: VkSimulator, reader: VkReader, key: Credential, clock: FakeClock
) -> None:
    """The newest come first: what lies behind the time in question costs no calls."""
    for number in range(250):
        vk.post_comment(GROUP, f"Старое {number}", surface="video", thing=2)
    clock.advance(DAY)
    vk.post_comment(GROUP, "Новое", surface="video", thing=2)

    read(reader, key, "video", since=clock.now() - SECOND)
    assert len(vk.calls_of("video.getComments")) == 1


def test_refusals_say_what_can_be_done(vk: VkSimulator, reader: VkReader, key: Credential) -> None:
    """A community's key may not read, a dead one is dead, and a VK that answers nonsense is away."""
    community = Credential(2, Slot.COMMUNITY, vk.add_token("community", GROUP))
    closed = reader.things(PAGE, "wall", 0, community)
    vk.fail_next("wall.get", 5, 9, "garbage", "close")
    answers = [reader.things(PAGE, "wall", 0, key) for _ in range(4)]

    assert isinstance(closed, Refusal)
    assert (closed.why, closed.code) == (Why.NOT_ALLOWED, "vk_27")
    assert [one.why for one in answers if isinstance(one, Refusal)] == [Why.DEAD, Why.LATER, Why.AWAY, Why.AWAY]
    vk.fail_next("wall.getComments", 15)
    refused = reader.comments(PAGE, Thing("wall", "1"), 0, key)
    assert isinstance(refused, Refusal)
    assert refused.why is Why.NOT_ALLOWED


def test_reading_leaves_the_sending_its_share_of_the_rate() -> None:
    """Of three calls a second that a person's key has, lists take one."""
    now = [0.0]
    pace = HalfPace(monotonic=lambda: now[0])
    waits = [pace.turn(1, 3) for _ in range(3)]

    assert waits[1] - waits[0] >= 1.0
    assert waits[2] - waits[1] >= 1.0


def test_a_post_of_somebody_elses_wall_is_not_read(vk: VkSimulator, reader: VkReader, key: Credential) -> None:
    """Events name such posts with their owner; the community has nothing to read there."""
    assert reader.comments(PAGE, Thing("wall", "-5_7"), 0, key) == ()
    assert vk.calls == []
