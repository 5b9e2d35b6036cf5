"""Messages to a group come in by an address that holds a key, and the address is kept at OK."""

import json
from collections.abc import Iterator
from ipaddress import ip_network

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.connecting import Refusal, Why
from app.domain.doors import Delivered, Reply
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Ignored, Written
from app.domain.ports import Credential, Slot
from app.domain.subscribing import Subscription
from app.domain.words import Kind
from app.networks.ok.messages import OkDoor, read_update
from app.networks.ok.subscribing import OkSubscriber, address
from app.networks.ok.transport import Application
from tests.fakes.clock import FakeClock
from tests.simulators.ok import APPLICATION_KEY, APPLICATION_SECRET, OkSimulator
from tests.simulators.ok_state import DROPPED_AFTER
from tests.simulators.ok_state import Subscription as Kept
from tests.stands.receiver import Receiver

GROUP = "70000001234567"
OURS = "https://dvornik.example/callbacks/ok/k3y"
NETWORKS = [ip_network("217.20.145.192/28"), ip_network("217.20.151.160/28")]


class Scene:
    """A group with its token, our server, and whoever keeps the address."""

    def __init__(self, ok: OkSimulator, clock: FakeClock, receiver: Receiver) -> None:
        self.ok, self.clock, self.receiver = ok, clock, receiver
        ok.add_group(GROUP)
        self.token = ok.add_group_token(GROUP)
        self.own = Credential(2, Slot.COMMUNITY, self.token)
        app = Application(ok.url, APPLICATION_KEY, APPLICATION_SECRET)
        http = httpx.Client(verify=False)  # noqa: S501 - loopback speaks no TLS
        self.keeper = OkSubscriber(app, http=http, pace=Pace(sleep=lambda _: None))

    def subscribe(self) -> None:
        """Our server is called from here on."""
        assert self.keeper.subscribe(GROUP, self.receiver.url, "", self.own) is None


@pytest.fixture
def scene() -> Iterator[Scene]:
    door, clock = OkDoor(), FakeClock()

    def reply(request: Delivered) -> Reply:
        return door.answer(request, "c0nf1rm") or door.taken

    with OkSimulator(clock=clock) as ok, Receiver(reply) as receiver:
        scene = Scene(ok, clock, receiver)
        yield scene
        scene.keeper.close()


def body(**changes: object) -> dict:
    """A message as OK's documents show one."""
    return {
        "webhookType": "MESSAGE_CREATED",
        "sender": {"user_id": "user:123456789012", "name": "Василий Васильев"},
        "recipient": {"chat_id": "chat:C3ecb9d02a600"},
        "message": {"text": "Здравствуйте", "seq": 98_211_023_614_189_667, "mid": "mid:C3ecb9d02a600.15cea67d78d2059"},
        "timestamp": 1_790_000_000_123,
    } | changes


def request(told: object, *, method: str = "POST", peer: str = "", group: str = GROUP) -> Delivered:
    """A delivery."""
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Delivered(method, {"group": group} if group else {}, {}, raw, peer)


def read(**changes: object) -> Event | Ignored:
    """What a message tells."""
    (found,) = OkDoor().parse(request(body(**changes)))
    return found


def test_a_message_is_a_private_text() -> None:
    """Words, writer, dialogue and time; the evidence is what came, its numbers unrounded."""
    found = read()
    assert isinstance(found, Event)
    assert isinstance(found.body, Written)
    assert (found.page, found.key, found.type) == (GROUP, "mid:C3ecb9d02a600.15cea67d78d2059", "message_new")
    ref = found.body.ref
    assert (ref.kind, ref.scope, ref.external_id) == (Kind.MESSAGE, "chat:C3ecb9d02a600", found.key)
    assert (found.body.private, found.body.author) == (True, "user:123456789012")
    assert (found.body.text, found.body.written_at) == ("Здравствуйте", 1_790_000_000_123_000)
    assert b"98211023614189667" in found.raw


