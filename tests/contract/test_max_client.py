"""The MAX client against a MAX that keeps MAX's rules, over real HTTP."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import SECOND
from app.domain.ports import Credential, Done, Failed, Lesson, Manual, Order, Retry, Right, Sight, Slot, Untold
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, Kind
from app.networks.max.client import MaxClient
from tests.simulators.max import ENOUGH, MaxSimulator
from tests.simulators.max_state import Bot, Chat, Text

CHANNEL, GROUP, DIALOGUE = -71_500_200_300_400, -71_500_200_300_499, 555_000_111
PAGE = str(CHANNEL)
CITIZEN = 640_000_001
DELETE, RESTORE, HIDE = ActionKind.DELETE_COMMENT, ActionKind.RESTORE_COMMENT, ActionKind.HIDE_COMMENT
BAN, UNBAN = ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR


@pytest.fixture
def max_() -> Iterator[MaxSimulator]:
    with MaxSimulator() as simulator:
        yield simulator


@pytest.fixture
def bot(max_: MaxSimulator) -> Bot:
    return max_.add_bot()


@pytest.fixture
def channel(max_: MaxSimulator, bot: Bot) -> Chat:
    chat = max_.add_chat(CHANNEL, bot=bot)
    chat.members.add(CITIZEN)
    return chat


@pytest.fixture
def post(max_: MaxSimulator, channel: Chat) -> Text:
    return max_.post(channel, "Лифт починят к пятнице")


@pytest.fixture
def token(bot: Bot) -> Credential:
    return Credential(1, Slot.COMMUNITY, bot.token)


class Slept:
    """Counts how long a pace lets wait."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def client(max_: MaxSimulator) -> Iterator[MaxClient]:
    client = made(max_.base_url)
    yield client
    client.close()


def made(url: str, *, pace: Pace | None = None, chat_pace: Pace | None = None) -> MaxClient:
    # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
    http = httpx.Client(verify=False)  # noqa: S501
    idle = Pace(sleep=lambda _: None)
    return MaxClient(url, http=http, pace=pace or idle, chat_pace=chat_pace or idle, timeout=httpx.Timeout(5.0))


def order(what: ActionKind, text: Text | None = None, **fields: object) -> Order:
    found = Order(what, PAGE, None, "", "", "", str(CITIZEN))
    if text is not None:
        kind = Kind.WALL if text.post else Kind.DISCUSSION
        found = replace(found, comment_kind=kind, scope=text.post, external_id=text.mid, post=text.post)
    return replace(found, **fields)  # type: ignore[arg-type]


def asked(max_: MaxSimulator) -> list[tuple[str, str, dict[str, str]]]:
    return [(call.verb, call.path, call.params) for call in max_.calls]


# --- deleting --------------------------------------------------------------------------------------------------------


def test_a_comment_goes_by_both_ids(max_: MaxSimulator, client: MaxClient, post: Text, token: Credential) -> None:
    """Its post stands in the path, its own id in the query, and the token in neither."""
    comment = max_.comment(post, "Опять врут")

    assert client.carry_out(order(DELETE, comment), [token]) == Done(Outcome.ACTED)
    assert comment.deleted
    assert asked(max_) == [("DELETE", f"/messages/{post.mid}/comments", {"comment_id": comment.mid})]


def test_comments_of_an_archived_channel_go_too(
    max_: MaxSimulator, client: MaxClient, channel: Chat, post: Text, token: Credential
) -> None:
    """However old they are."""
    comment = max_.comment(post, "Опять врут")
    comment.at_ms -= 400 * 86_400_000
    channel.archived = True

    assert client.carry_out(order(DELETE, comment), [token]) == Done(Outcome.ACTED)
    assert comment.deleted


def test_a_message_of_a_group_chat_goes_by_its_id(
    max_: MaxSimulator, client: MaxClient, bot: Bot, token: Credential
) -> None:
    """In group chats the right to write is enough for that."""
    group = max_.add_chat(GROUP, "chat", bot=bot)
    group.admins[bot.user_id] = {"read_all_messages", "write"}
    text = max_.post(group, "Опять врут", sender=CITIZEN)

    assert client.carry_out(order(DELETE, text, page=str(GROUP)), [token]) == Done(Outcome.ACTED)
    assert text.deleted
    assert asked(max_) == [("DELETE", "/messages", {"message_id": text.mid})]


