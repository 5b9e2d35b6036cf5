"""Runs `dvornik` in processes of their own that are forked from one that has imported it: real ones, begun at once.

A hundred commands would otherwise spend most of the suite's time on importing the same modules. What begins, signals,
kills and ends them is the same as for the installed script, which has tests of its own.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from app.cli import main

_context: Final = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.functional.warm"])


class Forked:
    """One running `dvornik`; `pid`, `poll`, `wait` and `send_signal` are those of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        stdin: Path,
        stdout: Path,
        stderr: Path,
        fault: Callable[[], None] | None = None,
    ) -> None:
        """`fault`, a function of a module, is planted in the process before it begins."""
        files = tuple(str(path) for path in (stdin, stdout, stderr))
        given = arguments, dict(environment), Path.cwd(), files, fault
        self._process = _context.Process(target=_become, args=given)
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it still runs after `timeout` seconds.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("dvornik", timeout)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


def run(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    stdin: str,
    timeout: float,
    fault: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever the end is; `fault` as for `Forked`."""
    with tempfile.TemporaryDirectory() as folder:
        given, out, err = (Path(folder, name) for name in ("stdin", "stdout", "stderr"))
        given.write_text(stdin, encoding="utf-8")
        process = Forked(arguments, environment, stdin=given, stdout=out, stderr=err, fault=fault)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(
            arguments, code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


def _become(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    folder: Path,
    files: tuple[str, str, str],
    fault: Callable[[], None] | None,
) -> None:
    """In the child: take the place of the script that pip installs."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    written = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for number, (path, flags) in enumerate(zip(files, (os.O_RDONLY, written, written), strict=True)):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - they live as long as the process
        for number, mode in enumerate("rww")
    )
    if fault is not None:
        fault()
    sys.argv = ["dvornik", *arguments]
    sys.exit(main())