def test_a_shared_address_is_judged_too() -> None:
    """The link that stands beside the text; other attachments are named."""
    message = {"mid": "m", "text": "", "attachments": [{"type": "SHARE", "payload": {"url": "https://x.example/"}}]}
    message["attachments"] += [{"type": "IMAGE", "payload": {"url": "https://i.example/1"}}, {}, 7]
    found = read(message=message)
    assert isinstance(found, Event)
    assert isinstance(found.body, Written)
    assert [(one.kind, one.text) for one in found.body.segments] == [("link_url", "https://x.example/")]
    assert found.body.attachments == ("share", "image")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("MESSAGE_CALLBACK", "no_comment"), ("CHAT_SYSTEM", "service_message"), ("SOMETHING_NEW", "unknown_type")],
)
def test_what_is_no_message_needs_nothing(kind: str, reason: str) -> None:
    """It is acknowledged, also where it is of a type that nobody knows."""
    found = read(webhookType=kind)
    assert isinstance(found, Ignored)
    assert (found.type, found.reason) == (kind, reason)


def test_a_message_without_a_type_is_one() -> None:
    """OK's own examples have none."""
    told = body()
    del told["webhookType"]
    assert isinstance(OkDoor().parse(request(told))[0], Event)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (request(b"{"), "body"),
        (request([]), "body"),
        (request(body(message={"text": "x"})), "message.mid"),
        (request(body(recipient={})), "recipient.chat_id"),
        (request(body(sender=None)), "sender.user_id"),
        (request(body(), group=""), "query.group"),
        (request(body(), group="gorod"), "query.group"),
    ],
)
def test_what_is_no_protocol_is_refused(told: Delivered, where: str) -> None:
    """The refusal names what is missing."""
    with pytest.raises(PayloadRejectedError) as refused:
        OkDoor().parse(told)
    assert refused.value.where == where


def test_an_update_that_was_asked_for_is_read_alike() -> None:
    """A broken one stops nobody."""
    raw = json.dumps(body()).encode()
    assert read_update(raw, GROUP) == OkDoor().parse(request(raw))
    assert [type(one).__name__ for one in read_update(b"[]", GROUP)] == ["Unreadable"]


def test_only_ok_s_networks_are_believed_where_they_are_named() -> None:
    """A confirmation and what goes before it come from a person's browser, and tell of nothing."""
    door = OkDoor(NETWORKS)
    assert door.verify(request(body(), peer="217.20.145.200"), ())
    assert door.verify(request(body(), peer="::ffff:217.20.151.161"), ())
    for peer in ("217.20.145.208", "127.0.0.1", "::1", "", "testclient"):
        assert not door.verify(request(body(), peer=peer), ("",))
        assert not door.verify(request(b"{", peer=peer), ("",))
        assert door.verify(request({"webhookType": "CONFIRMATION"}, peer=peer), ())
        assert door.verify(request(b"", method="OPTIONS", peer=peer), ())
        assert OkDoor().verify(request(body(), peer=peer), ()), "without networks the key is proof enough"


def test_the_settings_page_hears_what_it_wants(scene: Scene) -> None:
    """The preflight is let pass, and the question is answered with the string, readable for another origin."""
    status, told, sent = scene.ok.confirm(address(scene.receiver.url, GROUP))
    headers = {name.lower(): value for name, value in sent.items()}
    assert (status, told, headers["content-type"]) == (200, b"c0nf1rm", "application/text")
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-headers"] == "Content-Type"
    unset = OkDoor().answer(request({"webhookType": "CONFIRMATION"}), "")
    assert unset is not None
    assert unset.status == 404


