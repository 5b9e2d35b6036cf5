"""Callbacks: the real service against a bare route on the same machine, taking turns."""

from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from benchmarks.machine import fdatasync, resident_mib, tree_seconds
from benchmarks.pairs import Turns, take_turns
from benchmarks.sections import Material, Section, range_of, ratio_of
from benchmarks.servers import Load, Running, Store, bare, dvornik, loading, stores

CROWD: Final = 32
WARM_UP: Final = 2.0
SECONDS: Final = 1.0


@dataclass(slots=True)
class Tally:
    """Every event that the service was sent, by its answer."""

    sent: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    def add(self, result: dict[str, Any]) -> None:
        """One window more."""
        self.sent += result["sent"]
        for name, number in result["answers"].items():
            self.answers[name] = self.answers.get(name, 0) + number


def measure(material: Material) -> Section:
    """All stores, one after another."""
    rows, data = [], {}
    with loading(material.texts_file) as load, bare() as limit, stores(material.folder) as found:
        for store in found:
            result = _on(store, load, limit)
            data[store.name] = result
            rows.append(_row(store, result))
    return Section(
        "Callbacks",
        [
            (
                "A = a FastAPI route that reads the body and answers `ok`; B = `dvornik serve`: one process, "
                "default settings, no worker inside. Both: uvicorn. They take turns A B A B … A; a ratio is B over the "
                f"mean of its two neighbours. {CROWD} connections, windows of {SECONDS:g} s, {WARM_UP:g} s of warm-up."
            ),
            (
                "Load: one Python process on loopback, every `wall_reply_new` different, every tenth violates the "
                "policy (after 30 removals in an hour the page falls to `review`, so most of them are proposed and "
                "open a case). Databases start empty. The texts are made from "
                "templates and words drawn with the document "
                "frequencies of the training texts, in a random form: forms that a process has not met are as frequent "
                "in them as in real comments of that length, about every fourth word after 6,000 texts."
            ),
            (
                "*Server CPU* is user and system time of the server's processes for one answer (for PostgreSQL the "
                "database's own stands in brackets); other load disturbs it less than it disturbs the rate."
            ),
            (
                "*Lost*: events sent without an answer `ok` + answers `ok` without a decision in the database. The run "
                "stops if it is not 0 + 0; the journal's chain is verified after each store."
            ),
        ],
        [
            *("store", "rate to bare", "answers/s, A → B", "p99 ms, A → B", "server CPU µs, A → B"),
            *("median of one connection to bare", "ms, A → B", "its p99 ms, A → B", "fdatasync ms", "batch", "lost"),
        ],
        rows,
        data,
    )


def _on(store: Store, load: Load, limit: Running) -> dict[str, Any]:
    disk = fdatasync(store.folder)
    tally = Tally()
    with dvornik(store) as (service, installation):

        def a(connections: int, seconds: float) -> dict[str, float]:
            return _window(load, limit, connections, seconds, Tally(), None)

        def b(connections: int, seconds: float) -> dict[str, float]:
            return _window(load, service, connections, seconds, tally, store.database_pid)

        a(CROWD, WARM_UP)
        b(CROWD, WARM_UP)
        crowd = take_turns(lambda: a(CROWD, SECONDS), lambda: b(CROWD, SECONDS), at_least=4, at_most=6)
        alone = take_turns(lambda: a(1, SECONDS), lambda: b(1, SECONDS), at_most=4)
        batch, memory = _batch(service), resident_mib(service.pid)
    decided = _decisions(store)
    installation.run("journal", "verify")
    ok = tally.answers.get("ok", 0)
    assert tally.sent == ok == decided, f"{store.name}: {tally.sent} sent, {tally.answers}, {decided} decided"
    return {
        "device": store.device,
        "fdatasync": disk,
        "crowd": _summaries(crowd),
        "alone": _summaries(alone),
        "events_in_a_commit": batch,
        "resident_mib": memory,
        "sent": tally.sent,
        "answers": tally.answers,
        "decisions": decided,
    }


def _window(  # noqa: PLR0917 - one sentence: this load on this server
    load: Load, server: Running, connections: int, seconds: float, tally: Tally, database: int | None
) -> dict[str, float]:
    before = tree_seconds(server.pid), tree_seconds(database) if database else 0.0
    result = load.press(server, connections=connections, seconds=seconds)
    after = tree_seconds(server.pid), tree_seconds(database) if database else 0.0
    tally.add(result)
    answered = sum(result["answers"].values())
    return {
        "rate": result["rate"],
        "p50_ms": result["p50_ms"],
        "p99_ms": result["p99_ms"],
        "server_cpu_us": (after[0] - before[0]) / answered * 1e6,
        "database_cpu_us": (after[1] - before[1]) / answered * 1e6,
        "client_cores": result["cpu"],
        "body_bytes": result["body_bytes"],
    }


def _summaries(turns: Turns) -> dict[str, Any]:
    summed: dict[str, Any] = {
        name: turns.summary(name) for name in ("rate", "p50_ms", "p99_ms", "server_cpu_us", "client_cores")
    }
    summed["database_cpu_us"] = {"b": [window.values["database_cpu_us"] for window in turns.b]}
    summed["body_bytes"] = turns.b[0].values["body_bytes"]
    return summed


def _batch(service: Running) -> float:
    """Events in a commit on average, as the service's own metrics tell."""
    exposed = httpx.get(f"http://127.0.0.1:{service.port}/metrics").text
    samples = {one.name: one.value for family in text_string_to_metric_families(exposed) for one in family.samples}
    return samples["dvornik_commit_batch_events_sum"] / samples["dvornik_commit_batch_events_count"]


def _decisions(store: Store) -> int:
    engine = create_engine(store.database_url)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM decision")).scalar_one())
    finally:
        engine.dispose()


def _row(store: Store, result: dict[str, Any]) -> list[str]:
    crowd, alone, disk = result["crowd"], result["alone"], result["fdatasync"]
    cpu = _change(crowd["server_cpu_us"], 0)
    if store.database_pid:
        ours = sorted(crowd["database_cpu_us"]["b"])
        cpu += f" (+ {ours[len(ours) // 2]:.0f})"
    return [
        f"{store.name} ({result['device']})",
        ratio_of(crowd["rate"]),
        _change(crowd["rate"], 0),
        _change(crowd["p99_ms"], 1),
        cpu,
        ratio_of(alone["p50_ms"], 1),
        _change(alone["p50_ms"], 2),
        _change(alone["p99_ms"], 2),
        f"{disk['median_ms']:.2f}, p99 {disk['p99_ms']:.2f}",
        f"{result['events_in_a_commit']:.1f}",
        f"{result['sent'] - result['answers']['ok']} + {result['sent'] - result['decisions']} of {result['sent']}",
    ]


def _change(summary: dict[str, Any], digits: int) -> str:
    return f"{range_of(summary['a'], digits)} → {range_of(summary['b'], digits)}"
