"""How MAX's updates come: the webhook and its repeats, asking instead, reading again; and that the simulator is strict."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.connecting import Refusal, Why
from app.domain.doors import Delivered, Reply
from app.domain.events import Event, Written
from app.domain.polling import Heard, Place, Unheard
from app.domain.ports import Credential, Lesson, Slot
from app.domain.rereading import Thing
from app.domain.subscribing import Subscription
from app.networks.max.door import MaxDoor
from app.networks.max.inbound import READ
from app.networks.max.polling import MaxUpdates
from app.networks.max.reading import MaxReader
from app.networks.max.subscribing import MaxSubscriber
from app.networks.max.updates import read_update
from tests.fakes.clock import FakeClock
from tests.simulators.max import ENOUGH, MaxSimulator
from tests.simulators.max_state import Bot, Chat, Text
from tests.stands.receiver import Receiver

CHANNEL, GROUP = -71_500_200_300_400, -71_500_200_300_499
PAGE = str(CHANNEL)
CITIZEN = 640_000_001
NOW = 1_790_000_000_000_000
SECRET = "secret_of-the-door"
OURS = "https://dvornik.example/callbacks/max/key"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def max_(clock: FakeClock) -> Iterator[MaxSimulator]:
    with MaxSimulator(clock=clock) as simulator:
        simulator.state.longest_wait_s = 0.05
        yield simulator


@pytest.fixture
def bot(max_: MaxSimulator) -> Bot:
    return max_.add_bot()


@pytest.fixture
def channel(max_: MaxSimulator, bot: Bot) -> Chat:
    return max_.add_chat(CHANNEL, bot=bot)


@pytest.fixture
def post(max_: MaxSimulator, channel: Chat) -> Text:
    return max_.post(channel, "Лифт починят к пятнице")


@pytest.fixture
def token(bot: Bot) -> Credential:
    return Credential(1, Slot.COMMUNITY, bot.token)


def http() -> httpx.Client:
    # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
    return httpx.Client(verify=False)  # noqa: S501


def idle() -> Pace:
    return Pace(sleep=lambda _: None)


@pytest.fixture
def subscriber(max_: MaxSimulator) -> Iterator[MaxSubscriber]:
    made = MaxSubscriber(max_.base_url, http=http(), pace=idle())
    yield made
    made.close()


@pytest.fixture
def reader(max_: MaxSimulator) -> Iterator[MaxReader]:
    made = MaxReader(max_.base_url, http=http(), pace=idle())
    yield made
    made.close()


class Door:
    """Our server: takes what carries the secret, or is ill."""

    def __init__(self) -> None:
        self.ill = False
        self.taken: list[Event] = []
        self.seen = 0
        self.door = MaxDoor()

    def __call__(self, request: Delivered) -> Reply:
        self.seen += 1
        if self.ill:
            return Reply(b"", 503)
        if not self.door.verify(request, (SECRET,)):
            return Reply(b"", 403)
        self.taken += [one for one in self.door.parse(request) if isinstance(one, Event)]
        return self.door.taken


@pytest.fixture
def door(max_: MaxSimulator, bot: Bot) -> Iterator[Door]:
    door = Door()
    with Receiver(door) as receiver:
        max_.subscribe(bot, receiver.url, SECRET)
        yield door


def words(events: Sequence[object]) -> list[str]:
    return [one.body.text for one in events if isinstance(one, Event) and isinstance(one.body, Written)]


# --- the webhook -----------------------------------------------------------------------------------------------------


def test_a_comment_reaches_the_door(max_: MaxSimulator, door: Door, post: Text) -> None:
    """With the secret in its header, from the channel where the bot may read."""
    max_.comment(post, "Когда?", sender=CITIZEN)

    assert words(door.taken) == ["Когда?"]
    assert door.taken[-1].page == PAGE


def test_repeats_come_later_and_later(max_: MaxSimulator, clock: FakeClock, door: Door, post: Text) -> None:
    """After a minute, then two and a half times later each; the repeat has the same key."""
    door.ill = True
    seen = door.seen
    max_.comment(post, "Когда?", sender=CITIZEN)
    for minutes, attempts in ((0.9, 1), (0.2, 2), (2.3, 2), (0.3, 3)):
        clock.advance(round(minutes * MINUTE))
        max_.courier.knock()
        assert door.seen - seen == attempts
    door.ill = False
    clock.advance(HOUR)
    max_.courier.knock()
    assert words(door.taken) == ["Когда?"]


def test_after_eight_hours_in_vain_nobody_is_called_any_more(
    max_: MaxSimulator, clock: FakeClock, door: Door, bot: Bot, post: Text, token: Credential, subscriber: MaxSubscriber
) -> None:
    """The subscription is gone without a word; it shows when it is looked for, and can be set anew."""
    (ours,) = bot.subscriptions
    door.ill = True
    max_.comment(post, "Когда?", sender=CITIZEN)
    for _ in range(9):
        clock.advance(HOUR)
        max_.courier.knock()
    seen = door.seen
    clock.advance(DAY)
    max_.courier.knock()

    assert door.seen == seen
    assert subscriber.subscription(PAGE, token, ours=ours) == Subscription("")
    assert subscriber.subscribe(PAGE, ours, SECRET, token) is None
    assert subscriber.subscription(PAGE, token, ours=ours) == Subscription(ours)
    door.ill = False
    max_.comment(post, "Алло?", sender=CITIZEN)
    assert words(door.taken) == ["Алло?"]


def test_rights_that_are_taken_away_are_told_and_comments_no_more(
    max_: MaxSimulator, channel: Chat, bot: Bot, door: Door, post: Text
) -> None:
    """Whoever may not read hears of that, and then of nothing."""
    max_.permit(channel, bot, ENOUGH - {"read_all_messages"})
    max_.comment(post, "Когда?", sender=CITIZEN)

    assert [event.body.details["lost"] for event in door.taken[-1:]] == ["read"]  # type: ignore[union-attr]
    assert words(door.taken) == []


# --- the subscription ------------------------------------------------------------------------------------------------


def test_the_address_is_set_for_everything_that_is_read(
    max_: MaxSimulator, bot: Bot, token: Credential, subscriber: MaxSubscriber
) -> None:
    """With the secret, and the token in no address."""
    assert subscriber.on_loopback
    assert subscriber.subscribe(PAGE, OURS, SECRET, token) is None
    assert (bot.subscriptions[OURS].types, bot.subscriptions[OURS].secret) == (frozenset(READ), SECRET)
    assert [(call.verb, call.path, call.params) for call in max_.calls] == [("POST", "/subscriptions", {})]
    assert subscriber.subscription(PAGE, token, ours=OURS) == Subscription(OURS)
    assert subscriber.unsubscribe(PAGE, OURS, token) is None
    assert bot.subscriptions == {}


def test_a_subscription_for_less_than_is_read_is_none(
    max_: MaxSimulator, bot: Bot, token: Credential, subscriber: MaxSubscriber
) -> None:
    """One of an earlier version or by hand is set anew; a foreign one is named where ours is missing."""
    max_.subscribe(bot, OURS, SECRET, frozenset({"message_created"}))

    assert subscriber.subscription(PAGE, token, ours=OURS) == Subscription("")
    assert subscriber.subscription(PAGE, token, ours="https://other.example/") == Subscription(OURS)


@pytest.mark.parametrize(
    ("url", "secret", "why", "code"),
    [
        ("http://dvornik.example/", SECRET, Why.OTHER, "max_200"),
        ("https://dvornik.example:8443/", SECRET, Why.OTHER, "max_200"),
        (OURS, "four", Why.OTHER, "max_400_proto_payload"),
        (OURS, "пароль", Why.OTHER, "max_400_proto_payload"),
    ],
)
def test_what_max_does_not_take_is_refused(
    bot: Bot, token: Credential, subscriber: MaxSubscriber, url: str, secret: str, why: Why, code: str
) -> None:
    """HTTPS on port 443 alone, and a secret of its own kind; `success: false` is a refusal."""
    assert subscriber.subscribe(PAGE, url, secret, token) == Refusal(why, code, Slot.COMMUNITY)
    assert bot.subscriptions == {}


@pytest.mark.parametrize(
    ("answer", "why", "code"),
    [
        ((401, b'{"code":"verify.token","message":""}'), Why.DEAD, "max_401_verify_token"),
        ((429, b'{"code":"too.many.requests","message":""}'), Why.LATER, "max_429_too_many_requests"),
        ((500, b""), Why.AWAY, "http_500"),
        ((200, b"<html>"), Why.AWAY, "garbage"),
        ((200, b'{"ok":1}'), Why.AWAY, "garbage"),
        ("close", Why.AWAY, "unreachable"),
    ],
)
def test_trouble_while_setting_up_is_a_value(
    max_: MaxSimulator, token: Credential, subscriber: MaxSubscriber, answer: Any, why: Why, code: str
) -> None:
    """A person hears what there is to do."""
    max_.answer_next(answer)
    assert subscriber.subscribe(PAGE, OURS, SECRET, token) == Refusal(why, code, Slot.COMMUNITY)


# --- asking ----------------------------------------------------------------------------------------------------------


def ask(max_: MaxSimulator, place: Place, *tokens: Credential, wait_seconds: int = 1) -> Heard | Unheard:
    async def held() -> Sequence[Credential]:
        return tokens

    async def listen() -> Heard | Unheard:
        client = httpx.AsyncClient(verify=False)  # noqa: S501
        source = MaxUpdates(max_.base_url, http=lambda: client, pace=Pace(), wait_seconds=wait_seconds)
        try:
            return await source.listen(PAGE, place, held)
        finally:
            await source.close()

    return asyncio.run(listen())


def heard(answer: Heard | Unheard) -> list[object]:
    assert isinstance(answer, Heard), answer
    return [told for one in answer.updates for told in read_update(one, PAGE)]


def test_updates_of_all_pages_come_one_after_another(
    max_: MaxSimulator, bot: Bot, post: Text, token: Credential
) -> None:
    """Each answer says from where to go on; what it held is not told again."""
    other = max_.add_chat(GROUP, "chat", bot=bot)
    first = ask(max_, Place(), token)
    assert isinstance(first, Heard)
    assert not first.opened
    max_.comment(post, "раз", sender=CITIZEN)
    max_.post(other, "два", sender=CITIZEN)
    second = ask(max_, first.place, token)

    assert words(heard(second)) == ["раз", "два"]
    assert {event.page for event in heard(second) if isinstance(event, Event)} == {PAGE, str(GROUP)}
    assert isinstance(second, Heard)
    assert words(heard(ask(max_, second.place, token))) == []
    assert words(heard(ask(max_, first.place, token))) == [], "what was confirmed is forgotten"
    sent = max_.calls[1].params
    assert (sent["types"], sent["marker"]) == (",".join(READ), first.place.cursor)


def test_a_lost_answer_comes_again(max_: MaxSimulator, post: Text, token: Credential) -> None:
    """Asked from the same marker, MAX tells the same."""
    place = _place(ask(max_, Place(), token))
    max_.comment(post, "раз", sender=CITIZEN)

    assert words(heard(ask(max_, place, token))) == words(heard(ask(max_, place, token))) == ["раз"]


def _place(answer: Heard | Unheard) -> Place:
    assert isinstance(answer, Heard)
    return answer.place


def test_an_update_whose_letters_are_broken_costs_its_neighbours_nothing(max_: MaxSimulator, token: Credential) -> None:
    """Half an emoji, in one of three."""
    broken = b'{"updates":[{"update_type":"a"},{"update_type":"\xff"},{"update_type":"b"}],"marker":7}'
    max_.answer_next((200, broken))

    answer = ask(max_, Place(cursor="3"), token)
    assert isinstance(answer, Heard)
    assert (answer.place.cursor, len(answer.updates)) == ("7", 3)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((429, b'{"code":"too.many.requests","message":""}'), Unheard("max_429_too_many_requests")),
        ((502, b"<html>"), Unheard("http_502")),
        ((200, b"<html>"), Unheard("garbage")),
        ((200, b'{"updates":{}}'), Unheard("garbage")),
        ((200, b'{"updates":[{"update_type":"a"}]}'), Unheard("garbage")),
        ((200, b'{"success":false,"message":""}'), Unheard("max_200", lasting=True)),
        ("close", Unheard("unreachable")),
    ],
)
def test_trouble_while_asking_is_a_value(max_: MaxSimulator, token: Credential, answer: Any, expected: Unheard) -> None:
    """It costs no place; without a marker nobody knows from where to go on."""
    max_.answer_next(answer)
    assert ask(max_, Place(cursor="5"), token) == expected


def test_asking_does_not_work_beside_a_webhook(max_: MaxSimulator, bot: Bot, channel: Chat, token: Credential) -> None:
    """A person must choose one of the two."""
    max_.subscribe(bot, OURS, SECRET)

    assert ask(max_, Place(), token) == Unheard("max_409_webhook_active", lasting=True)


def test_what_tokens_cannot_do_is_learned(max_: MaxSimulator, channel: Chat, token: Credential) -> None:
    """A dead one is named and the next is asked; one that may not ask is not asked again."""
    dead = Credential(7, Slot.COMMUNITY, "recalled")
    both = ask(max_, Place(), dead, token)
    assert isinstance(both, Heard)
    assert both.learned.dead == ((7, "max_401_verify_token"),)
    max_.answer_next((403, b'{"code":"access.denied","message":""}'))
    refused = ask(max_, Place(), token)
    assert isinstance(refused, Unheard)
    assert refused.learned.lessons == (Lesson(1, "updates", "max_403_access_denied"),)
    learned = replace(token, blocked_methods=frozenset({"updates"}))
    assert ask(max_, Place(), learned) == Unheard("no_capable_token", lasting=True)
    assert ask(max_, Place()) == Unheard("no_token", lasting=True)


# --- reading again ---------------------------------------------------------------------------------------------------


def test_comments_are_read_back_to_an_instant(
    max_: MaxSimulator, clock: FakeClock, post: Text, token: Credential, reader: MaxReader
) -> None:
    """Hundreds of them, each once, with the channel's own; what is gone or older is not listed."""
    for number in range(200):
        max_.comment(post, f"давно {number}", sender=CITIZEN)
    clock.advance(DAY)
    since = clock.now()
    for number in range(230):
        # Several share an instant.
        clock.advance(SECOND if number % 3 == 0 else 0)
        max_.comment(post, str(number), sender=CITIZEN)
    max_.remove(max_.comment(post, "удалён", sender=CITIZEN))
    own = max_.comment(post, "Скоро", sender=None)

    found = reader.comments(PAGE, Thing("wall", post.mid), since, token)
    assert not isinstance(found, Refusal)
    old = [one for one in words(found) if one.startswith("давно")]
    assert sorted(set(words(found)) - set(old)) == sorted([*map(str, range(230)), "Скоро"])
    assert 0 < len(old) < 100, "the last list holds what may have been edited"
    assert len(words(found)) == len(set(words(found)))
    assert [one for one in words(found) if one.isdigit()] == [*map(str, range(230))], "as they were written"
    assert {event.page for event in found} == {PAGE}
    assert {event.type for event in found} == {"comment_new"}
    bodies = [event.body for event in found if isinstance(event.body, Written)]
    assert [one.author for one in bodies if one.ref.external_id == own.mid] == [f"-{PAGE}"]
    assert {one.ref.scope for one in bodies} == {post.mid}


