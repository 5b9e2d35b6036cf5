"""A file of comments: `dvornik score` on one core and on all of them, and what memory it takes."""

import json
import os
import subprocess
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.machine import largest_mib
from benchmarks.pairs import take_turns
from benchmarks.sections import Aim, Material, Section, Verdict, at_least, range_of, ratio_of
from tests.functional.running import DVORNIK, Installation

#: Lines of the two files; what the larger takes longer is free of the start, and what it holds more is growth.
SMALL: Final = 30_000
LARGE: Final = 90_000
MILLION: Final = 1_000_000
PAIRS: Final = 3
#: Lines a second and core; and what all cores do, as a share of so many times one.
RATE: Final = 25_000
LINEAR: Final = 0.85
#: How much more a file of three times the lines may hold in memory, as a share: caches fill, nothing else grows.
GROWTH: Final = 0.1
#: How often memory is looked at, in seconds.
_LOOK: Final = 0.2


def measure(material: Material) -> list[Section]:
    """One core and all cores take turns on the same two files."""
    folder = material.folder / "bulk"
    folder.mkdir()
    installation = Installation(folder / "data", "", "http://127.0.0.1:9/")
    files = {lines: _written(folder / f"{lines}.jsonl", material.texts[:lines]) for lines in (SMALL, LARGE)}
    turns = take_turns(
        lambda: _both(installation, files, jobs=1),
        lambda: _both(installation, files, jobs=0),
        at_least=1,
        at_most=PAIRS,
    )
    cores = os.cpu_count() or 1
    data: dict[str, Any] = {
        "lines": [SMALL, LARGE],
        **{name: turns.summary(name) for name in turns.a[0].values},
    }
    return [
        Section(
            "A file: `dvornik score`",
            [
                (
                    f"Files of {SMALL:,} and {LARGE:,} different lines, each run a process of its own. A = one core, "
                    f"B = all {cores}, in turns. *lines/s*: the larger file, start included (Python, dictionary, "
                    "model; on all cores once more in each process). *a million*: lines a second of a file of a "
                    "million lines, reckoned from the start and from what the larger file takes longer."
                ),
                (
                    f"*Memory* is the highest resident memory of the largest process, looked at every {_LOOK:g} s, "
                    "with the larger file; *growth* is the share that it has more than with the smaller one."
                ),
            ],
            ["", "lines/s", "a million", "to one core", "start, s", "CPU µs a line", "memory, MiB", "growth"],
            [_row("one core", data, "a", "1"), _row(f"all {cores} cores", data, "b", ratio_of(data["rate"]))],
            data,
            _aims(data, cores),
        )
    ]


def _written(path: Path, texts: list[str]) -> Path:
    lines = (json.dumps({"id": number, "text": text}, ensure_ascii=False) for number, text in enumerate(texts))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _both(installation: Installation, files: dict[int, Path], *, jobs: int) -> dict[str, float]:
    small, large = (_score(installation, path, jobs=jobs, lines=lines) for lines, path in files.items())
    return together(small, large)


def together(small: dict[str, float], large: dict[str, float]) -> dict[str, float]:
    """What two runs tell: seconds, CPU seconds and MiB of the smaller and the larger file."""
    line = (large["seconds"] - small["seconds"]) / (LARGE - SMALL)
    start = small["seconds"] - SMALL * line
    return {
        "rate": 1 / line,
        "whole_rate": LARGE / large["seconds"],
        "start_s": start,
        "million_rate": MILLION / (start + MILLION * line),
        "cpu_us": (large["cpu"] - small["cpu"]) / (LARGE - SMALL) * 1e6,
        "mib": large["mib"],
        "growth": large["mib"] / small["mib"],
    }


def _score(installation: Installation, source: Path, *, jobs: int, lines: int) -> dict[str, float]:
    target, told = source.with_suffix(f".{jobs}.out"), source.with_suffix(".err")
    command: list[str | Path] = [DVORNIK, "score", source, target, "--jobs", str(jobs)]
    cpu, start, most = _children(), perf_counter(), 0.0
    with told.open("wb") as errors:
        process = subprocess.Popen(command, env=installation.environment(), stderr=errors)
    while process.returncode is None:
        try:
            process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            most = max(most, largest_mib(process.pid))
    took = perf_counter() - start
    assert process.returncode == 0, told.read_text(encoding="utf-8", errors="replace")
    with target.open("rb") as written:
        assert sum(1 for _ in written) == lines, "not a line for every line"
    return {"seconds": took, "cpu": _children() - cpu, "mib": most}


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _row(name: str, data: dict[str, Any], side: str, scaling: str) -> list[str]:
    million = data["million_rate"][f"quiet_{side}"]
    return [
        name,
        range_of(data["whole_rate"][side], 0),
        range_of(million, 0) if million else "not told: the machine was busy",
        scaling,
        range_of(data["start_s"][side], 2),
        range_of(data["cpu_us"][side], 1),
        range_of(data["mib"][side], 0),
        f"{data['growth'][side]['median'] - 1:.1%}",
    ]


def _aims(data: dict[str, Any], cores: int) -> list[Aim]:
    quiet = data["million_rate"]["quiet_a"]
    rate = quiet["median"] if quiet else 0.0
    grown = data["growth"]["a"]["median"] - 1
    return [
        Aim(
            "a file: lines/s on one core, a million lines, start included",
            f"≥ {RATE:,}",
            f"{rate:,.0f}" if rate else "",
            Verdict.of(held=rate >= RATE, quiet=bool(rate)),
        ),
        at_least(f"a file: all {cores} cores to one", LINEAR * cores, data["rate"]["ratio"]),
        Aim(
            f"a file: memory of {LARGE:,} lines more than of {SMALL:,}",
            f"≤ {GROWTH:.0%}",
            f"{grown:.1%}",
            Verdict.of(held=grown <= GROWTH),
        ),
    ]
