"""Telegram is told where to call, calls there with the secret, in order per chat, until each update is taken."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import DAY, SECOND
from app.domain.connecting import Refusal, Why
from app.domain.doors import Delivered, Reply
from app.domain.events import Event, Ignored
from app.domain.ports import Credential, Slot
from app.domain.subscribing import Subscription
from app.networks.telegram.door import TelegramDoor
from app.networks.telegram.inbound import ALLOWED_UPDATES
from app.networks.telegram.subscribing import TelegramSubscriber
from tests.fakes.clock import FakeClock
from tests.simulators.telegram_bot_api import CITIZEN, GROUP, TOKEN, TelegramBotApi
from tests.simulators.telegram_state import Member
from tests.stands.receiver import Receiver

PAGE = str(GROUP)
SECRET = "s3cret-Of_the-bot"
BOT = Credential(1, Slot.COMMUNITY, TOKEN)
DOOR = TelegramDoor()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def telegram(clock: FakeClock) -> Iterator[TelegramBotApi]:
    with TelegramBotApi(clock=clock) as simulator:
        simulator.set_member(Member(CITIZEN), by=CITIZEN)
        simulator.bot.queue.clear()
        yield simulator


@pytest.fixture
def subscriber(telegram: TelegramBotApi) -> Iterator[TelegramSubscriber]:
    http = httpx.Client(verify=False)  # noqa: S501 - loopback speaks no TLS
    subscriber = TelegramSubscriber(telegram.base_url, http=http, pace=Pace(sleep=lambda _: None))
    yield subscriber
    subscriber.close()


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    open_ = []

    def make(reply: Callable[[Delivered], Reply] = lambda _: DOOR.taken) -> Receiver:
        receiver = Receiver(reply)
        open_.append(receiver.__enter__())
        return receiver

    yield make
    for receiver in open_:
        receiver.__exit__()


def read(receiver: Receiver) -> list[Event | Ignored]:
    """What came in."""
    return [one for request in receiver.drain() for one in DOOR.parse(request)]


def test_an_address_is_set_and_taken_away(
    telegram: TelegramBotApi, subscriber: TelegramSubscriber, receive: Callable[..., Receiver]
) -> None:
    """Each update comes with the secret, of the kinds that are read here; afterwards it can be asked for."""
    receiver = receive()
    assert subscriber.on_loopback
    assert subscriber.subscribe(PAGE, receiver.url, SECRET, BOT) is None
    assert subscriber.subscription(PAGE, BOT, ours=receiver.url) == Subscription(receiver.url)
    telegram.write("Когда?")
    telegram.settle()
    requests = receiver.requests
    assert all(DOOR.verify(one, [SECRET]) for one in requests)
    assert not any(DOOR.verify(one, [secret]) for one in requests for secret in ("", SECRET[:-1], "x"))
    assert [one.type for one in read(receiver) if isinstance(one, Event)] == ["comment_new"]
    assert telegram.bot.heard == frozenset(ALLOWED_UPDATES)
    assert subscriber.unsubscribe(PAGE, receiver.url, BOT) is None
    assert subscriber.subscription(PAGE, BOT, ours=receiver.url) == Subscription("")
    telegram.write("ещё")
    telegram.settle()
    assert receiver.drain() == []
    assert len(telegram.bot.queue) == 1


def test_what_is_not_taken_comes_again_in_order_and_stops_its_chat_alone(
    telegram: TelegramBotApi, subscriber: TelegramSubscriber, receive: Callable[..., Receiver]
) -> None:
    """A chat whose first update is refused waits; another chat goes on; nothing overtakes within a chat."""
    refusals = iter([True, True])

    def reply(request: Delivered) -> Reply:
        in_group = b'"supergroup"' in request.body
        return Reply(b"busy", 503) if in_group and next(refusals, False) else DOOR.taken

    receiver = receive(reply)
    telegram.write("первое")
    telegram.write("второе")
    telegram.whisper("в стороне", author=333)
    subscriber.subscribe(PAGE, receiver.url, SECRET, BOT)
    telegram.settle()
    events = [one for one in read(receiver) if isinstance(one, Event)]
    group = [one.body.text for one in events if one.page == PAGE]  # type: ignore[union-attr]
    assert group == ["первое", "первое", "первое", "второе"]
    assert len({one.key for one in events if one.page == PAGE}) == 2
    texts = [one.body.text for one in events]  # type: ignore[union-attr]
    assert texts.index("в стороне") < texts.index("второе")
    assert [one.failures for one in telegram.attempts if one.status == 503] == [0, 1]


def test_what_goes_wrong_is_seen(
    telegram: TelegramBotApi, subscriber: TelegramSubscriber, receive: Callable[..., Receiver], clock: FakeClock
) -> None:
    """How much waits, what our server answered and when; after a day Telegram throws it away."""
    receiver = receive(lambda _: Reply(b"no", 500))
    subscriber.subscribe(PAGE, receiver.url, SECRET, BOT)
    telegram.write("а")
    telegram.write("б")
    telegram.settle()
    seen = subscriber.subscription(PAGE, BOT, ours=receiver.url)
    assert isinstance(seen, Subscription)
    assert (seen.waiting, seen.trouble) == (2, "Wrong response from the webhook: 500")
    assert seen.trouble_at == clock.now() // SECOND * SECOND
    clock.advance(DAY + SECOND)
    left = subscriber.subscription(PAGE, BOT, ours=receiver.url)
    assert isinstance(left, Subscription)
    assert left.waiting == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://dvornik.example/callbacks", "webhook_not_https"),
        ("https://dvornik.example:8080/callbacks", "webhook_port"),
    ],
)
def test_an_address_that_telegram_does_not_call_is_refused(
    telegram: TelegramBotApi, subscriber: TelegramSubscriber, url: str, code: str
) -> None:
    """Only TLS, and only four ports: the code says which it was."""
    assert subscriber.subscribe(PAGE, url, SECRET, BOT) == Refusal(Why.OTHER, code, Slot.COMMUNITY)
    assert telegram.bot.url == ""


@pytest.mark.parametrize("url", [f"https://dvornik.example:{port}/callbacks" for port in (80, 88, 443, 8443)])
def test_four_ports_are_called(telegram: TelegramBotApi, subscriber: TelegramSubscriber, url: str) -> None:
    """And no port at all."""
    assert subscriber.subscribe(PAGE, url, SECRET, BOT) is None
    assert telegram.bot.url == url


def test_a_dead_bot_is_told_nothing(telegram: TelegramBotApi, subscriber: TelegramSubscriber) -> None:
    """A recalled token is dead, a broken answer is nobody."""
    telegram.fail_next("setWebhook", "garbage")
    assert subscriber.subscribe(PAGE, "https://a.example/", SECRET, BOT) == Refusal(Why.AWAY, "garbage", Slot.COMMUNITY)
    telegram.kill_token(TOKEN)
    dead = Refusal(Why.DEAD, "telegram_401", Slot.COMMUNITY)
    assert subscriber.subscribe(PAGE, "https://a.example/", SECRET, BOT) == dead
    assert subscriber.subscription(PAGE, BOT, ours="") == dead
    assert subscriber.unsubscribe(PAGE, "", BOT) == dead


def test_a_dialogue_reaches_the_bot_without_a_page(
    telegram: TelegramBotApi, subscriber: TelegramSubscriber, receive: Callable[..., Receiver]
) -> None:
    """Citizens write to the bot as they write to a page."""
    receiver = receive()
    subscriber.subscribe(PAGE, receiver.url, SECRET, BOT)
    telegram.whisper("Здравствуйте", author=CITIZEN)
    telegram.settle()
    (event,) = read(receiver)
    assert isinstance(event, Event)
    assert (event.page, event.body.private) == ("", True)  # type: ignore[union-attr]


def test_the_door_takes_posts_and_says_nothing() -> None:
    """An answer that held a call would have Telegram make it, unseen."""
    assert DOOR.methods == frozenset({"POST"})
    assert (DOOR.taken.status, DOOR.taken.body) == (200, b"")
    assert DOOR.answer(Delivered("POST", {}, {}, b"{}"), "word") is None
    assert not DOOR.verify(Delivered("POST", {}, {}, b"{}"), [""])
    assert not DOOR.verify(Delivered("POST", {}, {"x-telegram-bot-api-secret-token": "ключ\ud800"}, b""), ["k"])
