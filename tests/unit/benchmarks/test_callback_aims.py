"""What is hoped of the callbacks, reckoned from numbers that are known."""

from typing import Any

import pytest

from benchmarks.callback_aims import aims_of, disk_aim
from benchmarks.sections import Aim, Verdict


def _summary(a: float, b: float, *, quiet: bool = True) -> dict[str, Any]:
    a_spread, b_spread = ({"median": one, "least": one, "largest": one} for one in (a, b))
    ratio = {"median": b / a, "least": b / a, "largest": b / a}
    return {
        "a": a_spread,
        "b": b_spread,
        "quiet_a": a_spread if quiet else None,
        "quiet_b": b_spread if quiet else None,
        "ratio": ratio if quiet else None,
    }


def _crowd(rate: float, *, p99: float = 10.0, quiet: bool = True) -> dict[str, Any]:
    return {"rate": _summary(10_000, rate, quiet=quiet), "p99_ms": _summary(5, p99, quiet=quiet)}


def _store(name: str, crowds: dict[int, Any], *, sync: float = 0.2, p50: float = 0.5) -> dict[str, Any]:
    return {
        "name": name,
        "fdatasync": {"median_ms": sync, "p99_ms": 1.0},
        "crowds": crowds,
        "alone": {"p50_ms": _summary(0.1, p50), "p99_ms": _summary(0.2, 1.2)},
    }


def _found(results: dict[str, Any], words: str) -> Aim:
    [aim] = [one for one in aims_of(results) if words in one.what]
    return aim


@pytest.mark.parametrize(("rate", "verdict"), [(7_000, Verdict.HELD), (6_990, Verdict.MISSED)])
def test_a_share_of_the_bare_rate_is_held_from_the_aim_on(rate: float, verdict: Verdict) -> None:
    """SQLite on tmpfs at 32 connections needs .70 of the bare route, not a hair less."""
    aim = _found({"tmpfs": _store("SQLite on tmpfs", {32: _crowd(rate), 128: _crowd(9_000)})}, "32 connections, share")

    assert aim.verdict is verdict
    assert aim.aim == "≥ 0.70"


def test_a_disk_is_held_to_memory_or_to_its_own_speed() -> None:
    """A quick disk owes .85 of the rate in memory, a slow one .85 of what a commit of 32 events lets through."""
    memory = _store("SQLite on tmpfs", {32: _crowd(8_000), 128: _crowd(8_000)})
    quick = {"tmpfs": memory, "disk": _store("SQLite on disk", {32: _crowd(6_900)}, sync=0.2)}
    slow = {"tmpfs": memory, "disk": _store("SQLite on disk", {32: _crowd(3_399)}, sync=6)}

    assert disk_aim(quick) == pytest.approx(0.85 * 8_000)
    assert _found(quick, "on disk, 32 connections, answers/s").verdict is Verdict.HELD
    assert disk_aim(slow) == pytest.approx(0.85 * 32 / 0.008)
    assert _found(slow, "on disk, 32 connections, answers/s").verdict is Verdict.MISSED


def test_a_disk_without_memory_beside_it_gets_no_verdict() -> None:
    """Where there is no tmpfs the rate stands there for information; on a busy machine nothing is told."""
    disk = _store("SQLite on disk", {32: _crowd(6_900)})
    busy = _store("SQLite on tmpfs", {32: _crowd(8_000, quiet=False), 128: _crowd(1, quiet=False)})

    assert _found({"disk": disk}, "answers/s").verdict is Verdict.TOLD
    assert _found({"disk": disk, "tmpfs": busy}, "answers/s").verdict is Verdict.BUSY


@pytest.mark.parametrize(("p50", "verdict"), [(0.6, Verdict.HELD), (0.61, Verdict.MISSED)])
def test_one_at_a_time_may_take_three_bare_answers_and_a_write(p50: float, verdict: Verdict) -> None:
    """The median limit is 3 × 0.1 ms + 1.5 × 0.2 ms."""
    results = {"disk": _store("SQLite on disk", {32: _crowd(6_900)}, p50=p50)}

    aim = _found(results, "1 connection, median")

    assert aim.verdict is verdict
    assert aim.aim.startswith("≤ 0.60 ")


def test_a_busy_machine_prints_no_number() -> None:
    """Every aim that rests on noisy pairs says so, and shows nothing that could be read as a result."""
    store = _store("PostgreSQL 15", {32: _crowd(1, quiet=False), 128: _crowd(1, quiet=False)})
    aims = [aim for aim in aims_of({"PostgreSQL": store}) if "connections" in aim.what]

    assert len(aims) == 3
    assert {(aim.measured, aim.verdict) for aim in aims} == {("", Verdict.BUSY)}
