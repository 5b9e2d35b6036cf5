"""Which calls carry out an order, and what the form takes for a page or an author."""

import pytest

from app.domain.clock import DAY, MINUTE, SECOND
from app.domain.errors import InvalidInputError
from app.domain.ports import Failed, Order
from app.domain.words import ActionKind, Kind
from app.networks.telegram.abilities import ABILITIES
from app.networks.telegram.calls import PERMISSIONS, Call, plan
from app.networks.telegram.failures import ROWS, Handling, Move, handling
from app.networks.telegram.page_form import FORM, author_url, checked_author, checked_id, page_url
from app.networks.telegram.transport import Refused

PAGE = "-1001555000002"
NOW = 1_790_000_000 * SECOND
WHOM = {"chat_id": int(PAGE), "user_id": 7}


def order(kind: ActionKind, **fields: object) -> Order:
    """An order about a comment in the group."""
    whole: dict[str, object] = {"scope": PAGE, "external_id": "301", "post": "300", "author": "7"} | fields
    return Order(kind, PAGE, Kind.WALL, **whole)  # type: ignore[arg-type]


def only(found: tuple[Call, ...] | Failed) -> Call:
    """The one call."""
    assert isinstance(found, tuple)
    (call,) = found
    return call


def test_an_album_is_deleted_by_one_call() -> None:
    """Each message once; more than Telegram takes at a time are several calls."""
    single = only(plan(order(ActionKind.DELETE_COMMENT), NOW))
    assert single == Call("deleteMessage", {"chat_id": int(PAGE), "message_id": 301})
    album = only(plan(order(ActionKind.DELETE_COMMENT, together=("301", "302", "303")), NOW))
    assert album == Call("deleteMessages", {"chat_id": int(PAGE), "message_ids": [301, 302, 303]})
    many = plan(order(ActionKind.DELETE_COMMENT, together=tuple(map(str, range(1000, 1150)))), NOW)
    assert isinstance(many, tuple)
    assert [len(call.params["message_ids"]) for call in many] == [100, 51]


def test_a_comment_written_before_a_move_is_looked_for_where_it_stands() -> None:
    """Ids count anew in the new group: the comment's own chat is named, not the page's."""
    call = only(plan(order(ActionKind.DELETE_COMMENT, scope="-44"), NOW))
    assert call.params["chat_id"] == -44


@pytest.mark.parametrize(
    ("until", "method", "date"),
    [
        (None, "banChatMember", None),
        (NOW + DAY, "restrictChatMember", (NOW + DAY) // SECOND),
        (NOW + 366 * DAY, "restrictChatMember", (NOW + 366 * DAY) // SECOND),
        (NOW + 367 * DAY, "restrictChatMember", None),
    ],
)
def test_only_a_ban_for_ever_wipes(until: int | None, method: str, date: int | None) -> None:
    """A term takes the right to write and nothing else; one that Telegram cannot count is left without an end."""
    call = only(plan(order(ActionKind.BAN_AUTHOR, ban_until=until), NOW))

    assert (call.method, call.params.get("until_date")) == (method, date)
    assert WHOM.items() <= call.params.items()
    if method == "restrictChatMember":
        assert call.params["permissions"] == dict.fromkeys(PERMISSIONS, False)
        assert call.params["use_independent_chat_permissions"] is True


def test_a_term_that_is_as_good_as_over_is_not_taken_for_ever() -> None:
    """Telegram would read an end that is too near as none."""
    for seconds in (-5, 0, 29, 34):
        assert plan(order(ActionKind.BAN_AUTHOR, ban_until=NOW + seconds * SECOND), NOW) == Failed("ban_term_over")
    assert isinstance(plan(order(ActionKind.BAN_AUTHOR, ban_until=NOW + MINUTE), NOW), tuple)


def test_unbanning_never_throws_out() -> None:
    """Only whoever is banned is touched, and then every restriction is lifted."""
    found = plan(order(ActionKind.UNBAN_AUTHOR), NOW)

    assert isinstance(found, tuple)
    assert found[0] == Call("unbanChatMember", WHOM | {"only_if_banned": True})
    assert found[1].method == "restrictChatMember"
    assert found[1].params["permissions"] == dict.fromkeys(PERMISSIONS, True)


def test_channels_are_banned_as_channels() -> None:
    """By their own id, with or without a term, which is somebody else's to end."""
    who = {"chat_id": int(PAGE), "sender_chat_id": -1009}
    for until in (None, NOW + DAY):
        banned = only(plan(order(ActionKind.BAN_AUTHOR, author="-1009", ban_until=until), NOW))
        assert banned == Call("banChatSenderChat", who)
    assert only(plan(order(ActionKind.UNBAN_AUTHOR, author="-1009"), NOW)) == Call("unbanChatSenderChat", who)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (order(ActionKind.HIDE_COMMENT), "not_supported"),
        (order(ActionKind.RESTORE_COMMENT), "not_supported"),
        (order(ActionKind.BAN_AUTHOR, author=""), "no_author"),
        (order(ActionKind.BAN_AUTHOR, author="вера"), "no_author"),
        (order(ActionKind.BAN_AUTHOR, author=f"-{PAGE}"), "own_page"),
        (order(ActionKind.DELETE_COMMENT, external_id="x"), "bad_order"),
        (order(ActionKind.DELETE_COMMENT, scope="группа"), "bad_order"),
        (order(ActionKind.DELETE_COMMENT, together=("302", "-1")), "bad_order"),
    ],
)
def test_what_cannot_be_asked_is_not_asked(wrong: Order, code: str) -> None:
    """Without a call."""
    assert plan(wrong, NOW) == Failed(code)


