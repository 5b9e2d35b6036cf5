"""What each kind of update becomes in the house's words."""

import json
from typing import Any

import pytest

from app.domain.clock import SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, CommentRef, Event, Ignored, PageMoved, Published, Written
from app.domain.words import Kind
from app.networks.telegram.inbound import read
from tests.unit.networks.telegram.samples import (
    CHANNEL,
    CITIZEN,
    DATE,
    GROUP,
    PAGE,
    STRANGER,
    channel,
    comment,
    event,
    forward,
    group,
    told,
    written,
)


def test_a_comment_names_its_post_by_the_thread() -> None:
    """Nothing but the message is needed to know under which post it stands, who wrote it and where to find it."""
    found = event("message", comment())

    assert (found.network, found.page, found.type) == ("telegram", PAGE, "comment_new")
    assert found.key == f"5001:{PAGE}:301"
    assert found.body == Written(
        act=Act.NEW,
        ref=CommentRef(Kind.WALL, PAGE, "301"),
        author=str(CITIZEN),
        text="А тротуар?",
        written_at=(DATE + 60) * SECOND,
        post="300",
        thread_root="300",
        url="https://t.me/c/1555000002/301?thread=300",
    )
    assert json.loads(found.raw)["message"]["text"] == "А тротуар?"


def test_a_post_is_never_a_comment() -> None:
    """The automatic forward is the page's own post: called by its id in the group, linked to where it was published."""
    body = event("message", forward()).body

    assert body == Published(
        external_id="300",
        text="Ремонт дороги начнётся в среду",
        published_at=(DATE - 2) * SECOND,
        url="https://t.me/poselok_n/71",
    )
    assert event("message", forward()).type == "post_new"
    assert isinstance(event("edited_message", forward(edit_date=DATE + 5)).body, Published)
    photo = forward(text=None, caption="Смотрите", photo=[{"file_unique_id": "q1"}])
    assert event("message", photo).body.attachments == ("photo:q1",)  # type: ignore[union-attr]


def test_a_post_of_a_channel_without_a_name_has_the_address_of_members() -> None:
    """Its number stands in the address; without the origin there is no address."""
    nameless = channel()
    del nameless["username"]
    origin = {"type": "channel", "chat": nameless, "message_id": 71, "date": DATE}

    assert event("message", forward(forward_origin=origin)).body.url == "https://t.me/c/1555000001/71"  # type: ignore[union-attr]
    assert event("message", forward(forward_origin=None)).body.url == ""  # type: ignore[union-attr]


def test_an_answer_to_a_comment_stands_under_the_same_post() -> None:
    """What is answered is context, and is named; the post itself is not answered."""
    answered = comment(reply_to_message=None)
    found = written(message_id=302, reply_to_message=answered, text="И фонари")

    assert (found.post, found.thread_root, found.reply_to, found.context) == ("300", "300", "301", "А тротуар?")
    assert written().reply_to == ""
    quoted = written(reply_to_message=answered, quote={"text": "тротуар", "position": 2})
    assert quoted.context == "тротуар"


def test_talk_outside_of_threads_belongs_to_no_post() -> None:
    """A group is also a place to talk: such a message is read, and stands under nothing."""
    found = written(message_thread_id=None, reply_to_message=None)

    assert (found.post, found.thread_root, found.url) == ("", "", "https://t.me/c/1555000002/301")
    assert written(chat=group(username="poselok_chat")).url == "https://t.me/poselok_chat/301?thread=300"
    assert written(message_thread_id=None).post == "300", "a direct answer to the post tells its thread too"


def test_a_basic_group_has_no_addresses() -> None:
    """Its messages are found in the application alone."""
    small = event("message", comment(chat={"id": -512345, "type": "group", "title": "Двор"}))

    assert small.page == "-512345"
    assert small.body.url == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        (channel(id=STRANGER, username="reklama"), str(STRANGER)),
        (group(), f"-{PAGE}"),
        (channel(), f"-{PAGE}"),
        ({"id": STRANGER, "type": "supergroup", "title": "Чужая группа"}, str(STRANGER)),
    ],
)
def test_whoever_writes_as_a_chat_is_that_chat(sender: dict[str, Any], author: str) -> None:
    """The fake account beside it is nobody; the group itself and the post's channel are the page."""
    found = written(**{"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": sender})

    assert found.author == author


