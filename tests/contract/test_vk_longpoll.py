"""Asking VK for events keeps VK's rules and turns whatever it answers into a value."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.calling import http as calling
from app.domain.polling import Heard, Learned, Place, Unheard
from app.domain.ports import Credential, Lesson, Slot
from app.networks.vk.longpoll import VkLongPoll
from tests.fakes.polling import client
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_connecting import EVENTS
from tests.simulators.vk_longpoll import end_keys, forget

GROUP = 229000001
NOWHERE = Place()
SOMEWHERE = Place("https://lp.vk.com/wh1", "k", "5")


class Scene:
    """A community that may be polled, its key, and whoever asks."""

    def __init__(self, vk: VkSimulator) -> None:
        self.vk = vk
        self.community = vk.add_community(GROUP)
        self.community.polling.enabled, self.community.polling.events = True, set(EVENTS)
        self.tokens = [Credential(1, Slot.COMMUNITY, vk.add_token("community", GROUP))]

    def listen(self, place: Place = NOWHERE) -> Heard | Unheard:
        """One question."""

        async def ask() -> Heard | Unheard:
            source = VkLongPoll(self.vk.base_url, http=client, wait_seconds=1)
            try:
                return await source.listen(str(GROUP), place, self._held)
            finally:
                await source.close()

        return asyncio.run(ask())

    async def _held(self) -> list[Credential]:
        return self.tokens

    def opened(self) -> Place:
        """A session."""
        found = self.listen()
        assert isinstance(found, Heard)
        assert found.opened
        return found.place

    def write(self, text: str = "Спасибо") -> None:
        """Somebody writes."""
        self.vk.send_new(self.vk.post_comment(GROUP, text))


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A VK of this test alone."""
    with VkSimulator() as vk:
        yield Scene(vk)


def texts(heard: Heard | Unheard) -> list[str]:
    """What the updates say."""
    assert isinstance(heard, Heard), heard
    return [json.loads(update)["object"]["text"] for update in heard.updates]


def test_events_come_in_order_and_once(scene: Scene) -> None:
    """Each answer moves the number on; the key and the server are VK's own."""
    place = scene.opened()
    scene.write("а")
    scene.write("б")
    first = scene.listen(place)
    assert texts(first) == ["а", "б"]
    scene.write("в")
    assert texts(scene.listen(first.place)) == ["в"]
    assert texts(scene.listen(place)) == ["а", "б", "в"], "asked from where we stood, VK tells it all again"
    assert len(scene.vk.calls_of("groups.getLongPollServer")) == 1
    assert place.key not in repr(place)


def test_an_answer_without_news_keeps_the_number(scene: Scene) -> None:
    """VK waits as long as it is asked to; types that are not switched on are no news."""
    place = scene.opened()
    scene.community.polling.events.discard("wall_reply_new")
    scene.write()
    assert scene.listen(place) == Heard(place)
    assert scene.vk.calls_of("a_check")[0].params["wait"] == "1"


def test_an_old_key_is_exchanged_and_nothing_is_lost(scene: Scene) -> None:
    """The number stays: what happened meanwhile comes with the next question."""
    place = scene.opened()
    scene.write("пока ключ менялся")
    end_keys(scene.community)
    renewed = scene.listen(place)
    assert isinstance(renewed, Heard)
    assert (renewed.opened, renewed.lost, renewed.place.cursor) == (True, "", place.cursor)
    assert texts(scene.listen(renewed.place)) == ["пока ключ менялся"]


def test_a_history_that_does_not_reach_back_is_a_loss(scene: Scene) -> None:
    """VK keeps so many events; the answer says from where it can go on."""
    place = scene.opened()
    scene.community.history.length = 1
    scene.write("а")
    scene.write("б")
    found = scene.listen(place)
    assert isinstance(found, Heard)
    assert (found.lost, found.updates, found.place.cursor, found.opened) == ("failed_1", (), "2", False)


def test_a_session_that_vk_has_forgotten_is_a_loss(scene: Scene) -> None:
    """Key and number begin anew."""
    place = scene.opened()
    scene.write()
    forget(scene.community)
    found = scene.listen(place)
    assert isinstance(found, Heard)
    assert (found.lost, found.opened, found.place.cursor) == ("failed_3", True, "0")
    assert found.place.key != place.key


def test_a_switched_off_long_poll_needs_a_person(scene: Scene) -> None:
    """Error 100 of the session's method."""
    scene.community.polling.enabled = False
    assert scene.listen() == Unheard("vk_100", lasting=True)


def test_the_next_token_is_tried(scene: Scene) -> None:
    """The community's key first; what it cannot and what is dead is told, whoever opens the session."""
    scene.tokens = [Credential(n, Slot.COMMUNITY, scene.vk.add_token("community", GROUP)) for n in (1, 2)]
    scene.tokens.append(Credential(3, Slot.USER, scene.vk.add_token("user", GROUP)))
    scene.vk.fail_next("groups.getLongPollServer", 27, 5)
    found = scene.listen()
    lesson = Lesson(1, "groups.getLongPollServer", "vk_27")
    assert found.learned == Learned(dead=((2, "vk_5"),), lessons=(lesson,))
    assert isinstance(found, Heard)
    assert [call.token_kind for call in scene.vk.calls] == ["community", "community", "user"]


