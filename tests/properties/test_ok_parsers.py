"""Whatever OK sends, its parsers give sound events, something to ignore, or a typed refusal, and always the same ones."""

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.calling.http import Got, Unreachable
from app.domain.clock import HOUR
from app.domain.doors import Delivered
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Ignored, Written
from app.domain.json_fields import read_json
from app.domain.polling import Unheard
from app.domain.ports import Credential, Slot
from app.networks.ok.comments import KINDS, Discussion, read_comment, stands
from app.networks.ok.cursor import Cursor, Known, read_cursor
from app.networks.ok.discussions import Fields, Standing, comments, discussions, topics
from app.networks.ok.messages import OkDoor, read_update
from app.networks.ok.reading import put
from app.networks.ok.rounds import Round
from app.networks.ok.signing import session_key, signature
from app.networks.ok.transport import Answered, Refused, answer_of
from tests.properties.storing import storable

GROUP = "70000001234567"
FIELDS = [
    *("id", "text", "date", "date_ms", "type", "author_id", "author_ref", "author_type", "reply_to_comment_id"),
    *("attachments", "url", "title", "payload", "webhookType", "sender", "user_id", "recipient", "chat_id", "message"),
    *("mid", "seq", "timestamp", "comments", "has_more", "anchor", "discussions", "object_id", "object_type", "topics"),
    *("ref_objects", "new_comments_count", "total_comments_count", "last_activity_date", "created_ms", "error_code"),
]
any_text = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["\x00", "\ud800", "#ud1", "GROUP", "GROUP_TOPIC", "user:5", "2026-09-21 16:13:20", "MESSAGE_CREATED", GROUP]
)
numbers = st.sampled_from([0, 1, -1, 2**31, 1_790_000_000_000, 2**63 - 1, 2**63, 10**40, 1.5])
leaves = st.none() | st.booleans() | numbers | st.integers() | any_text
names = st.sampled_from(FIELDS)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
items = st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries({"id": st.text(min_size=1, max_size=20) | st.integers(1, 2**62)}),
    st.dictionaries(names, values, max_size=8),
)
messages = st.builds(
    lambda core, rest: rest | core,
    st.fixed_dictionaries(
        {
            "sender": st.fixed_dictionaries({"user_id": any_text}),
            "recipient": st.fixed_dictionaries({"chat_id": any_text}),
            "message": st.builds(lambda mid, more: more | {"mid": mid}, any_text, st.dictionaries(names, values)),
        }
    ),
    st.dictionaries(names, values, max_size=4),
)
talks = st.builds(Discussion, st.sampled_from(sorted(KINDS)), st.just("151"))


def as_sent(value: Any) -> bytes:
    """As it goes over the wire."""
    return json.dumps(value).encode()


def sound(found: object) -> None:
    """It can be stored and known again."""
    if isinstance(found, Event):
        storable(found.body)
        storable(found.key)
        assert 0 < len(found.key) <= 128
        json.loads(found.raw)


@settings(max_examples=300)
@given(talks, items | st.dictionaries(names, values, max_size=8))
def test_any_listed_comment_is_read_or_refused(on: Discussion, item: dict[str, Any]) -> None:
    """And twice the same way."""
    item = read_json(as_sent(item))
    stands(item)
    try:
        found = read_comment(GROUP, on, item)
    except PayloadRejectedError:
        return
    sound(found)
    assert found == read_comment(GROUP, on, item)


@given(talks, st.text(min_size=1, max_size=40), st.integers(1, 2**62), st.integers(1, 10**12))
def test_a_proper_comment_always_comes_through(on: Discussion, text: str, number: int, author: int) -> None:
    """Whatever is written, it is written by its author."""
    found = read_comment(GROUP, on, {"id": f"id{number}", "text": f"да {text}", "author_id": str(author)})
    assert isinstance(found.body, Written)
    assert found.body.text == f"да {text}".replace("\x00", "\ufffd")
    assert (found.body.ref.external_id, found.body.author) == (f"id{number}", str(author))