def test_a_no_with_200_is_no_success(max_: MaxSimulator, client: MaxClient, post: Text, token: Credential) -> None:
    """`success: false` about something that stands is a person's task, and about something gone is done."""
    comment = max_.comment(post, "Опять врут")
    max_.state.stubborn.add(comment.mid)

    assert client.carry_out(order(DELETE, comment), [token]) == Manual("max_200")
    max_.answer_next((200, b'{"success":false,"message":"Not deleted"}'))
    comment.deleted = True
    assert client.carry_out(order(DELETE, comment), [token]) == Done(Outcome.GONE)


def test_a_no_with_200_and_a_reason_is_taken_at_its_word(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential
) -> None:
    """MAX's own code says more than the status."""
    max_.answer_next((200, b'{"success":false,"code":"access.denied","message":"Denied"}'))

    found = client.carry_out(order(DELETE, max_.comment(post, "да")), [token])
    lesson = Lesson(1, f"delete_comment {PAGE}", "max_200_access_denied")
    assert found == Manual("max_200_access_denied", lessons=(lesson,))


def test_a_yes_without_a_word_is_no_yes(max_: MaxSimulator, client: MaxClient, post: Text, token: Credential) -> None:
    """An object that says nothing of success is somebody else's answer."""
    comment = max_.comment(post, "Опять врут")
    for body in (b"{}", b'{"success":"yes"}', b'{"success":1}'):
        max_.answer_next((200, body))
        found = client.carry_out(order(DELETE, comment), [token])
        assert not isinstance(found, Done)
    assert not comment.deleted


@pytest.mark.parametrize("gone", ["comment", "post"])
def test_what_is_gone_is_done(max_: MaxSimulator, client: MaxClient, post: Text, token: Credential, gone: str) -> None:
    """A comment goes with its post, too."""
    comment = max_.comment(post, "Опять врут")
    max_.remove(comment if gone == "comment" else post)

    assert client.carry_out(order(DELETE, comment), [token]) == Done(Outcome.GONE)


def test_a_bot_that_is_put_out_says_nothing_about_comments(
    max_: MaxSimulator, client: MaxClient, channel: Chat, bot: Bot, post: Text, token: Credential
) -> None:
    """MAX answers 404 then; the comment stands, so a person must act."""
    comment = max_.comment(post, "Опять врут")
    max_.expel(channel, bot)

    found = client.carry_out(order(DELETE, comment), [token])
    lesson = Lesson(1, f"delete_comment {PAGE}", "max_404_chat_not_found")
    assert found == Manual("max_404_chat_not_found", lessons=(lesson,))
    assert client.look(order(DELETE, comment), [token]) is Sight.UNKNOWN


@pytest.mark.parametrize("missing", ["delete", "read_all_messages"])
def test_a_right_that_is_missing_is_learned_for_this_chat_alone(
    max_: MaxSimulator, client: MaxClient, channel: Chat, bot: Bot, post: Text, token: Credential, missing: str
) -> None:
    """A bot may have it in another channel, where the token goes on."""
    max_.permit(channel, bot, ENOUGH - {missing})
    comment = max_.comment(post, "Опять врут")
    other = max_.add_chat(GROUP, bot=bot)
    elsewhere = max_.comment(max_.post(other, "Другой канал"), "Опять врут")

    found = client.carry_out(order(DELETE, comment), [token])
    assert isinstance(found, Manual)
    assert found.lessons == (Lesson(1, f"delete_comment {PAGE}", "max_403_access_denied"),)
    learned = replace(token, blocked_methods=frozenset(one.method for one in found.lessons))
    calls = len(max_.calls)
    assert client.carry_out(order(DELETE, comment), [learned]) == Manual("no_capable_token")
    assert len(max_.calls) == calls
    assert client.carry_out(order(DELETE, elsewhere, page=str(GROUP)), [learned]) == Done(Outcome.ACTED)


