"""Whatever bytes arrive, MAX's adapter answers with an event, something to ignore, or a refusal."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.doors import Delivered
from app.domain.errors import InvalidInputError, PayloadRejectedError
from app.domain.events import Act, Event, Ignored, PageChanged, Written
from app.domain.json_fields import INT64_MAX, INT64_MIN
from app.domain.polling import Unreadable
from app.networks.max.attachments import links, read
from app.networks.max.door import HEADER, MaxDoor
from app.networks.max.inbound import READ
from app.networks.max.page_form import FORM
from app.networks.max.rights import permissions_of
from app.networks.max.updates import read_update
from tests.properties.storing import storable

FIELDS = [
    *("update_type", "timestamp", "message", "message_id", "chat_id", "user_id", "post_id", "bot_id", "is_channel"),
    *("is_admin", "permissions", "sender", "recipient", "chat_type", "link", "type", "body", "mid", "seq", "text"),
    *("attachments", "markup", "url", "payload", "title", "filename", "is_bot", "user", "photo_id", "code"),
]
any_text = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["\x00", "\ud800", "channel", "chat", "dialog", "reply", "share", "file", "link", "delete", "mid.a"]
)
numbers = st.sampled_from([0, 1, -1, 2**53 + 1, 1_790_000_000_000, INT64_MAX, INT64_MAX + 1, INT64_MIN - 1, 1.5])
leaves = st.none() | st.booleans() | numbers | st.integers() | any_text
names = st.sampled_from(FIELDS) | st.text(st.characters(exclude_categories=()), max_size=4)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
chats = st.integers(INT64_MIN + 1, -1)
people = st.integers(1, INT64_MAX)
mids = st.from_regex(r"\A(mid\.)?[A-Za-z0-9_-]{1,40}\Z")
senders = st.none() | st.fixed_dictionaries({"user_id": people, "is_bot": st.booleans()})
recipients = st.fixed_dictionaries(
    {"chat_id": chats | people, "chat_type": st.sampled_from(["channel", "chat", "dialog"]), "post_id": mids}
)
bodies = st.none() | st.builds(
    lambda core, rest: rest | core, st.fixed_dictionaries({"mid": mids}), st.dictionaries(names, values, max_size=4)
)
messages = values | st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"sender": senders, "recipient": recipients, "body": bodies}),
    st.dictionaries(st.sampled_from(["timestamp", "link", "url"]), values, max_size=3),
)
updates = st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries(
        {
            "update_type": st.sampled_from([*READ, "user_added", "bot_added", "comment_", ""]),
            "message": messages,
            "chat_id": chats | people,
            "message_id": mids,
            "post_id": mids,
        }
    ),
    st.dictionaries(names, values, max_size=5),
)


def answer(body: bytes) -> Event | Ignored | None:
    """What the door makes of a body; None = a typed rejection. Any other exception fails the test."""
    try:
        (found,) = MaxDoor().parse(Delivered("POST", {}, {}, body))
    except PayloadRejectedError:
        return None
    return found


@given(st.binary(max_size=200))
def test_any_bytes_get_a_typed_answer(body: bytes) -> None:
    """Bytes give an event, something to ignore or a rejection, by the door and by asking."""
    found = answer(body)
    (asked,) = read_update(body, "-1")
    assert isinstance(asked, Unreadable) if found is None else asked == found


@settings(max_examples=400)
@given(updates)
def test_any_update_gives_storable_words(update: dict[str, Any]) -> None:
    """However twisted an update is, what comes out can be stored, and the page is a chat, a channel or nobody's."""
    found = answer(json.dumps(update).encode())

    if isinstance(found, Event):
        storable(found.body)
        storable(found.key)
        assert 0 < len(found.key) <= 128
        assert found.page == "" or found.page.startswith("-")
        if isinstance(found.body, PageChanged):
            storable(tuple(found.body.details.values()))
    elif found is not None:
        storable(found.page)
        storable(found.type)


@given(updates)
def test_a_repeat_has_the_same_key(update: dict[str, Any]) -> None:
    """The same update twice is the same event, by whichever way it came."""
    raw = json.dumps(update).encode()

    first, again = answer(raw), read_update(raw, "-1")[0]
    if isinstance(first, Event):
        assert isinstance(again, Event)
        assert (first.key, first.body) == (again.key, again.body)


@given(st.text(min_size=1, max_size=30), chats, people, mids, mids)
def test_a_proper_comment_always_comes_through(text: str, chat: int, author: int, post: str, mid: str) -> None:
    """A comment with its ids and an author is never ignored or refused."""
    message = {
        "sender": {"user_id": author},
        "recipient": {"chat_id": chat, "chat_type": "channel", "post_id": post},
        "body": {"mid": mid, "seq": 2**60, "text": text},
    }
    found = answer(json.dumps({"update_type": "comment_edited", "timestamp": 1, "message": message}).encode())

    assert isinstance(found, Event)
    assert isinstance(found.body, Written)
    assert (found.body.act, found.body.text) == (Act.EDIT, text.replace("\x00", "\ufffd"))
    assert (found.body.ref.scope, found.body.ref.external_id) == (post, mid)
    assert (found.page, found.body.author) == (str(chat), str(author))


@given(st.text(max_size=20), st.text(max_size=20))
def test_only_the_secret_opens_the_door(secret: str, given_: str) -> None:
    """Whatever stands in the header; an empty secret is none."""
    opened = MaxDoor().verify(Delivered("POST", {}, {HEADER: given_}, b""), ["", secret])

    assert opened == (given_ == secret != "")


@given(values)
def test_permissions_and_attachments_are_read_whatever_they_are(value: Any) -> None:
    """What is no list of names gives no names."""
    assert all(name.isascii() and name for name in permissions_of(value))
    segments, hanging = read({"attachments": value})
    storable(segments)
    storable(hanging)
    storable(links({"markup": value}))


@given(st.text(max_size=25) | st.integers(-(2**70), 2**70).map(str))
def test_what_passes_as_a_page_is_one(typed: str) -> None:
    """A negative 64-bit number, and it passes again."""
    try:
        page = FORM.checked_id(typed)
    except InvalidInputError:
        return
    assert INT64_MIN < int(page) < 0
    assert FORM.checked_id(page) == page