def test_a_listed_comment_is_the_one_that_was_told(
    max_: MaxSimulator, door: Door, post: Text, token: Credential, reader: MaxReader
) -> None:
    """The reference, the author, the time and the words are the same."""
    root = max_.comment(post, "Когда?", sender=CITIZEN)
    max_.comment(post, "В пятницу", sender=CITIZEN, reply_to=root)
    found = reader.comments(PAGE, Thing("wall", post.mid), 0, token)

    assert not isinstance(found, Refusal)
    told = [event.body for event in door.taken if isinstance(event.body, Written)]
    assert sorted(map(repr, told)) == sorted(repr(event.body) for event in found)


def test_the_newest_posts_are_things(
    max_: MaxSimulator, channel: Chat, post: Text, token: Credential, reader: MaxReader
) -> None:
    """Posts that were published while nobody told us are found; a group chat has none."""
    another = max_.post(channel, "Ещё пост")
    max_.comment(another, "комментарий", sender=CITIZEN)

    assert reader.surfaces[0] == "wall"
    found = reader.things(PAGE, "wall", 0, token)
    assert found == (Thing("wall", another.mid), Thing("wall", post.mid))
    assert reader.comments(PAGE, Thing("wall", "photo-1_2 3"), 0, token) == ()


def test_a_group_chats_newest_messages_are_read(
    max_: MaxSimulator, bot: Bot, token: Credential, reader: MaxReader
) -> None:
    """They stand under the chat itself; a channel's posts are no messages."""
    group = max_.add_chat(GROUP, "chat", bot=bot)
    max_.post(group, "Когда?", sender=CITIZEN)
    (thing,) = reader.things(str(GROUP), "chat", 0, token)  # type: ignore[misc]

    found = reader.comments(str(GROUP), thing, 0, token)
    assert not isinstance(found, Refusal)
    assert words(found) == ["Когда?"]
    assert [(event.page, event.type) for event in found] == [(str(GROUP), "message_new")]
    assert reader.things(str(GROUP), "wall", 0, token) == ()


