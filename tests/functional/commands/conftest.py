"""The real command `dvornik` with a data folder of the test's and a small artefact."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fakes.artefact import write_artefact
from tests.functional.running import DVORNIK, START_SECONDS, Installation


class Answer(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., subprocess.CompletedProcess[str]]


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
def run(place: Installation) -> Run:
    """Run a command to its end, whatever the end is."""

    def run(*arguments: str, stdin: str | bytes = "", **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DVORNIK, *arguments],
            env=place.environment() | extra,
            input=stdin if isinstance(stdin, str) else stdin.decode("utf-8", "surrogateescape"),
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=START_SECONDS,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def answers(
    tmp_path_factory: pytest.TempPathFactory, artefact: Path
) -> Callable[[list[tuple[str, ...]]], list[Answer]]:
    """Run many command lines against one new installation, in one process."""

    def answers(lines: list[tuple[str, ...]]) -> list[Answer]:
        data = tmp_path_factory.mktemp("batch")
        database = f"sqlite:///{data / 'dvornik.sqlite3'}"
        place = Installation(data, database, "http://127.0.0.1:9", {"DVORNIK_MODEL": str(artefact)})
        done = subprocess.run(
            [sys.executable, "-m", "tests.functional.commands.batch"],
            cwd=Path(__file__).parents[3],
            env=place.environment(),
            input=json.dumps(lines),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [Answer(*answer) for answer in json.loads(done.stdout)]

    return answers
