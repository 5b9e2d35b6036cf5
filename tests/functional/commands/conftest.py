"""The real command `dvornik` with a data folder of the test's and a small artefact."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fakes.artefact import write_artefact
from tests.functional import forked
from tests.functional.running import DVORNIK, START_SECONDS, Installation


class Answer(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture(scope="session")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that knows four words."""
    folder = tmp_path_factory.mktemp("artefact")
    write_artefact(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, artefact: Path) -> Installation:
    """An installation that has never been started: its database does not exist."""
    data = tmp_path / "data"
    database = f"sqlite:///{data / 'dvornik.sqlite3'}"
    return Installation(data, database, "http://127.0.0.1:9", {"DVORNIK_MODEL": str(artefact)})


@pytest.fixture
def script(place: Installation) -> Run:
    """Run the script that pip has installed; joblib's processes need a parent that is no fork."""

    def script(*arguments: str, stdin: str = "") -> Answer:
        done = subprocess.run(
            [DVORNIK, *arguments],
            env=place.environment(),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=START_SECONDS,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return script


@pytest.fixture
def run(place: Installation) -> Run:
    """Run the command to its end, whatever the end is."""

    def run(*arguments: str, stdin: str = "", **extra: str) -> Answer:
        done = forked.run(arguments, place.environment() | extra, stdin=stdin, timeout=START_SECONDS)
        return Answer(done.returncode, done.stdout, done.stderr)

    return run


class Shell:
    """One process that runs command lines one after another."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.functional.commands.shell"],
            cwd=Path(__file__).parents[3],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: tuple[str, ...], stdin: str, environment: dict[str, str]) -> Answer:
        """Run a command line against the installation that the environment names."""
        assert self._process.stdin
        assert self._process.stdout
        request = {"arguments": arguments, "stdin": stdin, "environment": environment}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Answer(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture(scope="package")
def shell() -> Iterator[Shell]:
    """The process that stories share."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DVORNIK_")}
    shell = Shell(own)
    yield shell
    shell.close()


@pytest.fixture
def tell(shell: Shell, place: Installation) -> Run:
    """Run a command line of a story."""
    settings = {name: value for name, value in place.environment().items() if name.startswith("DVORNIK_")}

    def tell(*arguments: str, stdin: str = "", **extra: str) -> Answer:
        return shell.run(arguments, stdin, settings | extra)

    return tell


@pytest.fixture(scope="module")
def answers(shell: Shell, tmp_path_factory: pytest.TempPathFactory, artefact: Path) -> Callable[..., list[Answer]]:
    """Run many command lines against one new installation."""

    def answers(lines: list[tuple[str, ...]]) -> list[Answer]:
        data = tmp_path_factory.mktemp("answers")
        place = Installation(data, f"sqlite:///{data / 'dvornik.sqlite3'}", "http://127.0.0.1:9")
        settings = {name: value for name, value in place.environment().items() if name.startswith("DVORNIK_")}
        return [shell.run(line, "", settings | {"DVORNIK_MODEL": str(artefact)}) for line in lines]

    return answers