def test_a_channels_posts_are_no_messages(max_: MaxSimulator, post: Text, token: Credential, reader: MaxReader) -> None:
    """The chat of a channel holds nothing to judge."""
    assert reader.comments(PAGE, Thing("chat", PAGE), 0, token) == ()


def test_what_may_not_be_read_is_refused(
    max_: MaxSimulator, channel: Chat, bot: Bot, post: Text, token: Credential, reader: MaxReader
) -> None:
    """A right that is missing, a post that is gone, a bot that is out, an answer that is none of MAX's."""
    gone = max_.post(channel, "удалят")
    max_.remove(gone)

    refused = reader.comments(PAGE, Thing("wall", gone.mid), 0, token)
    assert refused == Refusal(Why.GONE, "max_404_message_not_found", Slot.COMMUNITY)
    max_.permit(channel, bot, {"delete"})
    refused = reader.things(PAGE, "wall", 0, token)
    assert refused == Refusal(Why.NOT_ALLOWED, "max_403_access_denied", Slot.COMMUNITY)
    max_.answer_next((200, b'{"success":true}'))
    assert reader.things(PAGE, "wall", 0, token) == Refusal(Why.AWAY, "garbage", Slot.COMMUNITY)
    max_.answer_next("close")
    assert reader.things(PAGE, "wall", 0, token) == Refusal(Why.AWAY, "unreachable", Slot.COMMUNITY)


