"""Starts what the callbacks are measured on: the bare route, the service on one store, and the load beside them."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
import psycopg

from benchmarks.client import GROUP
from benchmarks.machine import filesystem
from benchmarks.texts import POLICY, ROOT
from tests.functional.running import DVORNIK, START_SECONDS, Installation, free_port
from tests.postgres_server import Server, find_programs

SECRET: Final = "benchmark-of-the-callback"  # noqa: S105 - it guards nothing
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder is made by mkdtemp


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes callbacks."""

    pid: int
    port: int


@dataclass(frozen=True, slots=True)
class Store:
    """Where the service keeps its rows; `folder` lies on the device that makes them durable."""

    name: str
    folder: Path
    database_url: str
    device: str
    #: The database's own process; its backends are below it.
    database_pid: int | None = None

    @property
    def kind(self) -> str:
        """`tmpfs`, `disk` or `PostgreSQL`."""
        return self.name.split()[-1] if self.name.startswith("SQLite") else self.name.split()[0]


class Load:
    """The client process; it is given one order at a time."""

    def __init__(self, texts_file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.client", texts_file, SECRET],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def press(self, server: Running, *, connections: int, seconds: float) -> dict[str, Any]:
        """Send events; what came of them."""
        assert self._process.stdin
        assert self._process.stdout
        order = {"port": server.port, "connections": connections, "seconds": seconds}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=START_SECONDS)


@contextmanager
def loading(texts_file: Path) -> Iterator[Load]:
    """A client that is gone afterwards."""
    load = Load(texts_file)
    try:
        yield load
    finally:
        load.close()


@contextmanager
def bare() -> Iterator[Running]:
    """The bare route, in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare", str(port)], cwd=ROOT)
    try:
        _wait(process, lambda: httpx.post(f"http://127.0.0.1:{port}/callbacks/vk", content=b"{}"))
        yield Running(process.pid, port)
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], ask: Callable[[], httpx.Response]) -> None:
    """Until it answers 200."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            if ask().status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server is not ready after {START_SECONDS} s")


@contextmanager
def stores(disk: Path) -> Iterator[list[Store]]:
    """SQLite in memory where there is a tmpfs, SQLite on disk, PostgreSQL where its programs are installed."""
    found = [_sqlite("SQLite on disk", disk / "sqlite")]
    memory = Path(tempfile.mkdtemp(prefix="dvornik-bench-", dir=_MEMORY)) if filesystem(_MEMORY) == "tmpfs" else None
    programs = find_programs()
    server = Server(programs) if programs else None
    try:
        if memory:
            found.insert(0, _sqlite("SQLite on tmpfs", memory))
        if server:
            found.append(_postgres(server, disk / "postgres"))
        yield found
    finally:
        if server:
            server.stop()
        if memory:
            shutil.rmtree(memory)


def _sqlite(name: str, folder: Path) -> Store:
    folder.mkdir(exist_ok=True)
    return Store(name, folder, f"sqlite:///{folder / 'dvornik.sqlite3'}", filesystem(folder))


def _postgres(server: Server, folder: Path) -> Store:
    """A database on a server that is as durable as a real one, unlike that of the tests."""
    folder.mkdir()
    for setting in ("fsync", "full_page_writes"):
        server.run(f"ALTER SYSTEM SET {setting} = on")
    server.run("SELECT pg_reload_conf()")
    server.run("CREATE DATABASE dvornik_bench")
    with psycopg.connect(f"host=127.0.0.1 port={server.port} user=dvornik dbname=dvornik_bench") as connection:
        shown = {name: _show(connection, name) for name in ("fsync", "full_page_writes", "synchronous_commit")}
        data = _show(connection, "data_directory")
        number = _show(connection, "server_version")
        postmaster = psutil.Process(connection.info.backend_pid).ppid()
    assert set(shown.values()) == {"on"}, f"PostgreSQL is not durable: {shown}"
    device = filesystem(Path(data).parent)
    return Store(f"PostgreSQL {number.split()[0]}", folder, server.url("dvornik_bench"), device, postmaster)


def _show(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute(f"SHOW {name}".encode()).fetchone()
    assert row
    return str(row[0])


@contextmanager
def dvornik(store: Store, *, workers: int = 1) -> Iterator[tuple[Running, Installation]]:
    """`dvornik serve` on this store with one page that enforces an act; nothing is sent to any network."""
    installation = Installation(
        store.folder / "data", store.database_url, "http://127.0.0.1:9/", {"DVORNIK_WORKER_INSIDE": "false"}
    )
    installation.data_dir.mkdir(parents=True)
    installation.run("migrate")
    installation.run(
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Измерение", "--policy", POLICY),
        *("--mode", "enforce", "--secret", "-", "--confirmation", "c0ffee", "--json"),
        stdin=f"{SECRET}\n",
    )
    with serving(installation, workers=workers) as service:
        yield service, installation


@contextmanager
def serving(installation: Installation, *, workers: int = 1) -> Iterator[Running]:
    """The installed program itself, not a fork of one that runs: its memory and its times are those of a user's."""
    port, log = free_port(), installation.data_dir / "serve.log"
    command: list[str | Path] = [DVORNIK, "serve", "--port", str(port), "--workers", str(workers)]
    with log.open("ab") as told:
        process = subprocess.Popen(
            command, env=installation.environment(), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=told, stderr=told
        )
    try:
        _wait(process, lambda: httpx.get(f"http://127.0.0.1:{port}/readyz"))
        yield Running(process.pid, port)
        process.terminate()
        # uvicorn ends in good order and then by the signal that asked it to.
        assert process.wait(START_SECONDS) in {0, -signal.SIGTERM}
    except BaseException:
        sys.stderr.write(log.read_text(encoding="utf-8", errors="replace")[-4_000:])
        raise
    finally:
        process.kill()
        process.wait()