def test_in_a_dialogue_a_person_must(max_: MaxSimulator, client: MaxClient, bot: Bot, token: Credential) -> None:
    """A bot deletes nothing but its own words there, so MAX is not even asked."""
    dialogue = max_.add_chat(DIALOGUE, "dialog")
    dialogue.members.add(bot.user_id)
    text = max_.post(dialogue, "Помогите", sender=CITIZEN)

    found = client.carry_out(order(DELETE, text, comment_kind=Kind.MESSAGE, scope=str(DIALOGUE)), [token])
    assert found == Manual("not_offered")
    assert max_.calls == []


@pytest.mark.parametrize("what", [RESTORE, HIDE])
def test_nothing_comes_back_and_nothing_is_hidden(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential, what: ActionKind
) -> None:
    """MAX says so itself."""
    found = client.carry_out(order(what, max_.comment(post, "да"), undoes=DELETE), [token])
    assert found == Failed("not_supported")
    assert max_.calls == []


@pytest.mark.parametrize(
    "fields",
    [
        {"external_id": ""},
        {"external_id": "mid.1/../../subscriptions"},
        {"scope": "", "post": ""},
        {"scope": "a b"},
        {"page": "71500200300400"},
        {"page": "-1?x"},
        {"comment_kind": Kind.PHOTO},
        {"comment_kind": None},
    ],
)
def test_an_order_that_names_nothing_of_max_is_not_sent(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential, fields: dict[str, object]
) -> None:
    """Ids are put into addresses, so nothing else gets there."""
    assert client.carry_out(order(DELETE, max_.comment(post, "да"), **fields), [token]) == Failed("bad_order")
    assert max_.calls == []


# --- blocking --------------------------------------------------------------------------------------------------------


def test_an_author_is_put_out_and_blocked(
    max_: MaxSimulator, client: MaxClient, channel: Chat, token: Credential
) -> None:
    """For ever, whatever term was meant: the end is the house's business, and a person's hand."""
    until = 1_900_000_000_000_000

    assert client.carry_out(order(BAN, ban_until=until), [token]) == Done(Outcome.ACTED)
    assert channel.blocked == {CITIZEN}
    assert asked(max_) == [("DELETE", f"/chats/{PAGE}/members", {"user_id": str(CITIZEN), "block": "true"})]
    assert client.look(order(BAN), [token]) is Sight.UNKNOWN
    assert client.carry_out(order(UNBAN), [token]) == Manual("not_offered")


def test_a_stranger_who_cannot_be_blocked_is_a_persons_task(
    max_: MaxSimulator, client: MaxClient, channel: Chat, token: Credential
) -> None:
    """Whether those who are no members can be blocked, MAX does not say: 404 is no success here."""
    channel.blocks_strangers = False

    assert client.carry_out(order(BAN, author="640000777"), [token]) == Manual("max_404_user_not_found")
    assert channel.blocked == set()


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("42", Manual("max_200")),
        (f"-{PAGE}", Failed("own_page")),
        ("-5", Failed("no_author")),
        ("", Failed("no_author")),
        ("x", Failed("no_author")),
    ],
)
def test_who_is_not_blocked(
    client: MaxClient, channel: Chat, token: Credential, author: str, expected: Manual | Failed
) -> None:
    """An administrator stays, the channel itself is nobody, and who has no number cannot be named."""
    assert client.carry_out(order(BAN, author=author), [token]) == expected


def test_blocking_takes_a_right_of_its_own(
    max_: MaxSimulator, client: MaxClient, channel: Chat, bot: Bot, token: Credential
) -> None:
    """A bot that deletes need not be able to block."""
    max_.permit(channel, bot, ENOUGH - {"add_remove_members"})

    found = client.carry_out(order(BAN), [token])
    assert found == Manual("max_403_access_denied", (Lesson(1, f"block {PAGE}", "max_403_access_denied"),))
    assert client.look(order(BAN), [token]) is Sight.NOT_DONE


# --- trouble ---------------------------------------------------------------------------------------------------------


