"""A file of comments: `dvornik score` on one core and on all of them, and what memory it takes."""

import json
import os
import subprocess
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.pairs import take_turns
from benchmarks.sections import Aim, Material, Section, Verdict, at_least, range_of, ratio_of
from tests.functional.running import DVORNIK, Installation

#: Lines of the two files; what the larger takes longer is free of the start, and what it holds more is growth.
SMALL: Final = 25_000
LARGE: Final = 100_000
MILLION: Final = 1_000_000
PAIRS: Final = 3
#: Lines a second and core; and what all cores do, as a share of so many times one.
RATE: Final = 25_000
LINEAR: Final = 0.85
#: How much more a file of four times the lines may hold in memory, as a share.
GROWTH: Final = 0.1
#: Kernels that count the highest memory in bytes; all others count KiB.
_KIB: Final = 1 if os.uname().sysname == "Darwin" else 1024


def measure(material: Material) -> list[Section]:
    """One core and all cores take turns on the same two files."""
    folder = material.folder / "bulk"
    folder.mkdir()
    installation = Installation(folder / "data", "", "http://127.0.0.1:9/")
    files = {lines: _written(folder / f"{lines}.jsonl", material.texts[:lines]) for lines in (SMALL, LARGE)}
    turns = take_turns(
        lambda: _both(installation, files, jobs=1),
        lambda: _both(installation, files, jobs=0),
        at_least=PAIRS,
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
                    f"Files of {SMALL:,} and {LARGE:,} different lines, each run a process of its own. *lines/s* is "
                    "what the larger file has more over what it takes longer, so it holds no start; *a million lines* "
                    "is reckoned from it and the start (Python, dictionary, model, on all cores once more in each "
                    f"process). A = one core, B = all {cores}, in turns."
                ),
                (
                    "*Memory* is the highest resident memory of the largest process. Growth on one core from the "
                    f"smaller to the larger file: {range_of(data['growth']['a'], 2)} of it."
                ),
            ],
            ["", "lines/s", "to one core", "a million lines, s", "start, s", "CPU µs a line", "memory, MiB"],
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
        "million_s": start + MILLION * line,
        "cpu_us": (large["cpu"] - small["cpu"]) / (LARGE - SMALL) * 1e6,
        "mib": large["mib"],
        "growth": large["mib"] / small["mib"] - 1,
    }


def _score(installation: Installation, source: Path, *, jobs: int, lines: int) -> dict[str, float]:
    target = source.with_suffix(f".{jobs}.out")
    start = perf_counter()
    command: list[str | Path] = [DVORNIK, "score", source, target, "--jobs", str(jobs)]
    with subprocess.Popen(command, env=installation.environment(), stderr=subprocess.PIPE) as process:
        assert process.stderr
        told = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = perf_counter() - start
    assert process.returncode == 0, told.decode(errors="replace")
    with target.open("rb") as written:
        assert sum(1 for _ in written) == lines, "not a line for every line"
    return {"seconds": took, "cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss * _KIB / 2**20}


def _row(name: str, data: dict[str, Any], side: str, scaling: str) -> list[str]:
    return [
        name,
        range_of(data["rate"][side], 0),
        scaling,
        range_of(data["million_s"][side], 0),
        range_of(data["start_s"][side], 2),
        range_of(data["cpu_us"][side], 1),
        range_of(data["mib"][side], 0),
    ]


def _aims(data: dict[str, Any], cores: int) -> list[Aim]:
    quiet = data["rate"]["quiet_a"]
    rate = 0.0 if quiet is None else MILLION / data["million_s"]["quiet_a"]["median"]
    grown = data["growth"]["a"]["median"]
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
