"""Asking Telegram for updates keeps its rules and turns whatever it answers into a value."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.clock import DAY, HOUR, SECOND
from app.domain.events import Event
from app.domain.polling import Heard, Learned, Place, Unheard
from app.domain.ports import Credential, Slot
from app.networks.telegram.inbound import ALLOWED_UPDATES
from app.networks.telegram.polling import TelegramPolling
from app.networks.telegram.updates import read_update
from tests.fakes.clock import FakeClock
from tests.fakes.polling import client
from tests.simulators.telegram_bot_api import CITIZEN, GROUP, TOKEN, ApiError, TelegramBotApi
from tests.simulators.telegram_state import Member
from tests.stands.answering import Anything

PAGE = str(GROUP)
BOT = Credential(1, Slot.COMMUNITY, TOKEN)


class Scene:
    """A bot in a group, and whoever asks for it."""

    def __init__(self, telegram: TelegramBotApi) -> None:
        self.telegram = telegram
        telegram.state.longest_wait_s = 0.2
        self.tokens = [BOT]

    def listen(self, place: Place | None = None, url: str = "") -> Heard | Unheard:
        """One question."""

        async def ask() -> Heard | Unheard:
            source = TelegramPolling(url or self.telegram.base_url, http=client, wait_seconds=50)
            try:
                return await source.listen(PAGE, place or Place(), self._held)
            finally:
                await source.close()

        return asyncio.run(ask())

    async def _held(self) -> list[Credential]:
        return self.tokens

    def opened(self) -> Place:
        """Asked before, and nothing waits."""
        found = self.listen()
        assert isinstance(found, Heard)
        return found.place


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def scene(clock: FakeClock) -> Iterator[Scene]:
    with TelegramBotApi(clock=clock) as telegram:
        telegram.set_member(Member(CITIZEN), by=CITIZEN)
        telegram.bot.queue.clear()
        yield Scene(telegram)


def texts(heard: Heard | Unheard) -> list[str]:
    """What the updates say."""
    assert isinstance(heard, Heard), heard
    return [json.loads(update)["message"]["text"] for update in heard.updates]


def test_updates_come_in_order_and_once(scene: Scene) -> None:
    """What an answer held is thrown away by the question after it, and by no other."""
    place = scene.opened()
    scene.telegram.write("а")
    scene.telegram.write("б")
    first = scene.listen(place)
    assert texts(first) == ["а", "б"]
    assert texts(scene.listen(place)) == ["а", "б"], "asked from where we stood, it is told again"
    scene.telegram.write("в")
    assert isinstance(first, Heard)
    assert texts(scene.listen(first.place)) == ["в"]
    assert texts(scene.listen()) == ["в"]


def test_another_bot_counts_for_itself(scene: Scene) -> None:
    """A page that was given another bot's token hears all that waits for that bot; a new token of the same goes on."""
    scene.telegram.write("а")
    heard = scene.listen()
    assert isinstance(heard, Heard)
    scene.telegram.write("б")
    ours, far = heard.place, str(int(heard.place.cursor) + 1000)
    other = scene.listen(replace(ours, server="7000000009", cursor=far))

    assert texts(other) == ["а", "б"]
    assert isinstance(other, Heard)
    assert (other.opened, other.lost, other.place.server) == (True, "", TOKEN.partition(":")[0])
    again = scene.listen(ours)
    assert texts(again) == ["б"]
    assert isinstance(again, Heard)
    assert not again.opened


def test_the_first_question_waits_for_nothing(scene: Scene) -> None:
    """It shows whether one may ask and brings what has gathered; the next ones wait as long as Telegram lets them."""
    scene.telegram.write("давно")
    found = scene.listen()
    assert isinstance(found, Heard)
    assert (found.opened, texts(found), bool(found.place.key)) == (True, ["давно"], True)
    later = scene.listen(found.place)
    assert later == Heard(found.place)
    asked = [call.params for call in scene.telegram.calls_of("getUpdates")]
    assert [one["timeout"] for one in asked] == [0, 50]
    assert asked[0]["allowed_updates"] == list(ALLOWED_UPDATES)
    assert asked[1]["offset"] == int(found.place.cursor)


def test_bans_are_told_because_they_are_asked_for(scene: Scene) -> None:
    """Telegram leaves them out unless they are named."""
    place = scene.opened()
    scene.telegram.write("х")
    scene.telegram.set_member(Member(CITIZEN, "kicked", is_there=False))
    heard = scene.listen(place)
    assert isinstance(heard, Heard)
    kinds = [key for update in heard.updates for key in json.loads(update) if key != "update_id"]
    assert kinds == ["message", "chat_member"]


def test_an_update_is_read_as_at_the_door(scene: Scene) -> None:
    """A group's update names its group, whichever page was asked for."""
    place = scene.opened()
    scene.telegram.write("Когда?", under=scene.telegram.publish("Вода"))
    heard = scene.listen(place)
    assert isinstance(heard, Heard)
    found = [event for update in heard.updates for event in read_update(update, "-1")]
    assert [event.page for event in found if isinstance(event, Event)] == [PAGE] * len(heard.updates)
    assert "comment_new" in [event.type for event in found if isinstance(event, Event)]


