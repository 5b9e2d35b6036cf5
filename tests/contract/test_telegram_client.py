"""The Telegram client against a Bot API that keeps Telegram's rules, over real HTTP."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import DAY, HOUR, SECOND
from app.domain.ports import Credential, Done, Failed, Manual, Order, Retry, Right, Sight, Slot, Untold
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, Kind
from app.networks.telegram.client import TelegramClient
from app.networks.telegram.membership import is_kept_out
from tests.fakes.clock import FakeClock
from tests.simulators.telegram_bot_api import (
    CHANNEL,
    CITIZEN,
    GROUP,
    MODERATOR,
    OWNER,
    TOKEN,
    ApiError,
    Message,
    TelegramBotApi,
)
from tests.simulators.telegram_state import Member

DELETE, BAN, UNBAN = ActionKind.DELETE_COMMENT, ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR
BOT = Credential(1, Slot.COMMUNITY, TOKEN)
SPAMMER = -1001000000099


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def telegram(clock: FakeClock) -> Iterator[TelegramBotApi]:
    with TelegramBotApi(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def client(telegram: TelegramBotApi, clock: FakeClock) -> Iterator[TelegramClient]:
    # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
    http = httpx.Client(verify=False)  # noqa: S501
    client = TelegramClient(telegram.base_url, http=http, clock=clock, pace=Pace(sleep=lambda _: None))
    yield client
    client.close()


def order(kind: ActionKind, message: Message | None = None, **fields: object) -> Order:
    whole: dict[str, object] = {"page": str(GROUP), "scope": str(GROUP), "author": str(CITIZEN)}
    if message is not None:
        whole |= {"scope": str(message.chat), "external_id": str(message.id), "author": str(message.author)}
    return Order(**({"kind": kind, "comment_kind": Kind.WALL, "external_id": "1", "post": ""} | whole | fields))  # type: ignore[arg-type]


def test_a_comment_is_deleted_once(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """A repeat after a lost answer finds nothing, which is as good as done."""
    comment = telegram.write("спам")

    assert client.carry_out(order(DELETE, comment), [BOT]) == Done(Outcome.ACTED)
    assert comment.deleted
    assert client.carry_out(order(DELETE, comment), [BOT]) == Done(Outcome.GONE)


def test_an_album_goes_as_one(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """All its messages by one call, also when some are gone already; other messages stay."""
    album, other = telegram.album("Вот", 3), telegram.write("другое")
    telegram.remove(album[1])
    rest = tuple(str(one.id) for one in album[1:])

    assert client.carry_out(order(DELETE, album[0], together=rest), [BOT]) == Done(Outcome.ACTED)
    assert all(one.deleted for one in album)
    assert not other.deleted
    assert [call.params["message_ids"] for call in telegram.calls_of("deleteMessages")] == [[one.id for one in album]]


def test_after_two_days_a_person_must(telegram: TelegramBotApi, client: TelegramClient, clock: FakeClock) -> None:
    """Telegram refuses; a second before it does not."""
    old, young = telegram.write("старое"), telegram.write("молодое")
    clock.advance(48 * HOUR - SECOND)
    assert client.carry_out(order(DELETE, young), [BOT]) == Done(Outcome.ACTED)
    clock.advance(SECOND)
    assert client.carry_out(order(DELETE, old), [BOT]) == Manual("too_old")
    assert not old.deleted


def test_a_bot_without_the_right_hands_over(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Telegram says the same as of an old message; its rights tell the two apart."""
    comment = telegram.write("спам")
    telegram.join(GROUP, telegram.bot, rights=["can_restrict_members"])
    assert client.carry_out(order(DELETE, comment), [BOT]) == Manual("no_rights")
    telegram.join(GROUP, telegram.bot, rights=["can_delete_messages"])
    assert client.carry_out(order(BAN), [BOT]) == Manual("no_rights")
    assert not telegram.is_barred(CITIZEN)


