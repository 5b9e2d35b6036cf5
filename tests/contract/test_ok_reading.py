"""Reading a group again lists what was written since, with the keys of people alone."""

from collections.abc import Iterator

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import DAY, HOUR
from app.domain.connecting import Refusal, Why
from app.domain.events import Written
from app.domain.ports import Credential, Slot
from app.domain.rereading import Thing
from app.networks.ok.reading import OkReader
from app.networks.ok.transport import Application
from tests.fakes.clock import FakeClock
from tests.simulators.ok import APPLICATION_KEY, APPLICATION_SECRET, OkSimulator

GROUP = "70000001234567"
MANAGER = "560000000001"


class Scene:
    """A group, its manager's token, and whoever reads."""

    def __init__(self, ok: OkSimulator, clock: FakeClock) -> None:
        self.ok, self.clock = ok, clock
        ok.add_group(GROUP, administrators=[MANAGER])
        self.key = Credential(1, Slot.USER, ok.add_token(MANAGER))
        app = Application(ok.url, APPLICATION_KEY, APPLICATION_SECRET)
        http = httpx.Client(verify=False)  # noqa: S501 - loopback speaks no TLS
        self.reader = OkReader(app, http=http, pace=Pace(sleep=lambda _: None))

    def read(self, since: int, key: Credential | None = None) -> dict[str, list[str]] | Refusal:
        """Texts by discussion."""
        key, found = key or self.key, {}
        for surface in self.reader.surfaces:
            things = self.reader.things(GROUP, surface, since, key)
            if isinstance(things, Refusal):
                return things
            for thing in things:
                told = self.reader.comments(GROUP, thing, since, key)
                if isinstance(told, Refusal):
                    return told
                found[thing.id] = [one.body.text for one in told if isinstance(one.body, Written)]
        return found


@pytest.fixture
def scene() -> Iterator[Scene]:
    clock = FakeClock()
    with OkSimulator(clock=clock) as ok:
        scene = Scene(ok, clock)
        yield scene
        scene.reader.close()


def test_what_was_written_since_is_listed(scene: Scene) -> None:
    """Under topics, photos and videos; removed comments and quiet discussions are not."""
    ok = scene.ok
    topic, old = ok.add_talk(GROUP, "151000000000001"), ok.add_talk(GROUP, "851000000000009", kind="GROUP_PHOTO")
    photo = ok.add_talk(GROUP, "851000000000002", kind="GROUP_PHOTO")
    movie = ok.add_talk(GROUP, "951000000000003", kind="GROUP_MOVIE")
    ok.write(old, "давно")
    ok.write(topic, "давно")
    scene.clock.advance(DAY)
    since = scene.clock.now()
    for talk in (topic, photo, movie):
        ok.write(talk, f"под {talk.id}")
    ok.remove(ok.write(topic, "удалено"))
    expected = {talk.id: [f"под {talk.id}"] for talk in (topic, photo, movie)}
    assert scene.read(since) == expected
    assert scene.reader.surfaces == ("GROUP_TOPIC", "GROUP_PHOTO", "GROUP_MOVIE")


def test_either_list_of_topics_is_enough(scene: Scene) -> None:
    """Statistics are closed to some tokens, the other list may fail."""
    topic = scene.ok.add_talk(GROUP, "151000000000001")
    scene.ok.write(topic, "слышно")
    since = scene.clock.now() - HOUR
    poor = Credential(2, Slot.USER, scene.ok.add_token(MANAGER, permissions=["VALUABLE_ACCESS"]))
    assert scene.read(since, poor) == {topic.id: ["слышно"]}
    scene.ok.fail_next("discussions.getList", 10)
    things = scene.reader.things(GROUP, "GROUP_TOPIC", since, scene.key)
    assert things == (Thing("GROUP_TOPIC", topic.id),)


def test_refusals_say_why(scene: Scene) -> None:
    """What is closed, gone, late or somebody else's."""
    topic = scene.ok.add_talk(GROUP, "151000000000001")
    thing = Thing("GROUP_TOPIC", topic.id)
    own = Credential(2, Slot.COMMUNITY, scene.ok.add_group_token(GROUP))
    assert scene.read(0, own) == Refusal(Why.NOT_ALLOWED, "messages_only", Slot.COMMUNITY)
    assert scene.reader.comments(GROUP, thing, 0, own) == Refusal(Why.NOT_ALLOWED, "messages_only", Slot.COMMUNITY)
    scene.ok.fail_next("discussions.getComments", 10, 8, "garbage", 50, 102)
    told = [scene.reader.comments(GROUP, thing, 0, scene.key) for _ in range(5)]
    whys = [one.why for one in told if isinstance(one, Refusal)]
    assert whys == [Why.NOT_ALLOWED, Why.LATER, Why.AWAY, Why.NOT_ALLOWED, Why.DEAD]


def test_a_topic_that_is_gone_has_no_comments(scene: Scene) -> None:
    """It was deleted between the two questions."""
    assert scene.reader.comments(GROUP, Thing("GROUP_TOPIC", "151000000000404"), 0, scene.key) == ()
