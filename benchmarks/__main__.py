"""`make bench`: runs every measurement, or those that are named, and writes the results."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks import bulk, callbacks, desk, report, scoring
from benchmarks.machine import Watch, conditions
from benchmarks.sections import Material, Section
from benchmarks.texts import ROOT, Writer

#: One file a measurement; they run in this order, each in the same folder on disk.
MEASUREMENTS: Final[dict[str, Callable[[Material], Section]]] = {
    "callbacks": callbacks.measure,
    "scoring": scoring.measure,
    "bulk": bulk.measure,
    "desk": desk.measure,
}
TEXTS: Final = 20_000
SEED: Final = 20_260_101


def main(wanted: list[str]) -> int:
    """Measure; a partial run is printed and leaves the stored results as they are."""
    unknown = [name for name in wanted if name not in MEASUREMENTS]
    if unknown:
        print(f"benchmarks: no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    start, load, watch = perf_counter(), os.getloadavg()[0], Watch()
    (ROOT / "build").mkdir(exist_ok=True)
    sections = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
        material = _material(Path(folder))
        for name in wanted or MEASUREMENTS:
            _tell(f"{perf_counter() - start:4.0f} s  {name}")
            sections.append(MEASUREMENTS[name](material))
    told = {
        **conditions(),
        "seconds": perf_counter() - start,
        "load_before": load,
        "foreign_cores": watch.foreign(),
    }
    if not wanted:
        report.write(Path(__file__).parent, told, sections)
    print(report.markdown(told, sections))
    _tell(f"{perf_counter() - start:4.0f} s  done")
    return 0


def _material(folder: Path) -> Material:
    _tell(f"   0 s  writing {TEXTS:,} texts")
    texts = Writer(SEED).texts(TEXTS)
    file = folder / "texts.json"
    file.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    return Material(texts, file, folder)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
