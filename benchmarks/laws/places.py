"""Where a law's databases lie, and services on them that take turns under one load."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.laws.rotation import Measure, rotate
from benchmarks.machine import filesystem, tree_seconds
from benchmarks.pairs import Turns
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


def _settle(path: Path) -> None:
    """Move everything into the database's one file, so that it can be copied."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@contextmanager
def all_serving(installations: Sequence[Installation]) -> Iterator[list[Running]]:
    """A service on each of them at the same time; only one is under load at a time."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(one)) for one in installations]


def recorded(folder: Path, load: Load) -> Installation:
    """An installation with some events taken the usual way, whose service has ended; its database can be copied."""
    with dvornik(sqlite_store(folder)) as (service, installation):
        _whole(load.press(service, connections=CONNECTIONS, seconds=SECONDS))
    _settle(file_of(folder))
    return installation


def take_turns(load: Load, services: Sequence[Running], *, rounds: int, connections: int = CONNECTIONS) -> list[Turns]:
    """Windows of load on each service in turns, after each has met the load's words once; all must be answered `ok`."""
    measures: list[Measure] = [partial(_press, load, service, connections) for service in services]
    for measure in measures:
        measure()
    return rotate(measures, rounds=rounds)


def _press(load: Load, service: Running, connections: int) -> dict[str, float]:
    before = tree_seconds(service.pid)
    result = _whole(load.press(service, connections=connections, seconds=SECONDS))
    used = tree_seconds(service.pid) - before
    return {"rate": result["rate"], "cpu_us": 1e6 * used / result["sent"], "p99_ms": result["p99_ms"]}


def _whole(result: dict[str, Any]) -> dict[str, Any]:
    answers = result["answers"]
    assert answers == {"ok": result["sent"]}, f"{result['sent']} events were sent, the answers are {answers}"
    return result