def test_a_dead_token_waits_for_a_person_and_another_goes_on(
    max_: MaxSimulator, client: MaxClient, post: Text, bot: Bot, token: Credential
) -> None:
    """The action loses no time while there is a living token."""
    comment = max_.comment(post, "Опять врут")
    dead = Credential(7, Slot.COMMUNITY, "recalled")

    alone = client.carry_out(order(DELETE, comment), [dead])
    code = "max_401_verify_token"
    assert alone == Retry(code, waiting=WaitingFor.TOKEN, dead=(7,), alert=True)
    both = client.carry_out(order(DELETE, comment), [dead, token])
    assert both == Retry(code, after=0, waiting=WaitingFor.LIMIT, dead=(7,), alert=True)
    assert client.carry_out(order(DELETE, comment), [token]) == Done(Outcome.ACTED)


@pytest.mark.parametrize("value", ["", "строка", "a\nb"])
def test_a_token_that_fits_no_header_is_dead(max_: MaxSimulator, client: MaxClient, post: Text, value: str) -> None:
    """It is not sent: the library's own error would quote it."""
    found = client.carry_out(
        order(DELETE, post, scope=post.mid, comment_kind=Kind.WALL), [Credential(7, Slot.COMMUNITY, value)]
    )
    assert isinstance(found, Retry)
    assert found.dead == (7,)
    assert max_.calls == []


def test_a_gate_between_us_kills_no_token(max_: MaxSimulator, client: MaxClient, post: Text, token: Credential) -> None:
    """401 and 403 that are not in MAX's words are from a proxy."""
    comment = max_.comment(post, "Опять врут")
    for status in (401, 403, 404):
        max_.answer_next((status, b"<html>blocked</html>"))
        assert client.carry_out(order(DELETE, comment), [token]) == Retry(f"http_{status}")


@pytest.mark.parametrize(
    ("status", "code"), [(429, b"too.many.requests"), (429, b""), (503, b"service.unavailable"), (403, b"rate.limit")]
)
def test_an_overload_holds_the_connection_back(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential, status: int, code: bytes
) -> None:
    """It costs the action no attempt."""
    max_.answer_next((status, b'{"code":"%s","message":"Slow down"}' % code))

    found = client.carry_out(order(DELETE, max_.comment(post, "да")), [token])
    assert isinstance(found, Retry)
    assert (found.after, found.waiting, found.pause_connection) == (2 * SECOND, WaitingFor.LIMIT, True)


@pytest.mark.parametrize("status", [400, 405, 422])
def test_what_is_wrong_for_good_is_said_once(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential, status: int
) -> None:
    """Asking again would change nothing."""
    max_.answer_next((status, b'{"code":"comments.timeout_exceeded","message":"Too old"}'))

    found = client.carry_out(order(DELETE, max_.comment(post, "да")), [token])
    assert found == Failed(f"max_{status}_comments_timeout_exceeded")


def test_calls_keep_to_the_bots_rate(max_: MaxSimulator, post: Text, token: Credential) -> None:
    """Thirty a second for a token, two deletions a second in a group chat or a channel."""
    slept, slept_in_chat = Slept(), Slept()
    client = made(
        max_.base_url,
        pace=Pace(monotonic=lambda: 100.0, sleep=slept),
        chat_pace=Pace(monotonic=lambda: 100.0, sleep=slept_in_chat),
    )
    for _ in range(3):
        client.carry_out(order(DELETE, max_.comment(post, "да")), [token])
    assert slept.seconds == pytest.approx((1 + 2) * 1.1 / 30)
    assert slept_in_chat.seconds == 0
    for _ in range(3):
        client.carry_out(order(DELETE, post), [token])
    assert slept_in_chat.seconds == pytest.approx((1 + 2) * 1.1 / 2)
    client.close()