def test_a_listed_comment_that_cannot_be_read_costs_its_neighbours_nothing(
    max_: MaxSimulator, post: Text, token: Credential, reader: MaxReader
) -> None:
    """One without an id, one without a body, one whole."""
    whole = '{"sender":{"user_id":5},"timestamp":1790000000000,"body":{"mid":"mid.a","seq":1,"text":"да"}}'
    body = f'{{"messages":[{{"body":{{"text":"x"}}}},{{"body":null}},{whole}]}}'
    max_.answer_next((200, body.encode()))

    found = reader.comments(PAGE, Thing("wall", post.mid), 0, token)
    assert not isinstance(found, Refusal)
    assert words(found) == ["да"]


# --- the simulator itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "params", "status"),
    [
        ({}, {}, 401),
        ({}, {"access_token": "{token}"}, 401),
        ({"Authorization": "Bearer {token}"}, {}, 401),
        ({"Authorization": "{token}"}, {}, 200),
    ],
)
def test_the_simulator_takes_a_token_in_its_header_alone(
    max_: MaxSimulator, channel: Chat, bot: Bot, headers: dict[str, str], params: dict[str, str], status: int
) -> None:
    """Bare, as MAX wants it; in the query it counts as none."""
    sent = {name: value.format(token=bot.token) for name, value in headers.items()}
    asked = {name: value.format(token=bot.token) for name, value in params.items()}
    answer = httpx.get(f"{max_.base_url}chats/{PAGE}", headers=sent, params=asked, trust_env=False)

    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "verify.token"