def test_a_channel_that_answers_a_comment_is_known_by_the_list_of_managers() -> None:
    """There the message does not say whose post it is, so its author is the channel's id, as managers are listed."""
    found = written(sender_chat=channel(), reply_to_message=comment(reply_to_message=None))

    assert found.author == str(CHANNEL)


def test_an_edit_is_the_same_comment_with_other_words() -> None:
    """The update's number makes it another happening; the time of writing stays."""
    found = event("edited_message", comment(text="А тротуар когда?", edit_date=DATE + 90), 5_002)

    assert (found.type, found.key) == ("comment_edit", f"5002:{PAGE}:301")
    assert isinstance(found.body, Written)
    assert (found.body.act, found.body.ref.external_id, found.body.text) == (Act.EDIT, "301", "А тротуар когда?")
    assert found.body.written_at == (DATE + 60) * SECOND


def test_numbers_of_two_bots_do_not_meet() -> None:
    """Updates are numbered per bot: the chat and the message keep a page's events apart when its bot changes."""
    keys = {event("message", comment(message_id=number), 7).key for number in (1, 2)}
    keys.add(event("message", comment(message_id=1, chat={"id": -5, "type": "group"}), 7).key)

    assert len(keys) == 3


def test_a_dialogue_with_the_bot_is_private_and_belongs_to_no_group() -> None:
    """It names the page '', which is whichever page the bot alone serves."""
    chat = {"id": CITIZEN, "type": "private", "first_name": "Вера"}
    found = event("message", comment(chat=chat, message_thread_id=None, reply_to_message=None, text="Жалоба"))

    assert (found.page, found.type) == ("", "message_new")
    assert isinstance(found.body, Written)
    assert (found.body.ref, found.body.private) == (CommentRef(Kind.MESSAGE, str(CITIZEN), "301"), True)
    assert found.body.author == str(CITIZEN)


@pytest.mark.parametrize(
    "news",
    [
        {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "Олег"}]},
        {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "Олег"}},
        {"pinned_message": {"message_id": 300}},
        {"new_chat_title": "Посёлок"},
        {"delete_chat_photo": True},
        {"video_chat_started": {}},
        {"boost_added": {"boost_count": 1}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_telegram_itself_says_is_left_alone(news: dict[str, Any]) -> None:
    """Joins, pins and the like are nobody's words."""
    found = told("message", comment(text=None, **news))

    assert found == Ignored("telegram", PAGE, "message", "service_message")


@pytest.mark.parametrize("fields", [{"migrate_to_chat_id": -1001777}, {"migrate_from_chat_id": -44}])
def test_a_group_that_moves_names_both_ids(fields: dict[str, int]) -> None:
    """Both groups say it; either word moves the page that is known by the old id."""
    found = event("message", comment(text=None, **fields))

    was, now = (PAGE, "-1001777") if "migrate_to_chat_id" in fields else ("-44", PAGE)
    assert (found.page, found.type, found.body) == (was, "chat_moved", PageMoved(now))


@pytest.mark.parametrize(
    ("kind", "thing", "reason"),
    [
        ("channel_post", {"message_id": 71, "chat": channel()}, "not_on_page"),
        ("message", comment(chat=channel()), "not_on_page"),
        ("message_reaction", {"chat": group()}, "no_comment"),
        ("callback_query", {"id": "1"}, "no_comment"),
        ("something_new", {"x": 1}, "unknown_type"),
    ],
)
def test_what_is_no_comment_is_ignored_for_a_reason(kind: str, thing: dict[str, Any], reason: str) -> None:
    """Nothing is dropped without a word."""
    found = told(kind, thing)

    assert isinstance(found, Ignored)
    assert (found.type, found.reason) == (kind, reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b"{}",
        b'{"update_id": "x", "message": {}}',
        b'{"update_id": 1, "message": 5}',
        b'{"update_id": 1, "message": {"message_id": 7}}',
        b'{"update_id": 1, "message": {"chat": {"id": -5, "type": "group"}}}',
        b'{"update_id": 1, "chat_member": {"chat": {"id": -5}, "new_chat_member": {}}}',
    ],
)
def test_what_is_no_update_is_refused(body: bytes) -> None:
    """Without a number, a chat or a message's id nobody can tell what happened."""
    with pytest.raises(PayloadRejectedError):
        read(body)


def test_a_comment_of_nobody_is_read_all_the_same() -> None:
    """An author that Telegram does not name is unknown, which stops nothing."""
    found = event("message", comment(**{"from": None}))

    assert isinstance(found, Event)
    assert found.body.author == ""  # type: ignore[union-attr]
    assert GROUP < 0
