"""The program as it was before the newest revision of the schema, taken from the repository's history and run."""

import io
import json
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.functional.running import START_SECONDS, Installation, free_port, wait_until

ROOT = Path(__file__).parents[2]
VERSIONS = Path("app/storage/migrations/versions")
_WANTED = ("app", "model", "tests/__init__.py", "tests/functional/__init__.py", "tests/functional/commands")
#: What the installed script does, with the code of whichever folder it is run in.
_PROGRAM = "import sys; sys.argv[0] = 'dvornik'; from app.cli import main; sys.exit(main())"


class Earlier:
    """The older program over an installation's database and keys."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        self._folder = folder
        self._installation = installation

    def run(self, *commands: tuple[tuple[str, ...], str]) -> list[str]:
        """Run commands, each with its input, one after another in one process; returns what they print."""
        own = {name: value for name, value in self._environment().items() if name.startswith("DVORNIK_")}
        given = (json.dumps({"arguments": line, "stdin": stdin, "environment": own}) for line, stdin in commands)
        done = subprocess.run(
            [sys.executable, "-m", "tests.functional.commands.shell"],
            cwd=self._folder,
            env=self._environment(),
            input="\n".join(given),
            capture_output=True,
            encoding="utf-8",
            timeout=START_SECONDS,
            check=False,
        )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert [code for code, *_ in answers] == [0] * len(commands), f"{answers}{done.stderr}"
        return [out for _, out, _ in answers]

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The older service; gives its address, and sees at the end that it stops as it should."""
        url = f"http://127.0.0.1:{(port := free_port())}"
        log = self._folder / "serve.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, "serve", "--port", str(port)],
                cwd=self._folder,
                env=self._environment(),
                stdout=stream,
                stderr=stream,
            )
        try:
            wait_until(lambda: _is_ready(url) or process.poll() is not None, seconds=START_SECONDS)
            assert process.poll() is None, log.read_text()
            yield url
            process.send_signal(signal.SIGTERM)
            # The web server finishes its work and then ends as the signal would have it.
            assert process.wait(timeout=START_SECONDS) == -signal.SIGTERM, log.read_text()
        finally:
            process.kill()
            process.wait(timeout=START_SECONDS)

    def _environment(self) -> dict[str, str]:
        return self._installation.environment() | {"PYTHONPATH": str(self._folder)}


def unpack(folder: Path) -> None:
    """Put the code of the version before the newest revision into a folder; skips aloud where history is too short."""
    newest = max((ROOT / VERSIONS).glob("[0-9]*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "--", str(VERSIONS / newest.name)).split()
    # A revision that is not committed yet: the version before it is the last commit.
    before = f"{added[-1]}^" if added else "HEAD"
    packed = subprocess.run(["git", "archive", before, *_WANTED], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"this clone has no history before {newest.stem}: {packed.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        # The first patch releases of Python 3.11 do not know the filter.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **safely)  # noqa: S202 - made by git from our own history
    assert not (folder / VERSIONS / newest.name).exists()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("git is not on this machine, so there is no earlier version to run")
    if done.returncode:
        pytest.skip(f"no history to take an earlier version from: {done.stderr.strip()}")
    return done.stdout


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
