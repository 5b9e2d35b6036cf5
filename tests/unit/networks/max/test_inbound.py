"""What each update of MAX means in the house's words."""

import json
from typing import Any

import pytest

from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, CommentRef, Event, Ignored, PageChanged, Published, Removed, Segment, Written
from app.domain.polling import Unreadable
from app.domain.words import Kind
from app.networks.max.inbound import READ, parse
from app.networks.max.updates import read_update
from tests.unit.networks.max.samples import (
    AT_MS,
    CHANNEL,
    CITIZEN,
    COMMENT,
    DIALOGUE,
    GROUP,
    MESSAGE,
    POST,
    SEQ,
    comment,
    message,
    person,
    update,
)


def told(data: dict[str, Any]) -> Event:
    found = parse(data, raw=json.dumps(data).encode())
    assert isinstance(found, Event), found
    return found


def ignored(data: dict[str, Any]) -> str:
    found = parse(data, raw=b"{}")
    assert isinstance(found, Ignored), found
    return found.reason


def test_a_comment_is_known_by_its_post_and_its_own_id() -> None:
    """Scope is the post, times are microseconds, and the channel is the page."""
    event = told(update("comment_created", message=comment()))

    assert (event.network, event.page, event.type) == ("max", str(CHANNEL), "comment_new")
    assert event.body == Written(
        act=Act.NEW,
        ref=CommentRef(Kind.WALL, POST, COMMENT),
        author=str(CITIZEN),
        text="Когда починят лифт?",
        written_at=(AT_MS - 1_000) * 1_000,
        post=POST,
        url=f"https://web.max.ru/{CHANNEL}",
    )


def test_an_edit_is_the_same_comment_under_another_key() -> None:
    """The reference stays, the act and the key are others."""
    first = told(update("comment_created", message=comment()))
    edited = told(update("comment_edited", message=comment("Лифт стоит третий день"), timestamp=AT_MS + 5_000))

    assert isinstance(edited.body, Written)
    assert isinstance(first.body, Written)
    assert (edited.type, edited.body.act, edited.body.ref) == ("comment_edit", Act.EDIT, first.body.ref)
    assert edited.key != first.key


def test_a_removal_names_both_ids_and_who_did_it() -> None:
    """The remover's id is kept, because an author who takes his words back is no moderator."""
    data = update("comment_removed", message_id=COMMENT, chat_id=CHANNEL, user_id=CITIZEN, post_id=POST)

    event = told(data)
    assert (event.page, event.type) == (str(CHANNEL), "comment_delete")
    assert event.body == Removed(CommentRef(Kind.WALL, POST, COMMENT), deleter=str(CITIZEN))


def test_a_reply_knows_whom_it_answers() -> None:
    """The comment that is answered is named, its words are context and no evidence."""
    link = {"type": "reply", "sender": person(7), "message": {"mid": "mid.aa", "seq": SEQ, "text": "Завтра"}}
    body = told(update("comment_created", message=comment(link=link))).body

    assert isinstance(body, Written)
    assert (body.reply_to, body.context, body.text) == ("mid.aa", "Завтра", "Когда починят лифт?")


def test_a_forward_answers_nobody() -> None:
    """Somebody else's words came along; they are context."""
    link = {"type": "forward", "chat_id": 5, "message": {"mid": "mid.aa", "seq": SEQ, "text": "Чужое"}}
    body = told(update("message_created", message=message("", link=link))).body

    assert isinstance(body, Written)
    assert (body.reply_to, body.context, body.text) == ("", "Чужое", "")


def test_what_has_no_sender_is_the_channels_own() -> None:
    """The page's own words carry the page's name, so that nobody judges them."""
    body = told(update("comment_created", message=comment(sender=None))).body

    assert isinstance(body, Written)
    assert body.author == f"-{CHANNEL}"


