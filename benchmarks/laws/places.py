"""Where a law's databases lie, and services on them that take turns under one load."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.laws.rotation import Measure
from benchmarks.machine import filesystem, tree_seconds
from benchmarks.servers import Load, Running, Store, dvornik, serving
from tests.functional.running import Installation

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder is made by mkdtemp
CONNECTIONS: Final = 32
SECONDS: Final = 1.0


@contextmanager
def memory_or(disk: Path) -> Iterator[Path]:
    """A folder in memory, where there is a tmpfs; else one on disk."""
    if filesystem(MEMORY) != "tmpfs":
        yield disk
        return
    folder = Path(tempfile.mkdtemp(prefix="dvornik-law-", dir=MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def sqlite_store(folder: Path) -> Store:
    """A SQLite database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return Store("SQLite", folder, f"sqlite:///{file_of(folder)}", filesystem(folder))


def file_of(folder: Path) -> Path:
    """Where `sqlite_store` keeps its rows."""
    return folder / "dvornik.sqlite3"


def copied(installation: Installation, source: Path, folder: Path) -> Installation:
    """An installation on a copy of this database, with the keys of the one it was copied from."""
    shutil.copytree(installation.data_dir, folder / "data")
    shutil.copy(source, file_of(folder))
    return Installation(folder / "data", f"sqlite:///{file_of(folder)}", installation.vk_api_url, installation.extra)


def settled(path: Path) -> None:
    """Move everything into the database's one file, so that it can be copied."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@contextmanager
def all_serving(installations: Sequence[Installation]) -> Iterator[list[Running]]:
    """A service on each of them at the same time; only one is under load at a time."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(one)) for one in installations]


@contextmanager
def recorded(store: Store, load: Load, *, seconds: float = SECONDS) -> Iterator[Installation]:
    """An installation with some events taken the usual way, whose service has ended."""
    with dvornik(store) as (service, installation):
        _whole(load.press(service, connections=CONNECTIONS, seconds=seconds))
    yield installation


def pressing(load: Load, services: Sequence[Running], *, connections: int = CONNECTIONS) -> list[Measure]:
    """For each service a measurement of a window; every event must be answered `ok`."""
    return [partial(_press, load, service, connections) for service in services]


def warm(measures: Sequence[Callable[[], object]]) -> None:
    """Let every service meet the words of the load once."""
    for measure in measures:
        measure()


def _press(load: Load, service: Running, connections: int) -> dict[str, float]:
    before = tree_seconds(service.pid)
    result = _whole(load.press(service, connections=connections, seconds=SECONDS))
    used = tree_seconds(service.pid) - before
    return {"rate": result["rate"], "cpu_us": 1e6 * used / result["sent"], "p99_ms": result["p99_ms"]}


def _whole(result: dict[str, Any]) -> dict[str, Any]:
    answers = result["answers"]
    assert answers == {"ok": result["sent"]}, f"{result['sent']} events were sent, the answers are {answers}"
    return result
