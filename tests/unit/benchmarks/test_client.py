"""The benchmarks' own load: events as VK sends them, answers counted only when they are whole."""

import itertools
import json
from pathlib import Path

import pytest

from benchmarks.client import answer_of, bodies

SAMPLE = Path(__file__).parents[3] / "data/samples/vk/wall_reply_new.json"


def test_events_are_different_and_look_like_the_sample() -> None:
    """Ten thousand events share no event id and no comment id, and have the fields of a real one."""
    events = [json.loads(body) for body in itertools.islice(bodies(['да "так"', "нет"], "s"), 10_000)]
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))

    assert len({event["event_id"] for event in events}) == len(events)
    assert len({event["object"]["id"] for event in events}) == len(events)
    assert {len(event["event_id"]) for event in events} == {40}
    assert events[0].keys() == sample.keys()
    assert events[0]["object"].keys() == sample["object"].keys()
    assert {event["object"]["text"] for event in events} == {'да "так"', "нет"}


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
)
def test_an_answer_counts_when_it_is_whole(head: bytes) -> None:
    """Every proper beginning of an answer is waited on; the whole one is read."""
    assert [answer_of(head[:size]) for size in range(len(head))] == [None] * len(head)
    assert answer_of(head) == (200, b"ok")


def test_a_refusal_is_no_ok() -> None:
    """A 503 is told with its status."""
    assert answer_of(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy") == (503, b"busy")