@settings(max_examples=300)
@given(st.binary(max_size=80) | (messages | values).map(as_sent))
def test_any_delivery_is_read_or_refused(raw: bytes) -> None:
    """By the door as by whoever asks; the same words have the same key."""
    request = Delivered("POST", {"group": GROUP}, {}, raw, "")
    door = OkDoor()
    door.verify(request, ())
    for one in read_update(raw, GROUP):
        sound(one)
    try:
        answered = door.answer(request, "c0nf1rm")
        found = door.parse(request)
    except PayloadRejectedError:
        return
    assert answered is None or answered.body == b"c0nf1rm"
    for one in found:
        assert isinstance(one, Event | Ignored)
        sound(one)
    assert found == door.parse(request)


@settings(max_examples=200)
@given(st.lists(values, min_size=1, max_size=4), st.integers(0, 2**60))
def test_any_lists_are_read(answers: list[Any], since: int) -> None:
    """However lists are made, asking ends, and what it tells is whole only since an instant that it names."""
    told = iter([*answers, *[None] * 50])

    def answer(_: object) -> Answered:
        return Answered(read_json(as_sent(next(told))))

    for on in (Discussion("GROUP_TOPIC", "1"), Discussion("GROUP_MOVIE", "2")):
        found = put(comments(GROUP, on, since, Fields()), answer)
        assert isinstance(found, Standing)
        assert found.since is None or found.since >= since
        for event in found.events:
            sound(event)
    for question in (topics(GROUP, since), discussions(GROUP, Fields())):
        listed = put(question, answer)
        assert isinstance(listed, tuple)
        assert all(one.on.type in KINDS and one.on.id.isdigit() for one in listed)


@settings(max_examples=200)
@given(
    st.lists(values | st.sampled_from([1, 3, 8, 10, 50, 102, 106]).map(Refused), min_size=1, max_size=8), st.booleans()
)
def test_any_round_ends_in_a_value(answers: list[Any], is_first: bool) -> None:
    """Whatever OK answers call after call, the cursor can be stored and a pause is named."""
    told = iter([*answers, *[None] * 500])

    async def answer(*_: object) -> Answered | Refused:
        one = next(told)
        return one if isinstance(one, Refused) else Answered(read_json(as_sent(one)))

    cursor = Cursor(1_790_000_000_000_000, known={"GROUP_TOPIC:7": Known("x", 1_790_000_000_000_001, 0)})
    now = cursor.begun + HOUR
    asking = Round(answer, Credential(1, Slot.USER, "t"), GROUP, cursor, Fields(), now, is_first)
    found = asyncio.run(asking.run())
    assert isinstance(found, tuple | Unheard)
    assert 0 < asking.rest() <= HOUR
    assert read_cursor(cursor.written()) == cursor


@given(st.integers(100, 599), st.binary(max_size=60) | values.map(as_sent), st.none() | st.text(max_size=6))
def test_any_answer_is_one_of_three_things(status: int, body: bytes, header: str | None) -> None:
    """An answer, a refusal with its code, or nothing of OK's."""
    headers = {} if header is None else {"Invocation-error": header}
    assert isinstance(answer_of(Got(status, body, None, headers)), Answered | Refused | Unreachable)


@given(st.text(max_size=60))
def test_any_cursor_is_read_or_none(text: str) -> None:
    """What is no cursor of ours begins anew."""
    found = read_cursor(text)
    assert found is None or read_cursor(found.written()) == found


@given(st.dictionaries(any_text, any_text, max_size=5), any_text, any_text)
def test_anything_can_be_signed(params: dict[str, str], token: str, secret: str) -> None:
    """Signing does not depend on the order of parameters."""
    key = session_key(token, secret)
    assert signature(params, key) == signature(dict(reversed(params.items())), key)
    assert len(signature(params, key)) == 32