@pytest.mark.parametrize(("code", "lasting", "waits"), [(29, False, True), (6, False, True), (14, True, True)])
def test_limits_are_kept_and_people_are_asked(scene: Scene, code: int, lasting: bool, waits: bool) -> None:
    """The time that the table of errors names is passed on."""
    scene.vk.fail_next("groups.getLongPollServer", code)
    found = scene.listen()
    assert isinstance(found, Unheard)
    assert (found.code, found.lasting, found.after is not None) == (f"vk_{code}", lasting, waits)


def test_without_tokens_nobody_is_asked(scene: Scene) -> None:
    """None at all, none that may, none that could be sent."""
    scene.tokens = []
    assert scene.listen() == Unheard("no_token", lasting=True)
    scene.tokens = [Credential(1, Slot.USER, "x", frozenset({"groups.getLongPollServer"}))]
    assert scene.listen() == Unheard("no_capable_token", lasting=True)
    scene.tokens = [Credential(1, Slot.USER, "ключ")]
    assert scene.listen() == Unheard("vk_5", lasting=True, learned=Learned(dead=((1, "vk_5"),)))
    assert scene.vk.calls == []


@pytest.mark.parametrize(
    ("disturbance", "code"),
    [
        ("garbage", "garbage"),
        ("not_json_object", "garbage"),
        ("redirect", "http_302"),
        ("http_502", "http_502"),
        ("http_503", "http_503"),
        ("close", "unreachable"),
    ],
)
@pytest.mark.parametrize("method", ["a_check", "groups.getLongPollServer"])
def test_a_broken_answer_is_told_and_costs_nothing(scene: Scene, method: str, disturbance: str, code: str) -> None:
    """Neither the session nor the number is given up for it."""
    place = scene.opened()
    scene.vk.fail_next(method, disturbance)
    found = scene.listen(place if method == "a_check" else Place())
    assert isinstance(found, Unheard)
    assert (found.code, found.lasting) == (code, False)


def answering(body: bytes | AsyncIterator[bytes]) -> httpx.MockTransport:
    """A VK that answers everything alike."""
    return httpx.MockTransport(lambda _request: httpx.Response(200, content=body))


def heard(body: bytes | AsyncIterator[bytes], place: Place = SOMEWHERE) -> Heard | Unheard:
    """What an answer of VK's gives."""

    async def ask() -> Heard | Unheard:
        source = VkLongPoll("https://api.vk.ru/method/", http=lambda: httpx.AsyncClient(transport=answering(body)))
        return await source.listen("1", place, tokens)

    async def tokens() -> list[Credential]:
        return [Credential(1, Slot.COMMUNITY, "t")]

    return asyncio.run(ask())


def test_an_answer_that_comes_drop_by_drop_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """No drop is late, and yet nobody would hear anything of the page."""
    monkeypatch.setattr(calling, "LONGEST_ANSWER_SECONDS", 0.05)

    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)

    assert heard(drops()) == Unheard("timeout")


def test_updates_come_byte_for_byte() -> None:
    """They are evidence."""
    found = heard(b'{"ts":6,"updates":[{"type" : "like_add", "object":{}}]}')
    assert isinstance(found, Heard)
    assert (found.updates, found.place.cursor) == ((b'{"type" : "like_add", "object":{}}',), "6")


def test_broken_letters_cost_no_neighbour_its_place() -> None:
    """Half an emoji is written anew; bytes that are no letters become the sign for them."""
    for written, read in ((b"\\ud83d", "\ud83d"), (b"\xed\xa0", "\ufffd\ufffd")):
        found = heard(b'{"ts":"7","updates":[{"a":"' + written + b'"},{"b":1}]}')
        assert isinstance(found, Heard)
        assert [json.loads(update) for update in found.updates] == [{"a": read}, {"b": 1}]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"{}", b'{"ts":1}', b'{"updates":[]}', b'{"ts":"x","updates":[]}', b"[" * 100_000),
        *(b'{"failed":4,"ts":1}', b'{"failed":[],"ts":1,"updates":[]}', b'{"ts":1,"updates":{}}', b'{"ts":1e400}'),
    ],
)
def test_what_is_not_the_protocol_is_garbage(body: bytes) -> None:
    """Whatever stands there: a value, never an exception, and the number stays."""
    assert heard(body) == Unheard("garbage")


@pytest.mark.parametrize(
    "server", ["http://lp.vk.com/wh1", "http://127.0.0.1/wh1", "ftp://x", "lp.vk.com", "", "https://", "http://[::1"]
)
def test_the_key_goes_to_no_open_address(server: str) -> None:
    """VK names https; anything else is not VK, or not whole."""
    body = json.dumps({"response": {"server": server, "key": "k", "ts": "1"}}).encode()
    assert heard(body, Place()) == Unheard("garbage")