def test_a_message_in_a_group_chat_is_judged() -> None:
    """It needs no scope: its id alone finds it."""
    event = told(update("message_created", message=message()))

    assert (event.page, event.type) == (str(GROUP), "message_new")
    assert isinstance(event.body, Written)
    assert event.body.ref == CommentRef(Kind.DISCUSSION, "", MESSAGE)
    assert not event.body.private
    removed = told(update("message_removed", message_id=MESSAGE, chat_id=GROUP, user_id=9))
    assert removed.body == Removed(event.body.ref, deleter="9")


def test_a_post_of_the_channel_is_context() -> None:
    """It is published, with its public address, and never judged."""
    url = "https://max.ru/lifts/AZ"
    recipient = {"chat_id": CHANNEL, "chat_type": "channel"}
    body = {"mid": POST, "seq": SEQ, "text": "Лифт починят", "attachments": [{"type": "image", "payload": {}}]}
    data = update("message_created", message=message(sender=None, recipient=recipient, body=body, url=url))

    assert told(data).body == Published(POST, "Лифт починят", (AT_MS - 1_000) * 1_000, url, ("image",))


def test_a_dialogue_is_private_and_names_no_page() -> None:
    """A citizen's words to the bot; the bot's own answer nobody."""
    recipient = {"chat_id": DIALOGUE, "chat_type": "dialog", "user_id": 99}
    event = told(update("message_created", message=message(recipient=recipient)))

    assert event.page == ""
    assert isinstance(event.body, Written)
    assert event.body.ref == CommentRef(Kind.MESSAGE, str(DIALOGUE), MESSAGE)
    assert event.body.private
    own = message(recipient=recipient, sender=person(99, is_bot=True))
    assert ignored(update("message_created", message=own)) == "own_message"
    removed = told(update("message_removed", message_id=MESSAGE, chat_id=DIALOGUE, user_id=CITIZEN))
    assert (removed.page, removed.body) == ("", Removed(event.body.ref, str(CITIZEN)))


def test_what_hangs_on_a_message_is_judged_and_named() -> None:
    """Links, their titles and names of files are texts; names stay the same whatever addresses and tokens change."""
    things = [
        {"type": "share", "payload": {"url": "https://spam.example/x", "token": "t1"}, "title": "Заработок"},
        {"type": "file", "payload": {"fileId": 12, "token": "t2"}, "filename": "список.doc", "size": 5},
        {"type": "image", "payload": {"photo_id": 77, "token": "t3", "url": "https://i.example/1"}},
        {"type": "something_new"},
    ]
    markup = [{"type": "link", "from": 0, "length": 5, "url": "https://hidden.example"}, {"type": "strong"}]
    body = {"mid": MESSAGE, "seq": SEQ, "text": "тут", "attachments": things, "markup": markup}
    found = told(update("message_created", message=message(body=body))).body

    assert isinstance(found, Written)
    assert found.attachments == ("share:https://spam.example/x", "file:12", "image:77", "something_new")
    assert found.segments == (
        Segment("link_url", "https://spam.example/x"),
        Segment("link_title", "Заработок"),
        Segment("doc_title", "список.doc"),
        Segment("link_url", "https://hidden.example"),
    )


PERMISSIONS = ["read_all_messages", "write", "edit", "delete", "add_remove_members"]


@pytest.mark.parametrize(
    ("held", "is_channel", "is_admin", "lost"),
    [
        (PERMISSIONS, True, True, ""),
        (["read_all_messages", "delete_message"], True, True, ""),
        (["write", "delete"], True, True, "read"),
        (["read_all_messages", "write"], True, True, "delete"),
        (["read_all_messages", "post_edit_delete_message"], False, True, ""),
        (["read_all_messages"], False, True, "delete"),
        ([], True, True, "delete,read"),
        (PERMISSIONS, True, False, "admin,delete,read"),
        (None, True, True, "delete,read"),
    ],
)
def test_rights_that_vanish_are_named(held: Any, is_channel: bool, is_admin: bool, lost: str) -> None:
    """What moderating takes, by today's names and those of earlier times; '' = nothing is missing."""
    data = update(
        "bot_admin_permissions_changed",
        chat_id=CHANNEL,
        user_id=42,
        bot_id=99,
        is_channel=is_channel,
        is_admin=is_admin,
        permissions=held,
    )
    body = told(data).body

    assert isinstance(body, PageChanged)
    assert (body.what, body.details["lost"], body.details["by"]) == ("rights", lost, "42")


