"""Whatever bytes arrive, Meta's adapter tells sound events or refuses them."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Ignored, Published, Removed, Written
from app.networks.meta.inbound import parse
from app.networks.meta.names import is_id
from tests.properties.storing import storable

FIELDS = ["id", "time", "changes", "field", "value", "from", "media", "message", "text", "item", "verb", "messaging"]
any_text = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(["\x00", "\ud800", "1_2", "7"])
leaves = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | any_text
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
ids = st.sampled_from(["1_2", "77", 5, "x", "", None, -1, 2**40])
people = st.fixed_dictionaries({}, optional={"id": ids, "name": any_text}) | values
comments = st.fixed_dictionaries(
    {
        "item": st.sampled_from(["comment", "comment", "post", "reaction"]),
        "verb": st.sampled_from(["add", "edited", "remove", "hide", "unhide"]),
        "comment_id": st.just("1_2") | ids,
        "post_id": st.just("1_3") | ids,
        "id": st.just("77") | ids,
        "from": st.just({"id": "10"}) | people,
    },
    optional={
        "parent_id": ids,
        "media": people,
        "message": any_text,
        "text": any_text,
        "photo": any_text | values,
        "created_time": st.integers(-(2**70), 2**70) | values,
    },
)
pages = st.fixed_dictionaries(
    {"field": st.just("feed"), "value": comments | values}, optional={"id": ids, "item": values}
)
accounts = st.fixed_dictionaries({"field": st.just("comments"), "value": comments})
changes = pages | accounts | st.fixed_dictionaries({}, optional={"field": values, "value": values})
entries = st.fixed_dictionaries(
    {"id": st.sampled_from(["10", "20", 30]), "changes": st.lists(changes, max_size=3)},
    optional={"time": values, "field": st.just("comments"), "value": comments, "messaging": values},
)
requests = st.fixed_dictionaries(
    {"object": st.sampled_from(["page", "instagram"]), "entry": st.lists(entries | values, max_size=3)}
)


@settings(max_examples=400, deadline=None)
@given(request=requests | values)
def test_a_request_tells_sound_events_or_is_refused(request: Any) -> None:
    """Every text can be stored, every id can stand in an address, and evidence reads as the event itself."""
    raw = json.dumps(request).encode("utf-8", "surrogatepass")
    try:
        found = parse(raw)
    except PayloadRejectedError:
        return
    assert isinstance(found, tuple)
    for told in found:
        assert isinstance(told, Event | Ignored)
        if isinstance(told, Event):
            _check(told)


def _check(event: Event) -> None:
    storable(event)
    assert event.key.startswith("sha256:")
    assert is_id(event.page.removeprefix("instagram:"))
    assert [one.key for one in parse(event.raw) if isinstance(one, Event)] == [event.key]
    match event.body:
        case Written() as body:
            assert is_id(body.ref.external_id)
            assert body.written_at is None or 0 < body.written_at < 2**62
        case Removed() as body:
            assert is_id(body.ref.external_id)
        case Published() as body:
            assert is_id(body.external_id)
        case _:
            raise AssertionError(event.body)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """There is no third way out."""
    try:
        parse(raw)
    except PayloadRejectedError:
        return
