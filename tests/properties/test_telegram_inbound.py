"""Whatever bytes arrive, Telegram's adapter answers with one of three things."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, Event, Ignored, PageMoved, Written
from app.domain.json_fields import INT64_MAX, INT64_MIN
from app.domain.polling import Unreadable
from app.networks.telegram.inbound import read
from app.networks.telegram.updates import read_update
from tests.properties.storing import storable

KINDS = ["message", "edited_message", "chat_member", "my_chat_member", "channel_post", "poll", "something"]
TYPES = ["supergroup", "group", "private", "channel", "planet"]
STATUSES = ["creator", "administrator", "member", "restricted", "left", "kicked", "absent"]
FIELDS = [
    *("message_id", "from", "sender_chat", "chat", "date", "message_thread_id", "reply_to_message", "text", "caption"),
    *("entities", "caption_entities", "photo", "document", "animation", "video", "audio", "poll", "contact", "venue"),
    *("media_group_id", "forward_origin", "is_automatic_forward", "quote", "migrate_to_chat_id", "reply_markup"),
    *("migrate_from_chat_id", "new_chat_members", "link_preview_options", "checklist", "edit_date", "game", "id"),
    *("type", "url", "title", "username", "question", "options", "inline_keyboard", "file_unique_id", "user"),
    *("status", "until_date", "can_send_messages", "old_chat_member", "new_chat_member"),
]
#: Strings as JSON can escape them, lone surrogates and NUL included.
any_text = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(["\x00", "\ud800", "text_link"])
numbers = st.sampled_from([0, 1, -1, 2**31, -1001000000002, INT64_MAX, INT64_MAX + 1, INT64_MIN - 1, 10**40, 1.5])
leaves = st.none() | st.booleans() | numbers | st.integers() | any_text | st.sampled_from([*TYPES, *STATUSES])
names = st.sampled_from(FIELDS) | st.text(st.characters(exclude_categories=()), max_size=4)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
ids = st.integers(1, INT64_MAX)
chats = st.fixed_dictionaries({"id": st.integers(-(2**52), -1) | ids, "type": st.sampled_from(TYPES)})
people = st.fixed_dictionaries({"id": ids})
members = st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"user": people, "status": st.sampled_from(STATUSES)}),
    st.dictionaries(names, values, max_size=3),
)
things = st.dictionaries(names, values, max_size=8) | st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"message_id": ids, "chat": chats, "from": people}),
    st.dictionaries(names, values, max_size=8),
)
changes = st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"chat": chats, "old_chat_member": members, "new_chat_member": members}),
    st.dictionaries(names, values, max_size=3),
)
updates = st.builds(
    lambda number, kind, thing: {"update_id": number, kind: thing},
    st.integers(0, 2**31),
    st.sampled_from(KINDS),
    things | changes | values,
)


def answer(raw: bytes) -> Event | Ignored | None:
    """What the adapter makes of a body; None = a typed rejection. Any other exception fails the test."""
    try:
        return read(raw)
    except PayloadRejectedError:
        return None


@given(st.binary(max_size=200))
def test_any_bytes_get_a_typed_answer(raw: bytes) -> None:
    """Bytes give an event, something to ignore or a rejection, and whoever asked for them hears the same."""
    found = answer(raw)

    (read_again,) = read_update(raw, "-1")
    assert isinstance(read_again, Unreadable) == (found is None)


@given(values)
def test_any_json_gets_a_typed_answer(value: Any) -> None:
    """So does any JSON value."""
    answer(json.dumps(value).encode())


@settings(max_examples=500)
@given(updates)
def test_any_update_gives_storable_words(update: dict[str, Any]) -> None:
    """However twisted an update is, what comes out can be stored, and a repeat is known again."""
    raw = json.dumps(update).encode()
    found = answer(raw)

    if isinstance(found, Event):
        storable(found.body)
        storable(found.key)
        storable(found.page)
        assert 0 < len(found.key) <= 128
        assert found.raw == raw
        again = answer(raw)
        assert isinstance(again, Event)
        assert (again.key, again.body) == (found.key, found.body)
    elif found is not None:
        storable(found.page)
        storable(found.type)


@settings(max_examples=300)
@given(st.text(min_size=1, max_size=30), ids, ids, st.dictionaries(names, values, max_size=4), st.booleans())
def test_a_proper_comment_always_comes_through(
    text: str, number: int, author: int, rest: dict[str, Any], edited: bool
) -> None:
    """A message with an id, a place and words is never refused, whatever else stands in it."""
    chat = {"id": -1001000000002, "type": "supergroup"}
    message = rest | {"message_id": number, "chat": chat, "from": {"id": author}, "text": text, "sender_chat": None}
    kind = "edited_message" if edited else "message"
    found = answer(json.dumps({"update_id": 1, kind: message}).encode())

    if isinstance(found, Ignored):
        assert found.reason == "service_message"
        return
    assert isinstance(found, Event)
    if isinstance(found.body, Written):
        assert found.body.act is (Act.EDIT if edited else Act.NEW)
        assert found.body.text == text.replace("\x00", "\ufffd")
        assert (found.body.ref.external_id, found.body.author) == (str(number), str(author))
        assert found.page == found.body.ref.scope == "-1001000000002"
    else:
        assert isinstance(found.body, PageMoved) or rest.get("is_automatic_forward") is True


@given(st.lists(any_text, max_size=3), st.text(max_size=20))
def test_hidden_links_are_never_lost(urls: list[str], text: str) -> None:
    """Each address behind a word is judged, however broken its letters are."""
    chat = {"id": -1001000000002, "type": "supergroup"}
    entities = [{"type": "text_link", "offset": 0, "length": 1, "url": url} for url in urls]
    message = {"message_id": 1, "chat": chat, "from": {"id": 2}, "text": text, "entities": entities}
    found = answer(json.dumps({"update_id": 1, "message": message}).encode())

    assert isinstance(found, Event)
    assert isinstance(found.body, Written)
    assert len(found.body.segments) == len([url for url in urls if url.strip()])