def test_neither_token_nor_words_are_logged(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that the client or its library says shows them."""
    with caplog.at_level(logging.DEBUG):
        client.carry_out(order(DELETE, max_.comment(post, "Опять врут")), [token])
        client.managers(PAGE, [token])
    assert token.token not in caplog.text
    assert "врут" not in caplog.text
    assert token.token not in repr(token)


# --- looking ---------------------------------------------------------------------------------------------------------


def test_a_look_changes_nothing(max_: MaxSimulator, client: MaxClient, post: Text, token: Credential) -> None:
    """A person's work is found done as soon as it is."""
    comment = max_.comment(post, "Опять врут")
    wanted = order(DELETE, comment)

    assert client.look(wanted, [token]) is Sight.NOT_DONE
    max_.remove(comment)
    assert client.look(wanted, [token]) is Sight.DONE
    assert {call.verb for call in max_.calls} == {"GET"}
    assert client.look(wanted, []) is Sight.UNKNOWN
    assert client.look(order(UNBAN), [token]) is Sight.UNKNOWN


def test_a_shell_without_a_body_proves_nothing(
    max_: MaxSimulator, client: MaxClient, post: Text, token: Credential
) -> None:
    """Whether MAX shows deleted comments without a body, nobody has said."""
    max_.answer_next((200, b'{"sender":null,"recipient":{},"timestamp":1,"body":null}'))

    assert client.look(order(DELETE, max_.comment(post, "да")), [token]) is Sight.UNKNOWN


def test_managers_are_all_administrators(
    max_: MaxSimulator, client: MaxClient, channel: Chat, bot: Bot, token: Credential
) -> None:
    """Page by page, the bot among them, so that nobody judges its own words."""
    channel.admins |= {43: set(), 44: {"write"}, 45: set()}

    assert client.managers(PAGE, [token]) == {"42", "43", "44", "45", str(bot.user_id)}
    max_.permit(channel, bot, None)
    assert client.managers(PAGE, [token]) == Untold("max_403_access_denied")
    assert client.managers(PAGE, []) == Untold("no_capable_token")
    max_.answer_next((502, b""))
    assert client.managers(PAGE, [token]) == Untold("http_502", transient=True)


def rights_of(found: Sequence[Right] | Untold) -> dict[ActionKind, tuple[bool | None, str]]:
    assert not isinstance(found, Untold), found
    return {one.what: (one.can, one.code) for one in found}


@pytest.mark.parametrize(
    ("kind", "held", "link", "deletes", "bans"),
    [
        ("channel", ENOUGH, "https://max.ru/x", (True, ""), (True, "")),
        ("channel", ENOUGH, None, (True, ""), (None, "max_no_link")),
        ("channel", ENOUGH - {"delete"}, "l", (False, "max_no_delete"), (True, "")),
        ("chat", ENOUGH - {"delete"}, "l", (True, ""), (True, "")),
        ("channel", ENOUGH - {"read_all_messages"}, "l", (False, "max_no_read_all_messages"), (True, "")),
        ("channel", {"read_all_messages", "delete"}, "l", (True, ""), (False, "max_no_add_remove_members")),
        ("channel", None, "l", (False, "max_no_admin"), (False, "max_no_admin")),
    ],
)
@pytest.mark.parametrize("old_names", [False, True])
def test_the_self_test_says_what_the_bot_may(
    max_: MaxSimulator,
    client: MaxClient,
    bot: Bot,
    token: Credential,
    kind: str,
    held: set[str] | None,
    link: str | None,
    deletes: object,
    bans: object,
    old_names: bool,
) -> None:
    """By the names of permissions of today and of earlier times, and by whether a link leads into the chat."""
    chat = max_.add_chat(CHANNEL, kind, bot=bot, link=link, old_names=old_names)  # type: ignore[arg-type]
    max_.permit(chat, bot, held)

    assert rights_of(client.examine(PAGE, token)) == {DELETE: deletes, BAN: bans}
    assert {call.verb for call in max_.calls} == {"GET"}


def test_the_self_test_of_a_dead_token_or_a_foreign_chat_tells_nothing(
    max_: MaxSimulator, client: MaxClient, channel: Chat, bot: Bot, token: Credential
) -> None:
    """Both are for a person to mend; an overload is not."""
    assert client.examine(PAGE, Credential(2, Slot.COMMUNITY, "recalled")) == Untold("max_401_verify_token")
    assert client.examine("-5", token) == Untold("max_404_chat_not_found")
    max_.answer_next((429, b'{"code":"too.many.requests","message":""}'))
    assert client.examine(PAGE, token) == Untold("max_429_too_many_requests", transient=True)