def test_our_address_is_kept_with_the_group_s_number(scene: Scene) -> None:
    """Deliveries do not name the group, so the address does; the number of another one is replaced."""
    assert scene.keeper.subscription(GROUP, scene.own, ours=OURS) == Subscription("")
    assert scene.keeper.subscribe(GROUP, OURS, "", scene.own) is None
    assert [one.url for one in scene.ok.state.subscriptions[GROUP]] == [f"{OURS}?group={GROUP}"]
    assert scene.keeper.subscription(GROUP, scene.own, ours=OURS) == Subscription(OURS)
    other = scene.keeper.subscription(GROUP, scene.own, ours="https://other.example/callbacks/ok/k")
    assert other == Subscription(f"{OURS}?group={GROUP}")
    assert address(f"{OURS}?group=5&a=1", GROUP) == f"{OURS}?a=1&group={GROUP}"
    assert scene.keeper.unsubscribe(GROUP, OURS, scene.own) is None
    assert scene.keeper.subscription(GROUP, scene.own, ours=OURS) == Subscription("")
    assert scene.keeper.unsubscribe(GROUP, OURS, scene.own) is None, "there is nothing left to do"
    scene.ok.state.subscriptions[GROUP].append(Kept("https://other.example/hook", 0))
    assert scene.keeper.unsubscribe(GROUP, "https://other.example/hook", scene.own) is None
    assert not scene.ok.state.subscriptions[GROUP]


def test_our_address_is_known_by_its_end_where_nobody_says_where_we_are(scene: Scene) -> None:
    """It is told without the group's number, whatever else is kept; an address without one is somebody else's."""
    scene.ok.state.subscriptions[GROUP].append(Kept("https://other.example/hook", 0))
    assert scene.keeper.subscription(GROUP, scene.own, ours="") == Subscription("https://other.example/hook")
    assert scene.keeper.subscribe(GROUP, OURS, "", scene.own) is None
    assert scene.keeper.subscription(GROUP, scene.own, ours="") == Subscription(OURS)


def test_a_message_comes_by_the_address(scene: Scene) -> None:
    """Over HTTP, with the group's number, acknowledged at once."""
    scene.subscribe()
    told = scene.ok.message(GROUP, "Здравствуйте")
    (came,) = scene.receiver.drain()
    assert json.loads(came.body) == told
    (event,) = OkDoor().parse(came)
    assert (event.page, event.key) == (GROUP, told["message"]["mid"])  # type: ignore[union-attr]
    assert scene.ok.courier.attempts == [200]


def test_a_dropped_subscription_shows_and_is_renewed(scene: Scene) -> None:
    """OK gives up an address that has answered badly for eight hours."""
    scene.subscribe()
    scene.receiver.reply = lambda _: Reply(b"busy", 503)
    scene.ok.message(GROUP, "раз")
    assert scene.ok.courier.attempts == [503, 503, 503]
    assert scene.keeper.subscription(GROUP, scene.own, ours=scene.receiver.url) == Subscription(scene.receiver.url)
    scene.clock.advance(DROPPED_AFTER)
    scene.ok.message(GROUP, "два")
    assert scene.keeper.subscription(GROUP, scene.own, ours=scene.receiver.url) == Subscription("")
    scene.receiver.reply = lambda _: Reply(b"ok")
    scene.receiver.drain()
    scene.subscribe()
    scene.ok.message(GROUP, "три")
    assert len(scene.receiver.drain()) == 1


def test_refusals_say_what_a_person_can_do(scene: Scene) -> None:
    """A person's token opens no messages; a dead one is dead; trouble passes."""
    person = Credential(1, Slot.USER, scene.ok.add_token("560000000001"))
    assert scene.keeper.subscription(GROUP, person, ours=OURS) == Refusal(Why.NOT_ALLOWED, "comments_only", Slot.USER)
    assert not scene.ok.calls
    scene.ok.fail_next("me/subscribe", 10, 11, "garbage", "close")
    told = [scene.keeper.subscribe(GROUP, OURS, "", scene.own) for _ in range(4)]
    assert [one.why for one in told if one] == [Why.NOT_ALLOWED, Why.LATER, Why.AWAY, Why.AWAY]
    scene.ok.kill(scene.token)
    assert scene.keeper.subscribe(GROUP, OURS, "", scene.own) == Refusal(Why.DEAD, "ok_102", Slot.COMMUNITY)
    assert scene.keeper.on_loopback
