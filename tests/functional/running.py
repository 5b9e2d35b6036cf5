"""The real service as processes of its own, on loopback, with a database and a data folder of the test's."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.functional import forked
from tests.functional.forked import Forked

DVORNIK = Path(sys.executable).with_name("dvornik")
#: Starting loads dictionary and model; a busy machine may need long.
START_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """Settings that several processes share, and the command line."""

    data_dir: Path
    database_url: str
    vk_api_url: str
    extra: Mapping[str, str] = field(default_factory=dict)
    #: What goes wrong in its services, planted in each of their processes.
    fault: Callable[[], None] | None = None
    #: What this installation has more than others, planted in its services and commands.
    planted: Callable[[], None] | None = None

    def environment(self) -> dict[str, str]:
        """The environment of a process of this installation."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("DVORNIK_")}
        return own | {
            "DVORNIK_DATA_DIR": str(self.data_dir),
            "DVORNIK_DATABASE_URL": self.database_url,
            "DVORNIK_VK_API_URL": self.vk_api_url,
            "DVORNIK_LOG_FORMAT": "json",
            **self.extra,
        }

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end; it must succeed."""
        done = forked.run(arguments, self.environment(), stdin=stdin, timeout=START_SECONDS, fault=self.planted)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def json(self, *arguments: str, stdin: str = "") -> Any:
        """What a command prints with `--json`."""
        return json.loads(self.run(*arguments, "--json", stdin=stdin).stdout)

    @contextmanager
    def serve(self, *, port: int | None = None) -> Iterator["Service"]:
        """The web service; it is killed at the end if the test has not ended it."""
        service = Service(self, port or free_port())
        service.start()
        try:
            yield service
        finally:
            service.kill()


class Service:
    """One `dvornik serve`."""

    def __init__(self, installation: Installation, port: int) -> None:
        self.installation = installation
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = installation.data_dir / f"serve-{port}.log"
        self._process: Forked | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.installation.data_dir.mkdir(parents=True, exist_ok=True)
        self._process = Forked(
            ("serve", "--port", str(self.port)),
            self.installation.environment(),
            stdin=Path(os.devnull),
            stdout=self.log,
            stderr=self.log,
            fault=self.installation.fault or self.installation.planted,
        )
        end = time.monotonic() + START_SECONDS
        with httpx.Client() as http:
            while time.monotonic() < end:
                assert self._process.poll() is None, self.log.read_text()
                try:
                    if http.get(f"{self.url}/readyz").status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise AssertionError(f"not ready after {START_SECONDS} s: {self.log.read_text()}")

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        return self._end(signal.SIGTERM)

    def interrupt(self, *, seconds: float) -> int:
        """Press Ctrl-C; its exit code, which must be there in time."""
        return self._end(signal.SIGINT, seconds)

    def wait(self, *, seconds: float = START_SECONDS) -> int:
        """Wait until it ends by itself; its exit code, negative for a signal."""
        assert self._process
        code = self._process.wait(timeout=seconds)
        self._process = None
        return code

    def _end(self, number: signal.Signals, seconds: float = START_SECONDS) -> int:
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(timeout=seconds)
        self._process = None
        return code


def wait_until(condition: Any, *, seconds: float = 20.0, what: str = "") -> None:
    """Wait for a condition, not for a time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what or condition}"
        time.sleep(0.02)
