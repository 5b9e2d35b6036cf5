"""What the measurements stand on: the machine, what else runs on it, and how fast its disk makes bytes durable."""

import os
import platform
import statistics
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import psutil

#: Cores used by others up to which a window counts as quiet.
QUIET: Final = 0.3
_NAMED: Final = (
    "fastapi",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "sqlalchemy",
    "psycopg",
    "numpy",
    "scikit-learn",
    "fasttext-community",
)


def conditions() -> dict[str, Any]:
    """The machine and the versions, nothing that names its owner."""
    return {
        "cpus": os.cpu_count(),
        "cpu": _cpu_model(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in _NAMED},
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


class Watch:
    """Measures how many cores processes that are not ours use, from its making to `foreign()`."""

    def __init__(self) -> None:
        self._start = perf_counter()
        self._all, self._ours = _busy(), _our_seconds()

    def foreign(self) -> float:
        """Cores that others used on average, steal and the kernel's own work included."""
        elapsed = max(perf_counter() - self._start, 1e-9)
        return max(0.0, (_busy() - self._all) - (_our_seconds() - self._ours)) / elapsed


def _busy() -> float:
    """Seconds that all cores together were not idle."""
    times = psutil.cpu_times()._asdict()
    return float(sum(times.get(name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal")))


def _our_seconds() -> float:
    """CPU seconds of this process and all below it, ended ones included."""
    own = psutil.Process()
    return sum(_seconds(process) for process in [own, *own.children(recursive=True)])


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def tree_seconds(pid: int) -> float:
    """CPU seconds of one process and its descendants."""
    process = psutil.Process(pid)
    return sum(_seconds(one) for one in [process, *process.children(recursive=True)])


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    return float(psutil.Process(pid).memory_info().rss) / 2**20


def largest_mib(pid: int) -> float:
    """Resident memory of a process or of one of its descendants, whichever has more; 0 if it is gone."""
    try:
        process = psutil.Process(pid)
        return max(float(one.memory_info().rss) for one in [process, *process.children(recursive=True)]) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def filesystem(folder: Path) -> str:
    """The type of the file system that holds a folder ('' = unknown)."""
    real = str(folder.resolve())
    mounts = [(part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=True)]
    holding = [
        (len(point), kind) for point, kind in mounts if real == point or real.startswith(point.rstrip("/") + "/")
    ]
    return max(holding, default=(0, ""))[1]


def fdatasync(folder: Path, *, times: int = 150, size: int = 16_384) -> dict[str, float]:
    """Milliseconds (median, p99) to append `size` bytes and make them durable."""
    return of_syncs(sync_times(folder, times=times, size=size))


def sync_times(folder: Path, *, times: int = 150, size: int = 16_384) -> list[float]:
    """Milliseconds of each of so many appended blocks made durable."""
    path = folder / "fdatasync.probe"
    block = os.urandom(size)
    sync = getattr(os, "fdatasync", os.fsync)
    took = []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(block)
            start = perf_counter()
            sync(file.fileno())
            took.append((perf_counter() - start) * 1e3)
    path.unlink()
    return took


def of_syncs(took: list[float]) -> dict[str, float]:
    """Median and p99."""
    return {"median_ms": statistics.median(took), "p99_ms": percentile(took, 99)}


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
