"""What is hoped of the callbacks, compared with what was measured: pure arithmetic on the numbers of `callbacks`."""

from typing import Any, Final

from benchmarks.sections import Aim, Verdict, at_least

#: The least share of the bare route's rate, by kind of store and connections.
SHARES: Final = {("tmpfs", 32): 0.70, ("tmpfs", 128): 0.80, ("PostgreSQL", 128): 0.60}
#: On disk, at this many connections: so much of what memory does, or of what the disk lets through.
DISK: Final = ("disk", 32)
DISK_SHARE: Final = 0.85
#: What a commit may take beside fdatasync, in milliseconds.
COMMIT_MS: Final = 2.0
#: Answer times: at most so many times the bare route's, and so many times fdatasync on top.
MEDIAN: Final = (3.0, 1.5)
P99: Final = (4.0, 2.0)


def aims_of(results: dict[str, dict[str, Any]]) -> list[Aim]:
    """One line an aim; `results` holds what `callbacks` measured, by the kind of store."""
    found = [_share(kind, connections, results) for kind, connections in SHARES if kind in results]
    if DISK[0] in results:
        found.append(_on_disk(results))
    for result in results.values():
        found += [
            _answer_time(result, result["alone"], "1 connection", "p50_ms", MEDIAN),
            _answer_time(result, result["alone"], "1 connection", "p99_ms", P99),
            *(
                _answer_time(result, crowd, f"{connections} connections", "p99_ms", P99)
                for connections, crowd in result["crowds"].items()
            ),
        ]
    return found


def _share(kind: str, connections: int, results: dict[str, dict[str, Any]]) -> Aim:
    result = results[kind]
    summary = result["crowds"][connections]["rate"]
    what = f"callbacks: {result['name']}, {connections} connections, share of the bare route's rate"
    return at_least(what, SHARES[kind, connections], summary["ratio"])


def disk_aim(results: dict[str, dict[str, Any]]) -> float | None:
    """Answers a second that SQLite on disk should give; None if memory was not measured on a quiet machine."""
    kind, connections = DISK
    memory = results.get("tmpfs", {}).get("crowds", {}).get(connections)
    if memory is None or memory["rate"]["quiet_b"] is None:
        return None
    disk: float = results[kind]["fdatasync"]["median_ms"]
    rate: float = memory["rate"]["quiet_b"]["median"]
    return DISK_SHARE * min(rate, connections / ((disk + COMMIT_MS) / 1e3))


def _on_disk(results: dict[str, dict[str, Any]]) -> Aim:
    kind, connections = DISK
    result = results[kind]
    what = f"callbacks: {result['name']}, {connections} connections, answers/s"
    words = f"{DISK_SHARE} of min(rate on tmpfs, {connections} / (fdatasync + {COMMIT_MS:g} ms))"
    aim, rate = disk_aim(results), result["crowds"][connections]["rate"]["quiet_b"]
    if "tmpfs" not in results:
        return Aim(what, f"≥ {words}", "there is no tmpfs to compare with", Verdict.TOLD)
    if aim is None or rate is None:
        return Aim(what, f"≥ {words}", "", Verdict.BUSY)
    return Aim(what, f"≥ {aim:,.0f} = {words}", f"{rate['median']:,.0f}", Verdict.of(held=rate["median"] >= aim))


def _answer_time(
    result: dict[str, Any], summaries: dict[str, Any], who: str, name: str, factors: tuple[float, float]
) -> Aim:
    times, syncs = factors
    told = {"p50_ms": "median", "p99_ms": "p99"}[name]
    what = f"callbacks: {result['name']}, {who}, {told} of an answer, ms"
    words = f"{times:g} × bare + {syncs:g} × fdatasync"
    bare, ours = summaries[name]["quiet_a"], summaries[name]["quiet_b"]
    if bare is None or ours is None:
        return Aim(what, f"≤ {words}", "", Verdict.BUSY)
    most = times * bare["median"] + syncs * result["fdatasync"]["median_ms"]
    return Aim(what, f"≤ {most:.2f} = {words}", f"{ours['median']:.2f}", Verdict.of(held=ours["median"] <= most))