def test_abilities_are_what_the_documents_say() -> None:
    """Nothing comes back, a ban wipes, a term mutes and lasts from half a minute to a leap year."""
    assert ABILITIES.ban_deletes_messages
    assert ABILITIES.term_only_mutes
    assert not ABILITIES.can_restore | ABILITIES.can_hide
    assert [ABILITIES.ban_terms.holds(seconds) for seconds in (29, 30, 366 * 86_400, 366 * 86_400 + 1)] == [
        False,
        True,
        True,
        False,
    ]
    assert ABILITIES.delete_within == 2 * DAY


@pytest.mark.parametrize(
    ("refused", "move", "code"),
    [
        (Refused(400, "bad request: message to delete not found"), Move.GONE, "not_found"),
        (Refused(400, "bad request: message can't be deleted"), Move.UNDELETABLE, "too_old"),
        (Refused(400, "bad request: user is an administrator of the chat"), Move.NEVER, "author_is_administrator"),
        (Refused(400, "bad request: can't remove chat owner"), Move.NEVER, "author_is_administrator"),
        (
            Refused(400, "bad request: not enough rights to restrict/unrestrict chat member"),
            Move.PERSON,
            "no_rights",
        ),
        (Refused(400, "bad request: need administrator rights in the channel chat"), Move.PERSON, "no_rights"),
        (Refused(400, "bad request: chat not found"), Move.PERSON, "bot_not_in_chat"),
        (Refused(400, "bad request: participant_id_invalid"), Move.ABSENT, "author_not_found"),
        (Refused(400, "bad request: group chat was upgraded", moved_to="-1001"), Move.MOVED, "moved"),
        (Refused(400, "bad request: method is available only for supergroups"), Move.PERSON, "needs_supergroup"),
        (Refused(400, "bad request: something nobody has seen"), Move.AGAIN, "telegram_400"),
        (Refused(401, "unauthorized"), Move.DEAD, "telegram_401"),
        (Refused(404, "not found"), Move.DEAD, "telegram_404"),
        (Refused(403, "forbidden: bot was kicked from the supergroup chat"), Move.PERSON, "bot_not_in_chat"),
        (Refused(409, "conflict: can't use getupdates method while webhook is active"), Move.TAKEN, "webhook_active"),
        (Refused(409, "conflict: terminated by other getupdates request"), Move.TAKEN, "asked_elsewhere"),
        (Refused(429, "too many requests: retry after 5"), Move.REST, "telegram_429"),
        (Refused(500, "internal server error: restart"), Move.AGAIN, "telegram_500"),
    ],
)
def test_each_error_has_its_meaning(refused: Refused, move: Move, code: str) -> None:
    """By status and a part of the description; what nobody has described is tried again."""
    assert handling(refused) == Handling(move, code)


def test_no_row_of_the_table_hides_another() -> None:
    """Each can be reached, and descriptions are looked for as they come: in small letters."""
    assert [row for row in ROWS if handling(Refused(row.status, row.words)) != Handling(row.move, row.code)] == []
    assert all(row.words == row.words.lower() for row in ROWS)


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("-1001555000002", "-1001555000002"),
        (" -512345 ", "-512345"),
        ("https://t.me/c/1555000002/301?thread=300", "-1001555000002"),
        ("t.me/c/1555000002/300/301", "-1001555000002"),
        ("https://web.telegram.org/k/#-1001555000002", "-1001555000002"),
        ("https://web.telegram.org/a/#-1001555000002_300", "-1001555000002"),
    ],
)
def test_a_group_is_taken_however_it_was_copied(typed: str, page: str) -> None:
    """The id keeps its minus."""
    assert checked_id(typed) == page


@pytest.mark.parametrize("typed", ["123456789", "1001555000002", "tg://user?id=5"])
def test_a_person_is_no_page(typed: str) -> None:
    """The refusal says why, and where the right number is found."""
    with pytest.raises(InvalidInputError, match=r"профиль.*web\.telegram\.org"):
        checked_id(typed)


@pytest.mark.parametrize("typed", ["@poselok_chat", "https://t.me/poselok_chat", "", "-0", "--5", "-1.5", "−100"])
def test_a_name_is_no_page(typed: str) -> None:
    """A name can be changed, and the bot is told of ids: the refusal says how to find one."""
    with pytest.raises(InvalidInputError, match=r"web\.telegram\.org"):
        checked_id(typed)


def test_pages_and_channels_have_addresses_and_people_have_none() -> None:
    """What a browser cannot open is not offered."""
    assert page_url("-1001555000002") == "https://t.me/c/1555000002/1"
    assert page_url("-512345") == "https://web.telegram.org/a/#-512345"
    assert author_url("-1001555000099") == "https://t.me/c/1555000099/1"
    assert author_url("701000001") == ""
    assert [checked_author(one) for one in ("701000001", "id5", "tg://user?id=5", "-1001")] == [
        "701000001",
        "5",
        "5",
        "-1001",
    ]
    with pytest.raises(InvalidInputError):
        checked_author("@vera")
    assert FORM.secret_pattern == "[A-Za-z0-9_-]{1,256}"