def test_a_webhook_is_in_the_way_until_a_person_takes_it_away(scene: Scene) -> None:
    """Telegram does one or the other."""
    scene.telegram.bot.url = "https://dvornik.example/callbacks/telegram/key"
    assert scene.listen() == Unheard("webhook_active", lasting=True)


def test_somebody_else_who_asks_ends_our_question(scene: Scene) -> None:
    """It may be our own process that is ending: it passes."""
    place = scene.opened()
    scene.telegram.state.longest_wait_s = 20
    answers: list[Heard | Unheard] = []
    waiting = threading.Thread(target=lambda: answers.append(scene.listen(place)))
    waiting.start()
    assert scene.telegram.wait_for(lambda: len(scene.telegram.calls_of("getUpdates")) == 2)
    scene.listen()
    waiting.join(timeout=10)
    assert answers == [Unheard("asked_elsewhere")]


def test_what_telegram_has_thrown_away_is_a_loss(scene: Scene, clock: FakeClock) -> None:
    """Updates are kept for a day and numbered without holes: a hole is what nobody will tell us."""
    place = scene.opened()
    scene.telegram.write("первое")
    heard = scene.listen(place)
    assert isinstance(heard, Heard)
    scene.telegram.write("пропало")
    clock.advance(DAY + HOUR)
    scene.telegram.write("свежее")
    found = scene.listen(heard.place)
    assert texts(found) == ["свежее"]
    assert isinstance(found, Heard)
    assert found.lost == "updates_expired"
    assert texts(scene.listen(heard.place)) == ["свежее"]


def test_a_number_that_is_drawn_anew_is_no_loss(scene: Scene) -> None:
    """After a week without updates Telegram goes on from somewhere else."""
    place = scene.opened()
    scene.telegram.write("а")
    heard = scene.listen(place)
    assert isinstance(heard, Heard)
    scene.telegram.bot.next_update += 300_000_000
    scene.telegram.write("б")
    found = scene.listen(heard.place)
    assert isinstance(found, Heard)
    assert (texts(found), found.lost) == (["б"], "")


def test_a_flood_names_its_time(scene: Scene) -> None:
    """And is asked for no sooner."""
    scene.telegram.bot.flood = 9
    assert scene.listen() == Unheard("telegram_429", 9 * SECOND)


def test_a_dead_token_is_named(scene: Scene) -> None:
    """It lasts; so does having none, and a token that is none reaches no address."""
    scene.tokens = [Credential(3, Slot.COMMUNITY, "not a token")]
    dead = Unheard("telegram_401", lasting=True, learned=Learned(dead=((3, "telegram_401"),)))
    assert scene.listen() == dead
    scene.tokens = []
    assert scene.listen() == Unheard("no_token", lasting=True)
    scene.telegram.kill_token(TOKEN)
    scene.tokens = [BOT]
    found = scene.listen()
    assert isinstance(found, Unheard)
    assert found.learned.dead == ((1, "telegram_401"),)


def test_broken_letters_cost_nothing_but_themselves(scene: Scene) -> None:
    """Half of a surrogate pair is JSON that strict readers refuse: the update is written anew and read."""
    place = scene.opened()
    scene.telegram.write("смайл \ud83d и слова")
    heard = scene.listen(place)
    assert isinstance(heard, Heard)
    (found,) = (event for update in heard.updates for event in read_update(update, PAGE) if "смайл" in repr(event))
    assert isinstance(found, Event)
    assert found.body.text == "смайл \ufffd и слова"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"{",
        b'{"ok": false}',
        b'{"ok": true}',
        b'{"ok": true, "result": 5}',
        b'{"ok": true, "result": {"a": 1}}',
        b'{"ok": true, "result": [{"no": "number"}]}',
        b'{"ok": true, "result": [5]}',
        b'{"ok": true, "result": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_answer_moves_nothing(scene: Scene, body: bytes) -> None:
    """Where nothing says which update comes next, the place stays."""
    with Anything() as anything:
        anything.body = body
        assert scene.listen(Place(key="asked", cursor="5"), anything.url) == Unheard("garbage")


def test_one_update_without_a_number_stops_no_others(scene: Scene) -> None:
    """It is handed on, to be set aside by whoever reads."""
    with Anything() as anything:
        anything.body = b'{"ok": true, "result": [{"x": 1}, {"update_id": 7, "message": {}}]}'
        heard = scene.listen(Place(key="asked", cursor="7"), anything.url)
    assert isinstance(heard, Heard)
    assert (heard.place.cursor, len(heard.updates), heard.lost) == ("8", 2, "")


def test_trouble_is_a_value(scene: Scene) -> None:
    """Whoever answers in Telegram's place."""
    for trouble, code in (("http_502", "http_502"), ("garbage", "garbage"), ("close", "unreachable")):
        scene.telegram.fail_next("getUpdates", trouble)
        assert scene.listen() == Unheard(code)
    scene.telegram.fail_next("getUpdates", ApiError(500, "Internal Server Error: restart"))
    assert scene.listen() == Unheard("telegram_500")