def test_a_bot_that_is_put_out_has_lost_everything() -> None:
    """It hears nothing more, so this is the last word."""
    body = told(update("bot_removed", chat_id=CHANNEL, user=person(42), is_channel=True)).body

    assert body == PageChanged("rights", {"lost": "admin,delete,read", "permissions": "", "by": "42"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (update("user_added", chat_id=CHANNEL, user=person()), "no_comment"),
        (update("bot_added", chat_id=CHANNEL, user=person()), "no_comment"),
        (update("message_callback", callback={}), "no_comment"),
        (update("tomorrow_invented", chat_id=CHANNEL), "unknown_type"),
        (update("comment_created", message=comment(body=None)), "no_body"),
        (update("message_created", message=message(body=None)), "no_body"),
        (update("message_created", message=None), "no_body"),
        (update("bot_removed", chat_id=DIALOGUE, user=person()), "no_comment"),
    ],
)
def test_what_needs_nothing_is_passed_over(data: dict[str, Any], reason: str) -> None:
    """Events of people, types of tomorrow, messages without a body."""
    assert ignored(data) == reason


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], "body"),
        ({"timestamp": AT_MS}, "update_type"),
        (update("comment_created", message=comment(recipient={"chat_id": CHANNEL})), "message.recipient.post_id"),
        (update("comment_created", message=comment(body={"text": "без номера"})), "message.body.mid"),
        (update("comment_created", message=comment(sender={"name": "без номера"})), "message.sender.user_id"),
        (
            update("comment_created", message=comment(recipient={"chat_id": 5, "post_id": POST})),
            "message.recipient.chat_id",
        ),
        (update("comment_removed", chat_id=CHANNEL, post_id=POST), "message_id"),
        (update("message_created", message=message(recipient={"chat_type": "chat"})), "message.recipient.chat_id"),
    ],
)
def test_what_cannot_be_identified_is_refused(data: Any, where: str) -> None:
    """The refusal names the field."""
    with pytest.raises(PayloadRejectedError) as refused:
        parse(data, raw=b"{}")
    assert refused.value.where == where


def test_numbers_beyond_doubles_stay_exact() -> None:
    """Ids are 64-bit integers, which a double would round."""
    big = -(2**62) - 1
    recipient = {"chat_id": big, "chat_type": "chat"}
    data = update("message_created", message=message(recipient=recipient, sender=person(2**62 + 1)))
    found = read_update(json.dumps(data).encode(), "-1")[0]

    assert isinstance(found, Event)
    assert isinstance(found.body, Written)
    assert (found.page, found.body.author) == (str(big), str(2**62 + 1))


def test_nonsense_dates_are_no_dates() -> None:
    """Seconds instead of milliseconds, or nothing: the comment is taken, and two edits stay two."""
    keys = set()
    for words in ("раз", "два"):
        event = told(update("comment_edited", message=comment(words, timestamp=1_790_000), timestamp=None))
        assert isinstance(event.body, Written)
        assert event.body.written_at is None
        keys.add(event.key)
    assert len(keys) == 2


def test_an_update_that_was_asked_for_is_never_an_error() -> None:
    """What cannot be read is kept aside by its type."""
    assert read_update(b"{", "-1") == (Unreadable("malformed", ""),)
    broken = update("comment_created", message=comment(recipient={}))
    assert read_update(json.dumps(broken).encode(), "-1") == (Unreadable("malformed", "comment_created"),)


def test_everything_that_is_read_is_asked_for() -> None:
    """The subscription names what is read here and nothing else."""
    assert set(READ) == {
        *("comment_created", "comment_edited", "comment_removed"),
        *("message_created", "message_edited", "message_removed"),
        *("bot_removed", "bot_admin_permissions_changed"),
    }
