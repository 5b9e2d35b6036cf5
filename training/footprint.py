"""Measures what judging costs: time for a comment, time to load, memory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from model.artefact import Artefact, load
from model.scorer import Scorer

if sys.platform != "win32":
    import resource

Metrics = dict[str, Any]
_COMMENTS: Final = 2000
_TURNS: Final = 5
_FILE: Final = 20_000


def speed(artefact: Artefact, texts: Sequence[str]) -> Metrics:
    """Microseconds a comment at first sight and at best with a filled cache; comments a second from one long list."""
    step = max(1, len(texts) // _COMMENTS)
    chosen = list(texts[::step][:_COMMENTS])
    if not chosen:
        return {}
    scorer = Scorer(artefact)
    turns = []
    for _ in range(_TURNS):
        begin = time.perf_counter()
        for text in chosen:
            scorer.score(text)
        turns.append((time.perf_counter() - begin) / len(chosen) * 1e6)
    many = list(texts[:_FILE])
    begin = time.perf_counter()
    Scorer(artefact).score_many(many)
    seconds = time.perf_counter() - begin
    return {
        "comments_per_second": round(len(many) / seconds),
        "comments": len(chosen),
        "mean_length": round(sum(map(len, chosen)) / len(chosen), 1),
        "cold_microseconds": round(turns[0], 1),
        "warm_microseconds": round(min(turns[1:]), 1),
    }


def size(folder: Path) -> Metrics:
    """Bytes of the folder; seconds to load it and resident memory of a fresh process that scored with it."""
    root = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(  # noqa: S603 # this very interpreter and this very module
        [sys.executable, "-m", "training.footprint", str(folder)],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    measured: dict[str, Any] = json.loads(done.stdout)
    return {"megabytes": round(sum(p.stat().st_size for p in folder.iterdir()) / 1e6, 2)} | measured


def _measure_here(folder: Path) -> Metrics:
    begin = time.perf_counter()
    scorer = Scorer(load(folder))
    seconds = time.perf_counter() - begin
    scorer.score("Когда отремонтируют дорогу у школы?")
    resident = _resident()
    memory = {} if resident is None else {"resident_megabytes": round(resident / 1e6, 1)}
    return {"load_seconds": round(seconds, 3)} | memory


def _resident() -> int | None:
    """Bytes of this process in memory; where /proc is missing, the most there ever were; None on Windows."""
    if sys.platform == "win32":
        return None
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    # Linux inherits the parent's peak here, macOS counts bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure_here(Path(sys.argv[1]))))