def test_a_ban_wipes_what_its_author_wrote(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Everything of his and of nobody else; lifting it brings nothing back, and throws nobody out."""
    mine = [telegram.write(str(number)) for number in range(3)]
    others = telegram.write("соседа", author=222)

    assert client.carry_out(order(BAN), [BOT]) == Done(Outcome.ACTED)
    assert telegram.is_barred(CITIZEN)
    assert all(one.deleted for one in mine)
    assert not others.deleted
    assert client.look(order(BAN), [BOT]) is Sight.DONE
    assert client.carry_out(order(UNBAN), [BOT]) == Done(Outcome.ACTED)
    assert not telegram.is_barred(CITIZEN)
    assert all(one.deleted for one in mine)
    assert client.look(order(UNBAN), [BOT]) is Sight.DONE


def test_a_term_only_mutes_and_ends_by_itself(
    telegram: TelegramBotApi, client: TelegramClient, clock: FakeClock
) -> None:
    """What was written stays; unmuting before the end leaves a member a member."""
    comment = telegram.write("резко")
    week = order(BAN, ban_until=clock.now() + 7 * DAY)

    assert client.carry_out(week, [BOT]) == Done(Outcome.ACTED)
    assert telegram.is_barred(CITIZEN)
    assert not comment.deleted
    clock.advance(7 * DAY)
    assert not telegram.is_barred(CITIZEN)
    again = order(BAN, ban_until=clock.now() + 7 * DAY)
    assert client.carry_out(again, [BOT]) == Done(Outcome.ACTED)
    assert client.carry_out(order(UNBAN), [BOT]) == Done(Outcome.ACTED)
    assert telegram.state.chats[GROUP].members[CITIZEN].status == "member"


def test_a_channel_is_banned_until_somebody_lifts_it(
    telegram: TelegramBotApi, client: TelegramClient, clock: FakeClock
) -> None:
    """Whoever ordered a term is told that there is none; nothing of it is wiped, nobody of those behind it is banned."""
    advert = telegram.write("Подписывайтесь", author=SPAMMER)

    assert client.carry_out(order(BAN, advert), [BOT]) == Done(Outcome.ACTED)
    dated = order(BAN, advert, ban_until=clock.now() + DAY)
    assert client.carry_out(dated, [BOT]) == Done(Outcome.ACTED, endless=True)
    assert telegram.is_barred(SPAMMER)
    assert not advert.deleted
    assert client.look(dated, [BOT]) is Sight.UNKNOWN
    assert client.carry_out(order(UNBAN, advert), [BOT]) == Done(Outcome.ACTED)
    assert not telegram.is_barred(SPAMMER)
    assert telegram.calls_of("banChatMember") == []


@pytest.mark.parametrize("who", [OWNER, MODERATOR])
def test_administrators_are_never_touched(telegram: TelegramBotApi, client: TelegramClient, who: int) -> None:
    """Telegram refuses, whatever the term."""
    for until in (None, FakeClock().now() + DAY):
        refused = client.carry_out(order(BAN, author=str(who), ban_until=until), [BOT])
        assert refused == Failed("author_is_administrator")
    assert not telegram.is_barred(who)


def test_a_stranger_cannot_be_banned_and_needs_no_unban(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Telegram does not know whoever never was in the group."""
    assert client.carry_out(order(BAN, author="5"), [BOT]) == Failed("author_not_found")
    assert client.carry_out(order(UNBAN, author="5"), [BOT]) == Done(Outcome.ACTED)
    assert client.look(order(UNBAN, author="5"), [BOT]) is Sight.DONE


def test_a_flood_holds_the_whole_bot_back(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """For as long as Telegram names; no attempt is spent."""
    telegram.bot.flood = 17

    answer = client.carry_out(order(DELETE), [BOT])
    expected = Retry("telegram_429", after=17 * SECOND, waiting=WaitingFor.LIMIT, pause_connection=True)
    assert answer == expected
    assert client.managers(str(GROUP), [BOT]) == Untold("telegram_429", transient=True)


def test_a_dead_token_is_a_persons_business(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Recalled, or never one at all; the latter is not even put into an address."""
    telegram.kill_token(TOKEN)
    dead = Retry("telegram_401", waiting=WaitingFor.TOKEN, dead=(1,), alert=True)

    assert client.carry_out(order(DELETE), [BOT]) == dead
    for broken in ("", "no token", "1:a/../../x", "1:ключ", "1:a?b", "1:a\n"):
        assert client.carry_out(order(DELETE), [Credential(1, Slot.COMMUNITY, broken)]) == dead
    assert client.examine(str(GROUP), BOT) == Untold("telegram_401")
    assert telegram.state.calls == []


def test_a_bot_that_was_thrown_out_hands_over(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Kicked, gone, or never there."""
    telegram.join(GROUP, telegram.bot, status="kicked")
    assert client.carry_out(order(DELETE), [BOT]) == Manual("bot_not_in_chat")
    assert client.examine(str(GROUP), BOT) == Untold("bot_not_in_chat")
    assert client.managers("-1009", [BOT]) == Untold("bot_not_in_chat")


def test_a_group_that_moved_is_called_by_its_new_id(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """The page follows; what was written before stays where no bot comes any more."""
    telegram.add_channel(-1008, -77, name="dvor", group_type="group")
    telegram.join(-77, telegram.bot)
    before = telegram.write("до", chat=-77)
    telegram.migrate(-77, -1007700000000)
    after = telegram.write("после", chat=-1007700000000)

    assert client.carry_out(order(DELETE, before, page="-77"), [BOT]) == Retry("moved", moved_to="-1007700000000")
    assert client.carry_out(order(BAN, page="-77"), [BOT]) == Retry("moved", moved_to="-1007700000000")
    moved = order(DELETE, before, page="-1007700000000")
    assert client.carry_out(moved, [BOT]) == Manual("written_before_move")
    assert client.carry_out(order(DELETE, after, page="-1007700000000"), [BOT]) == Done(Outcome.ACTED)


def test_nobody_is_muted_in_a_basic_group(telegram: TelegramBotApi, client: TelegramClient, clock: FakeClock) -> None:
    """That takes a supergroup; a person can make it one."""
    telegram.add_channel(-1008, -77, name="dvor", group_type="group")
    telegram.join(-77, telegram.bot)
    telegram.write("до", chat=-77)

    answer = client.carry_out(order(BAN, page="-77", ban_until=clock.now() + DAY), [BOT])
    assert answer == Manual("needs_supergroup")


def test_managers_are_administrators_and_the_channel(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Whoever writes as the channel under somebody's comment is known by it."""
    managers = client.managers(str(GROUP), [BOT])

    assert managers == frozenset({str(OWNER), str(MODERATOR), str(telegram.bot.id), str(CHANNEL)})
    assert client.managers(str(GROUP), []) == Untold("no_token")


def test_a_channel_is_not_taken_for_its_group(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Comments stand in the group: who connects the channel is told so."""
    telegram.join(CHANNEL, telegram.bot)

    assert client.managers(str(CHANNEL), [BOT]) == Untold("page_is_channel")
    assert client.examine(str(CHANNEL), BOT) == Untold("page_is_channel")


@pytest.mark.parametrize(
    ("rights", "status", "can"),
    [
        (("can_delete_messages", "can_restrict_members"), "administrator", (True, True)),
        (("can_delete_messages",), "administrator", (True, False)),
        (("can_restrict_members",), "administrator", (False, True)),
        ((), "member", (False, False)),
    ],
)
def test_the_self_test_reads_the_bots_rights(
    telegram: TelegramBotApi, client: TelegramClient, rights: tuple[str, ...], status: str, can: tuple[bool, bool]
) -> None:
    """By the group, without changing anything."""
    telegram.join(GROUP, telegram.bot, rights=rights, status=status)
    delete, ban = can

    assert client.examine(str(GROUP), BOT) == (
        Right(DELETE, delete, "" if delete else "no_rights"),
        Right(BAN, ban, "" if ban else "no_rights"),
        Right(UNBAN, ban, "" if ban else "no_rights"),
    )
    assert {call.method for call in telegram.state.calls} == {"getChat", "getChatMember"}


def test_a_look_tells_what_persons_did(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """A person banned by hand is banned; of messages Telegram tells nothing."""
    comment = telegram.write("спам")
    assert client.look(order(BAN), [BOT]) is Sight.NOT_DONE
    telegram.set_member(Member(CITIZEN, "kicked", is_there=False))
    assert client.look(order(BAN), [BOT]) is Sight.DONE
    assert client.look(order(UNBAN), [BOT]) is Sight.NOT_DONE
    assert client.look(order(DELETE, comment), [BOT]) is Sight.UNKNOWN
    assert client.look(order(BAN), []) is Sight.UNKNOWN
    assert is_kept_out({"status": "kicked"})


def test_a_mute_that_ends_sooner_is_no_ban(telegram: TelegramBotApi, client: TelegramClient, clock: FakeClock) -> None:
    """An earlier step of the ladder ticks off no task of a later one; one without an end does."""
    telegram.write("спам")
    day, week = clock.now() + DAY, clock.now() + 7 * DAY
    assert client.carry_out(order(BAN, ban_until=day), [BOT]) == Done(Outcome.ACTED)
    assert client.look(order(BAN, ban_until=day), [BOT]) is Sight.DONE
    assert client.look(order(BAN, ban_until=week), [BOT]) is Sight.NOT_DONE
    assert client.look(order(BAN), [BOT]) is Sight.NOT_DONE
    telegram.set_member(Member(CITIZEN, "restricted", can_send=False))
    assert client.look(order(BAN), [BOT]) is Sight.DONE
    assert client.look(order(BAN, ban_until=week), [BOT]) is Sight.DONE


@pytest.mark.parametrize("disturbance", ["close", "garbage", "http_502", "redirect"])
def test_trouble_on_the_way_costs_an_attempt(
    telegram: TelegramBotApi, client: TelegramClient, disturbance: str
) -> None:
    """Nobody follows a redirect with the token; the next attempt works."""
    comment = telegram.write("спам")
    telegram.fail_next("deleteMessage", disturbance)

    answer = client.carry_out(order(DELETE, comment), [BOT])
    assert isinstance(answer, Retry)
    assert (answer.waiting, answer.dead) == (None, ())
    assert client.carry_out(order(DELETE, comment), [BOT]) == Done(Outcome.ACTED)


def test_an_unban_that_broke_in_the_middle_is_done_again(telegram: TelegramBotApi, client: TelegramClient) -> None:
    """Two calls make it, and both may be repeated."""
    telegram.write("x")
    client.carry_out(order(BAN), [BOT])
    telegram.fail_next("restrictChatMember", "http_502")

    assert client.carry_out(order(UNBAN), [BOT]) == Retry("http_502")
    assert client.carry_out(order(UNBAN), [BOT]) == Done(Outcome.ACTED)
    assert not telegram.is_barred(CITIZEN)


def test_the_token_is_shown_nowhere(
    telegram: TelegramBotApi, client: TelegramClient, caplog: pytest.LogCaptureFixture
) -> None:
    """It stands in the address: neither our values nor our log hold it, whatever goes wrong and at whatever level."""
    # As the house sets it: the library names every address.
    caplog.set_level(logging.WARNING, "httpx")
    caplog.set_level(logging.DEBUG)
    comment = telegram.write("спам")
    said = []
    for trouble in ("close", "garbage", "redirect", ApiError(500, "Internal"), ApiError(400, f"Bad {TOKEN}")):
        telegram.fail_next("*", trouble)
        said.append(repr(client.carry_out(order(DELETE, comment), [BOT])))
    said += [repr(client.managers(str(GROUP), [BOT])), repr(client.examine(str(GROUP), BOT)), repr(BOT)]
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)

    assert logged
    secret = TOKEN.partition(":")[2]
    assert [one for one in (*said, logged) if secret in one] == []
