"""Callbacks: the real service against a bare route on the same machine, taking turns."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from benchmarks.callback_aims import aims_of
from benchmarks.machine import of_syncs, resident_mib, sync_times, tree_seconds
from benchmarks.pairs import Turns, spread, take_turns
from benchmarks.sections import Material, Section, range_of, ratio_of
from benchmarks.servers import Load, Running, Store, bare, dvornik, loading, stores

#: How many connections press each kind of store.
CROWDS: Final = {"tmpfs": (32, 128), "disk": (32,), "PostgreSQL": (32, 128)}
#: What a service has taken before it is measured, as one that has run for a day has; or so many windows of it.
WARM_EVENTS: Final = 20_000
WARM_WINDOWS: Final = 8
SECONDS: Final = 1.0
#: From so many cores on the load itself is the limit, and the ratio flatters.
TIRED: Final = 0.9


def measure(material: Material) -> list[Section]:
    """All stores, one after another."""
    results = {}
    with loading(material.texts_file) as load, bare() as limit, stores(material.folder) as found:
        for store in found:
            results[store.kind] = _on(store, load, limit)
    return [_crowds(results), _alone(results)]


def _on(store: Store, load: Load, limit: Running) -> dict[str, Any]:
    probes = sync_times(store.folder)
    tally: Counter[str] = Counter()
    crowds, batches = {}, {}
    with dvornik(store) as (service, installation):

        def a(connections: int, seconds: float = SECONDS) -> dict[str, float]:
            return _window(load, limit, connections, seconds, Counter(), None)

        def b(connections: int, seconds: float = SECONDS) -> dict[str, float]:
            return _window(load, service, connections, seconds, tally, store.database_pid)

        _warm(partial(b, CROWDS[store.kind][0]), tally)
        for connections in CROWDS[store.kind]:
            a(connections, SECONDS / 2)
            b(connections, SECONDS / 2)
            before = _commits(service)
            turns = take_turns(partial(a, connections), partial(b, connections), at_least=4, at_most=5)
            crowds[connections] = _summaries(turns)
            after = _commits(service)
            batches[connections] = (after[0] - before[0]) / (after[1] - before[1])
        alone = take_turns(lambda: a(1), lambda: b(1), at_most=4)
        memory = resident_mib(service.pid)
    probes += sync_times(store.folder)
    decided = _decisions(store)
    installation.run("journal", "verify")
    sent, ok = tally.pop("sent"), tally["ok"]
    assert sent == ok == decided, f"{store.name}: {sent} sent, {dict(tally)}, {decided} decided"
    return {
        "name": store.name,
        "device": store.device,
        "fdatasync": of_syncs(probes),
        "crowds": crowds,
        "events_in_a_commit": batches,
        "alone": _summaries(alone),
        "resident_mib": memory,
        "sent": sent,
        "answers": dict(tally),
        "decisions": decided,
    }


def _warm(window: Callable[[], object], tally: Counter[str]) -> None:
    for _ in range(WARM_WINDOWS):
        if tally["sent"] < WARM_EVENTS:
            window()


def _window(  # noqa: PLR0917 - one sentence: this load on this server
    load: Load, server: Running, connections: int, seconds: float, tally: Counter[str], database: int | None
) -> dict[str, float]:
    before = tree_seconds(server.pid), tree_seconds(database) if database else 0.0
    result = load.press(server, connections=connections, seconds=seconds)
    after = tree_seconds(server.pid), tree_seconds(database) if database else 0.0
    tally.update(result["answers"])
    tally["sent"] += result["sent"]
    answered = sum(result["answers"].values())
    return {
        "rate": result["rate"],
        "p50_ms": result["p50_ms"],
        "p99_ms": result["p99_ms"],
        "server_cpu_us": (after[0] - before[0]) / answered * 1e6,
        "database_cpu_us": (after[1] - before[1]) / answered * 1e6,
        "client_cores": result["cpu"],
        "request_bytes": result["request_bytes"],
    }


def _summaries(turns: Turns) -> dict[str, Any]:
    summed: dict[str, Any] = {
        name: turns.summary(name) for name in ("rate", "p50_ms", "p99_ms", "server_cpu_us", "client_cores")
    }
    summed["database_cpu_us"] = spread([window.values["database_cpu_us"] for window in turns.b])
    summed["request_bytes"] = turns.b[0].values["request_bytes"]
    return summed


def _commits(service: Running) -> tuple[float, float]:
    """Events committed and commits so far, as the service's own metrics tell."""
    exposed = httpx.get(f"http://127.0.0.1:{service.port}/metrics").text
    samples = {one.name: one.value for family in text_string_to_metric_families(exposed) for one in family.samples}
    return samples["dvornik_commit_batch_events_sum"], samples["dvornik_commit_batch_events_count"]


