"""The scorer's memories are told as metrics."""

from prometheus_client import generate_latest

from app import telemetry
from model.memory import WORDS, Memory


def _told() -> dict[str, float]:
    lines = generate_latest(telemetry.everything()).decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_what_a_memory_did_since_is_added() -> None:
    """Bytes and limit are as they are; hits and misses grow by what came since, also when a new scorer begins at 0."""
    state = {"memory-test": Memory(10, 100, 1, 5, 2)}
    telemetry.MEMORIES.watch(lambda: state)
    try:
        first = _told()
        assert first['dvornik_cache_bytes{cache="memory-test"}'] == 10
        assert first['dvornik_cache_limit_bytes{cache="memory-test"}'] == 100
        state["memory-test"] = Memory(20, 100, 2, 8, 3)
        telemetry.MEMORIES.tell()
        state = {"memory-test": Memory(5, 200, 1, 1, 1)}
        telemetry.MEMORIES.watch(lambda: state)
        last = _told()
    finally:
        telemetry.MEMORIES.watch(dict)
    assert last['dvornik_cache_bytes{cache="memory-test"}'] == 5
    assert last['dvornik_cache_limit_bytes{cache="memory-test"}'] == 200
    assert last['dvornik_cache_hits_total{cache="memory-test"}'] == 5 + 3 + 1
    assert last['dvornik_cache_misses_total{cache="memory-test"}'] == 2 + 1 + 1


def test_words_are_counted_by_whether_they_were_known() -> None:
    """What the memory of words had and had not are the lookups of the token cache."""
    hit, miss = 'dvornik_token_cache_lookups_total{result="hit"}', 'dvornik_token_cache_lookups_total{result="miss"}'
    before = _told()
    telemetry.MEMORIES.watch(lambda: {WORDS: Memory(1, 2, 1, 30, 4)})
    try:
        after = _told()
    finally:
        telemetry.MEMORIES.watch(dict)
    assert (after[hit] - before[hit], after[miss] - before[miss]) == (30, 4)
