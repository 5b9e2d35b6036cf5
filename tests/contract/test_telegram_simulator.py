"""The simulated Bot API is as strict as what it stands for: whoever passes here keeps Telegram's rules."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from app.domain.clock import HOUR, SECOND
from tests.fakes.clock import FakeClock
from tests.simulators.telegram_bot_api import CITIZEN, GROUP, OWNER, TOKEN, TelegramBotApi
from tests.simulators.telegram_methods import PERMISSIONS
from tests.simulators.telegram_state import Member

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def telegram(clock: FakeClock) -> Iterator[TelegramBotApi]:
    with TelegramBotApi(clock=clock) as simulator:
        simulator.write("первый")
        simulator.bot.queue.clear()
        yield simulator


@pytest.fixture
def call(telegram: TelegramBotApi) -> Iterator[Call]:
    """A method with its parameters; the status, and the result or the description."""
    with httpx.Client(verify=False) as http:  # noqa: S501 - loopback speaks no TLS

        def ask(method: str, token: str = TOKEN, /, **params: Any) -> tuple[int, Any]:
            reply = http.post(f"{telegram.base_url}bot{token}/{method}", json=params)
            told = reply.json()
            assert told["ok"] == (reply.status_code == 200)
            return reply.status_code, told.get("result", told.get("description"))

        yield ask


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("deleteMessage", {"chat_id": GROUP}, "message_id is empty"),
        ("deleteMessage", {"chat_id": str(GROUP), "message_id": 1}, "must be of type"),
        ("deleteMessage", {"chat_id": GROUP, "message_id": 1, "revoke": True}, "no parameter revoke"),
        ("deleteMessages", {"chat_id": GROUP, "message_ids": []}, "not specified"),
        ("deleteMessages", {"chat_id": GROUP, "message_ids": list(range(101))}, "not specified"),
        ("restrictChatMember", {"chat_id": GROUP, "user_id": CITIZEN, "permissions": {"can_fly": True}}, "permissions"),
        ("banChatSenderChat", {"chat_id": GROUP, "sender_chat_id": CITIZEN}, "PARTICIPANT_ID_INVALID"),
        ("getUpdates", {"limit": 101}, "out of range"),
        ("getUpdates", {"allowed_updates": ["comments"]}, "allowed updates"),
        ("setWebhook", {"url": "https://a.example/", "secret_token": "с кириллицей"}, "unallowed characters"),
        ("setWebhook", {"url": "https://a.example/", "max_connections": 0}, "1-100"),
        ("getChat", {"chat_id": -5}, "chat not found"),
    ],
)
def test_a_wrong_call_is_refused(call: Call, method: str, params: dict[str, Any], complaint: str) -> None:
    """With what is wrong about it."""
    status, description = call(method, **params)
    assert status == 400
    assert complaint in description


def test_a_stranger_gets_nothing(call: Call) -> None:
    """A token that nobody has, one that is none, a method that there is not."""
    assert call("getMe", "1:unknown") == (401, "Unauthorized")
    assert call("getMe", "broken")[0] == 404
    assert call("getEverything")[0] == 404
    assert call("getMe")[1]["id"] == int(TOKEN.partition(":")[0])


def test_a_bot_that_is_no_administrator_is_shown_nothing(telegram: TelegramBotApi, call: Call) -> None:
    """Only of what becomes of itself it is told."""
    telegram.join(GROUP, telegram.bot, status="member")
    telegram.write("второй")
    assert [[*update][-1] for update in call("getUpdates")[1]] == ["my_chat_member"]


def test_bans_are_told_to_those_alone_who_ask(telegram: TelegramBotApi, call: Call) -> None:
    """And the one who made a change is told of it too."""
    telegram.set_member(Member(CITIZEN, "kicked", is_there=False))
    assert call("getUpdates", allowed_updates=["message", "chat_member"])[1] == []
    assert call("unbanChatMember", chat_id=GROUP, user_id=CITIZEN, only_if_banned=True) == (200, True)
    (update,) = call("getUpdates")[1]
    assert update["chat_member"]["new_chat_member"]["status"] == "left"


def test_unbanning_without_the_flag_throws_out(telegram: TelegramBotApi, call: Call) -> None:
    """That is why it is never sent so."""
    call("unbanChatMember", chat_id=GROUP, user_id=CITIZEN, only_if_banned=True)
    assert telegram.state.chats[GROUP].members[CITIZEN].status == "member"
    call("unbanChatMember", chat_id=GROUP, user_id=CITIZEN)
    assert telegram.state.chats[GROUP].members[CITIZEN].status == "left"


@pytest.mark.parametrize(("seconds", "forever"), [(29, True), (30, False), (366 * 86_400, False), (366 * 86_401, True)])
def test_a_term_outside_the_limits_is_none(
    telegram: TelegramBotApi, call: Call, clock: FakeClock, seconds: int, forever: bool
) -> None:
    """Half a minute to a leap year; what is outside lasts for ever."""
    until = clock.now() // SECOND + seconds
    call("banChatMember", chat_id=GROUP, user_id=CITIZEN, until_date=until)
    clock.advance(seconds * SECOND)
    assert telegram.is_barred(CITIZEN) is forever


def test_permissions_imply_each_other_unless_told_otherwise(telegram: TelegramBotApi, call: Call) -> None:
    """Whoever forgets the flag lets the mute send messages."""
    permissions = dict.fromkeys(PERMISSIONS, False) | {"can_send_polls": True}
    whom = {"chat_id": GROUP, "user_id": CITIZEN, "permissions": permissions}
    call("restrictChatMember", **whom)
    assert not telegram.is_barred(CITIZEN)
    call("restrictChatMember", **whom, use_independent_chat_permissions=True)
    assert telegram.is_barred(CITIZEN)


def test_whoever_is_barred_does_not_write(telegram: TelegramBotApi, call: Call) -> None:
    """Not even in a test."""
    call("banChatMember", chat_id=GROUP, user_id=CITIZEN)
    with pytest.raises(AssertionError, match="banned or mute"):
        telegram.write("снова я")


def test_the_age_of_a_message_counts_from_its_date(telegram: TelegramBotApi, call: Call, clock: FakeClock) -> None:
    """An edit makes it no younger."""
    message = telegram.write("текст")
    clock.advance(47 * HOUR)
    telegram.edit(message, "другой текст")
    clock.advance(HOUR)
    status, description = call("deleteMessage", chat_id=GROUP, message_id=message.id)
    assert (status, description) == (400, "Bad Request: message can't be deleted")
    assert call("deleteMessages", chat_id=GROUP, message_ids=[message.id, 5])[0] == 400


def test_the_owner_is_out_of_reach(call: Call) -> None:
    """Whatever is tried."""
    permissions = dict.fromkeys(PERMISSIONS, False)
    for method, more in (("banChatMember", {}), ("restrictChatMember", {"permissions": permissions})):
        assert call(method, chat_id=GROUP, user_id=OWNER, **more)[1] == "Bad Request: can't remove chat owner"
