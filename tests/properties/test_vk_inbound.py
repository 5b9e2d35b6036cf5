"""Whatever bytes arrive, VK's adapter answers with one of four things."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, ConfirmationRequest, Event, Ignored, Written
from app.domain.json_fields import INT64_MAX, INT64_MIN
from app.networks.vk.inbound import parse
from app.networks.vk.verify import decode, secret_matches
from tests.properties.storing import storable

TYPES = [
    *(
        f"{surface}_{what}"
        for surface in ("wall_reply", "photo_comment", "video_comment", "market_comment", "board_post")
        for what in ("new", "edit", "restore", "delete")
    ),
    *("message_new", "message_edit", "wall_post_new", "user_block", "user_unblock", "group_officers_edit"),
    *("group_change_settings", "confirmation", "like_add", "wall_reply_", "_new"),
]
FIELDS = [
    *("id", "from_id", "user_id", "date", "text", "post_id", "owner_id", "post_owner_id", "topic_id", "peer_id"),
    *("message", "conversation_message_id", "attachments", "parents_stack", "reply_message", "fwd_messages", "warning"),
    *("copy_history", "post_type", "action", "changes", "unblock_date", "reply_to_comment", "photo_id", "deleter_id"),
    *("type", "link", "url", "title", "poll", "question", "answers", "photo", "wall"),
]
#: Strings as JSON can escape them, lone surrogates and NUL included.
any_text = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["\x00", "\ud800", "link", "poll", "suggest", "-5"]
)
numbers = st.sampled_from([0, 1, -1, 2**31, 2_000_000_001, INT64_MAX, INT64_MAX + 1, INT64_MIN - 1, 10**40, 1.5])
leaves = st.none() | st.booleans() | numbers | st.integers() | any_text
names = st.sampled_from(FIELDS) | st.text(st.characters(exclude_categories=()), max_size=4)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
ids = st.integers(1, INT64_MAX)
objects = st.dictionaries(names, values, max_size=8) | st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"id": ids, "from_id": ids, "topic_id": ids, "peer_id": ids}),
    st.dictionaries(names, values, max_size=8),
)
bodies = st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"type": st.sampled_from(TYPES), "group_id": ids, "object": objects}),
    st.dictionaries(st.sampled_from(["event_id", "secret", "v", "group_id"]), values, max_size=3),
)


def answer(raw: bytes, retry_counter: str | None = None) -> Event | Ignored | ConfirmationRequest | None:
    """What the adapter makes of a body; None = a typed rejection. Any other exception fails the test."""
    try:
        envelope = decode(raw)
        secret_matches(envelope, "secret")
        return parse(envelope, raw=raw, retry_counter=retry_counter)
    except PayloadRejectedError:
        return None


@given(st.binary(max_size=200), st.none() | any_text)
def test_any_bytes_get_a_typed_answer(raw: bytes, retry_counter: str | None) -> None:
    """Bytes give an event, something to ignore, a confirmation or a rejection, and nothing else."""
    answer(raw, retry_counter)


@given(values)
def test_any_json_gets_a_typed_answer(value: Any) -> None:
    """So does any JSON value."""
    answer(json.dumps(value).encode())


@settings(max_examples=400)
@given(bodies, st.none() | any_text)
def test_any_envelope_gives_storable_words(body: dict[str, Any], retry_counter: str | None) -> None:
    """However twisted an event's object is, what comes out can be stored and its evidence holds no secret."""
    found = answer(json.dumps(body).encode(), retry_counter)

    if isinstance(found, Event):
        storable(found.body)
        storable(found.key)
        assert 0 < len(found.key) <= 128
        assert found.delayed_by >= 0
        assert "secret" not in json.loads(found.raw)
    elif found is not None:
        storable(found.page)


@settings(max_examples=300)
@given(bodies)
def test_a_repeat_has_the_same_key(body: dict[str, Any]) -> None:
    """The same body twice is the same event, however often it has failed in between."""
    raw = json.dumps(body).encode()

    first, again = answer(raw), answer(raw, "3")
    if isinstance(first, Event):
        assert isinstance(again, Event)
        assert (first.key, first.body) == (again.key, again.body)


@given(st.text(min_size=1, max_size=30), ids, ids, st.sampled_from(["wall_reply", "photo_comment", "market_comment"]))
def test_a_proper_comment_always_comes_through(text: str, comment: int, author: int, surface: str) -> None:
    """A comment with an id and an author is never ignored or refused."""
    thing = {"id": comment, "from_id": author, "text": text}
    found = answer(json.dumps({"type": f"{surface}_edit", "group_id": 5, "object": thing}).encode())

    assert isinstance(found, Event)
    assert isinstance(found.body, Written)
    assert found.body.act is Act.EDIT
    assert found.body.text == text.replace("\x00", "\ufffd")
    assert (found.body.ref.external_id, found.body.author) == (str(comment), str(author))
