"""`make bench`: runs every measurement, or those that are named, and writes the results."""

import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks import bulk, callbacks, desk, report, scoring, slices
from benchmarks.machine import Watch, conditions
from benchmarks.sections import Material, Section
from benchmarks.texts import ROOT, written

#: One file a measurement; they run in this order, each in the same folder on disk.
MEASUREMENTS: Final[dict[str, Callable[[Material], list[Section]]]] = {
    "callbacks": callbacks.measure,
    "scoring": scoring.measure,
    "bulk": bulk.measure,
    "desk": desk.measure,
}
#: Scaling laws: `benchmarks/laws/<name>.py` with `measure(material) -> Law`.
LAWS: Final = ("rows", "queue", "length", "pages", "drain", "cache", "workers")
#: So many that no service meets a text twice, and that a file of them is read for some seconds.
TEXTS: Final = 120_000
SEED: Final = 20_260_101


def main(wanted: list[str]) -> int:
    """Measure; a partial run is printed and leaves the stored results as they are."""
    unknown = [name for name in wanted if name not in (*MEASUREMENTS, *LAWS)]
    if unknown:
        known = ", ".join((*MEASUREMENTS, *LAWS))
        print(f"benchmarks: no measurement {', '.join(unknown)}; there are {known}", file=sys.stderr)
        return 2
    # A law that cannot be imported stops the run before it has taken minutes.
    laws = {name: import_module(f"benchmarks.laws.{name}").measure for name in LAWS if name in (wanted or LAWS)}
    start, load, watch, slice_told = perf_counter(), os.getloadavg()[0], Watch(), slices.shorten()
    (ROOT / "build").mkdir(exist_ok=True)
    found = report.Found()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
        _tell(f"   0 s  writing {TEXTS:,} texts, or taking those of the last time")
        texts, file = written(SEED, TEXTS)
        material = Material(texts, file, Path(folder))
        for name in wanted or (*MEASUREMENTS, *LAWS):
            began = perf_counter()
            _tell(f"{began - start:4.0f} s  {name}")
            if name in laws:
                found.laws[name] = laws[name](material)
            else:
                found.sections.extend(MEASUREMENTS[name](material))
            found.seconds[name] = perf_counter() - began
    told = {
        **conditions(),
        "seconds": perf_counter() - start,
        "load_before": load,
        "foreign_cores": watch.foreign(),
        "slices": slice_told,
    }
    if not wanted:
        report.write(Path(__file__).parent, told, found)
    print(report.markdown(told, found))
    _tell(f"{perf_counter() - start:4.0f} s  done")
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