def test_the_simulator_counts_calls(max_: MaxSimulator, channel: Chat, bot: Bot) -> None:
    """The thirty-first call within a second is one too many."""
    with httpx.Client(headers={"Authorization": bot.token}, trust_env=False) as client:
        seconds = iter([100.0] * 31 + [101.0])
        max_.state.monotonic = lambda: next(seconds)  # type: ignore[method-assign]
        statuses = [client.get(f"{max_.base_url}chats/{PAGE}").status_code for _ in range(32)]
    assert statuses == [200] * 30 + [429, 200]


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("DELETE", "messages/{post}/comments", 400),
        ("DELETE", "messages/{other}/comments?comment_id={comment}", 404),
        ("DELETE", "messages?message_id={comment}", 404),
        ("GET", "messages/{comment}/comments", 404),
        ("GET", "messages/{post}/comments?count=101", 400),
        ("GET", "updates?timeout=91", 400),
        ("GET", "updates?types=nonsense", 400),
        ("PATCH", "messages", 501),
        ("GET", "nonsense", 404),
    ],
)
def test_the_simulator_is_strict(
    max_: MaxSimulator, channel: Chat, bot: Bot, post: Text, verb: str, path: str, status: int
) -> None:
    """Both ids, the right post, bounds of parameters."""
    comment = max_.comment(post, "да", sender=CITIZEN)
    url = path.format(post=post.mid, comment=comment.mid, other=max_.post(channel, "другой").mid)
    answer = httpx.request(verb, max_.base_url + url, headers={"Authorization": bot.token}, trust_env=False)

    assert answer.status_code == status
    assert not comment.deleted
