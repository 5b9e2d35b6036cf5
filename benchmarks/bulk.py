"""A file of comments: `dvornik score` on one core and on all of them."""

import json
import os
import statistics
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.machine import QUIET, Watch
from benchmarks.sections import Material, Section
from tests.functional.running import Installation

ROUNDS: Final = 3
LINES: Final = 12_000


def measure(material: Material) -> Section:
    """One core and all cores take turns on the same file; starting alone is measured with a file of one line."""
    folder = material.folder / "bulk"
    folder.mkdir()
    installation = Installation(folder / "data", "", "http://127.0.0.1:9/")
    many, one = folder / "many.jsonl", folder / "one.jsonl"
    _write(many, material.texts[:LINES])
    _write(one, material.texts[:1])
    runs: dict[str, list[dict[str, float]]] = {"start": [], "one": [], "all": []}
    for _ in range(ROUNDS):
        runs["start"].append(_score(installation, one, jobs=1, lines=1))
        runs["one"].append(_score(installation, many, jobs=1, lines=LINES))
        runs["all"].append(_score(installation, many, jobs=0, lines=LINES))
    data = _summary(runs, LINES)
    return Section(
        "A file: `dvornik score`",
        [
            (
                f"{data['lines']:,} different lines, {ROUNDS} rounds in turns "
                "(medians). A run includes the start: Python, the "
                f"dictionary and the model take {data['start_s']:.2f} s, on all cores once more in each process."
            ),
        ],
        ["", "lines/s", "lines/s without the start", "CPU s", "others' cores", "to one core"],
        [
            _row("one core", data["one"], "1"),
            _row(f"all cores ({os.cpu_count()})", data["all"], data["scaling_told"]),
        ],
        data,
    )


def _write(path: Path, texts: list[str]) -> None:
    lines = (json.dumps({"id": number, "text": text}, ensure_ascii=False) for number, text in enumerate(texts))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _score(installation: Installation, source: Path, *, jobs: int, lines: int) -> dict[str, float]:
    target = source.with_suffix(f".{jobs}.out")
    watch, cpu, start = Watch(), _children(), perf_counter()
    installation.run("score", str(source), str(target), "--jobs", str(jobs))
    took = perf_counter() - start
    with target.open("rb") as written:
        assert sum(1 for _ in written) == lines, "not a line for every line"
    return {"seconds": took, "cpu": _children() - cpu, "foreign": watch.foreign()}


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _summary(runs: dict[str, list[dict[str, float]]], lines: int) -> dict[str, Any]:
    start = statistics.median(run["seconds"] for run in runs["start"])
    data: dict[str, Any] = {"lines": lines, "start_s": start, "runs": runs}
    for name in ("one", "all"):
        seconds = statistics.median(run["seconds"] for run in runs[name])
        data[name] = {
            "lines_per_s": lines / seconds,
            "lines_per_s_without_start": lines / max(seconds - start, 1e-3),
            "cpu_s": statistics.median(run["cpu"] for run in runs[name]),
            "foreign_cores": max(run["foreign"] for run in runs[name]),
        }
    quiet = all(data[name]["foreign_cores"] < QUIET for name in ("one", "all"))
    ratio = data["all"]["lines_per_s_without_start"] / data["one"]["lines_per_s_without_start"]
    data["scaling"] = ratio if quiet else None
    data["scaling_told"] = f"**{ratio:.2f}**" if quiet else "not told: the machine was busy"
    return data


def _row(name: str, told: dict[str, float], scaling: str) -> list[str]:
    return [
        name,
        f"{told['lines_per_s']:,.0f}",
        f"{told['lines_per_s_without_start']:,.0f}",
        f"{told['cpu_s']:.1f}",
        f"{told['foreign_cores']:.1f}",
        scaling,
    ]