def _decisions(store: Store) -> int:
    engine = create_engine(store.database_url)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM decision")).scalar_one())
    finally:
        engine.dispose()


def _crowds(results: dict[str, dict[str, Any]]) -> Section:
    rows = [
        _crowd_row(result, connections, crowd)
        for result in results.values()
        for connections, crowd in result["crowds"].items()
    ]
    return Section(
        "Callbacks under load",
        [
            (
                "A = a FastAPI route that reads the body and answers `ok`; B = `dvornik serve`: one process, "
                "default settings, no worker inside, `synchronous = FULL`. Both: uvicorn. They take turns A B A B … A; "
                "a ratio is B over the mean of its two neighbours. "
                f"Windows of {SECONDS:g} s, after {WARM_EVENTS:,} events or {WARM_WINDOWS} windows of warm-up."
            ),
            (
                "Load: one Python process on loopback that makes its requests before a window, every "
                f"`wall_reply_new` different, {_request_bytes(results):.0f} bytes on average with headers. Every tenth "
                "text violates the policy (after 30 removals in an hour the page falls to `review`, so most of them "
                "are proposed and open a case). Databases start empty. The texts are made from templates and words "
                "drawn with the document frequencies of the training texts, in a random form; no text comes twice."
            ),
            (
                "*Server CPU* is user and system time of the server's processes for one answer (for PostgreSQL the "
                "database's own stands in brackets). *Load's cores*: what the load used of one core while A and while "
                f"B ran. {_tiredness(results)}"
            ),
        ],
        [
            *("store", "connections", "rate to bare", "answers/s, A → B", "p99 ms, A → B", "server CPU µs, A → B"),
            *("load's cores, A → B", "events in a commit"),
        ],
        rows,
        results,
        aims_of(results),
    )


def _request_bytes(results: dict[str, dict[str, Any]]) -> float:
    sizes = [crowd["request_bytes"] for result in results.values() for crowd in result["crowds"].values()]
    return float(sum(sizes) / len(sizes))


def _tiredness(results: dict[str, dict[str, Any]]) -> str:
    most = max(
        crowd["client_cores"][side]["largest"]
        for result in results.values()
        for crowd in result["crowds"].values()
        for side in ("a", "b")
    )
    if most < TIRED:
        return f"It was never the limit: {most:.2f} at most."
    return f"**With {most:.2f} at most the load itself was the limit: ratios flatter.**"


def _crowd_row(result: dict[str, Any], connections: int, crowd: dict[str, Any]) -> list[str]:
    cpu = _change(crowd["server_cpu_us"], 0)
    if crowd["database_cpu_us"]["median"]:
        cpu += f" (+ {crowd['database_cpu_us']['median']:.0f})"
    return [
        f"{result['name']} ({result['device']})",
        str(connections),
        ratio_of(crowd["rate"]),
        _change(crowd["rate"], 0),
        _change(crowd["p99_ms"], 1),
        cpu,
        _change(crowd["client_cores"], 2),
        f"{result['events_in_a_commit'][connections]:.1f}",
    ]


def _alone(results: dict[str, dict[str, Any]]) -> Section:
    return Section(
        "Callbacks one at a time",
        [
            "The same servers with one connection that sends its next event when the last one is answered.",
            (
                "*Lost*: events sent without an answer `ok` + answers `ok` without a decision in the database, of all "
                "that this store was sent. The run stops if it is not 0 + 0; the journal's chain is verified too. "
                "*fdatasync* of 16 KiB was measured on the store's device before and after."
            ),
        ],
        [
            *("store", "median to bare", "median ms, A → B", "p99 ms, A → B", "fdatasync ms", "lost"),
            "resident MiB afterwards",
        ],
        [
            [
                f"{result['name']} ({result['device']})",
                ratio_of(result["alone"]["p50_ms"], 1),
                _change(result["alone"]["p50_ms"], 2),
                _change(result["alone"]["p99_ms"], 2),
                f"{result['fdatasync']['median_ms']:.2f}, p99 {result['fdatasync']['p99_ms']:.2f}",
                _lost(result),
                f"{result['resident_mib']:.0f}",
            ]
            for result in results.values()
        ],
    )


def _lost(result: dict[str, Any]) -> str:
    sent = result["sent"]
    return f"{sent - result['answers']['ok']} + {sent - result['decisions']} of {sent:,}"


def _change(summary: dict[str, Any], digits: int) -> str:
    return f"{range_of(summary['a'], digits)} → {range_of(summary['b'], digits)}"
