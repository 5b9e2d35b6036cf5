"""What strangers wrote moves no cursor, changes no colour and turns no line around on an administrator's terminal."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.commands.output import as_json, visible
from tests.fakes.artefact import write_artefact
from tests.functional import forked
from tests.functional.running import START_SECONDS, Installation

#: CSI in seven and in eight bits, a title, a bell, a line rubbed out, a line turned around, a line of its own.
HOSTILE = "А\x1b[2J\x9b31m\x1b]0;взлом\x07Б\r\x08В\u202eГ\u2066Д\u2028Е\x85Ж\x7f"
_MOVES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation in which every name and title is hostile."""
    write_artefact(tmp_path / "model")
    data = tmp_path / "data"
    address = f"sqlite:///{data / 'dvornik.sqlite3'}"
    made = Installation(data, address, "http://127.0.0.1:9", {"DVORNIK_MODEL": str(tmp_path / "model")})
    made.run("page", "add", "--network", "vk", "--external-id", "77", "--title", "Т", "--secret", "s")
    made.run("token", "create", "--role", "admin", "--name", "Имя")
    with closing(sqlite3.connect(data / "dvornik.sqlite3")) as base, base:
        base.execute("UPDATE page SET title = ?", [HOSTILE])
        base.execute("UPDATE account SET name = ?, post = ?", [HOSTILE, HOSTILE])
    return made


COMMANDS: list[Callable[[str], tuple[str, ...]]] = [
    lambda _: ("page", "list"),
    lambda _: ("page", "list", "--json"),
    lambda page: ("page", "show", page),
    lambda page: ("page", "show", page, "--json"),
    lambda page: ("page", "check", page),
    lambda _: ("token", "list"),
    lambda _: ("token", "list", "--json"),
    lambda _: ("check", HOSTILE),
    lambda _: ("check", HOSTILE, "--json"),
    lambda _: ("check", "x", "--policy", HOSTILE),
    lambda _: ("page", "show", HOSTILE),
    lambda _: (HOSTILE,),
    lambda _: ("page", "list", f"--{HOSTILE}"),
]


def test_no_command_prints_what_moves_a_terminal(place: Installation) -> None:
    """Titles, names, texts and the command line itself come back with their control characters made harmless."""
    page = json.loads(place.run("page", "list", "--json").stdout)
    number = (page["items"] if isinstance(page, dict) else page)[0]["id"]
    for command in COMMANDS:
        arguments = command(number)
        done = forked.run(arguments, place.environment(), stdin="", timeout=START_SECONDS)
        assert "Traceback" not in done.stderr, arguments
        assert not _MOVES.search(done.stdout + done.stderr), (
            arguments,
            ascii(_MOVES.search(done.stdout + done.stderr)),
        )


def test_bytes_that_are_no_text_are_told_of(place: Installation) -> None:
    """Arguments in another encoding end in one clear line, not in a trace, and are stored nowhere."""
    broken = "а\udcff\udc80"
    for arguments in (
        ("check", broken),
        ("page", "add", "--network", "vk", "--external-id", "78", "--title", broken),
        ("page", "add", "--network", "vk", "--external-id", "78", "--title", "Т", "--secret", broken),
        ("token", "create", "--role", "viewer", "--name", broken),
        ("page", "show", broken),
        ("check", "x", "--policy", broken),
        (broken,),
    ):
        done = forked.run(arguments, place.environment(), stdin="", timeout=START_SECONDS)
        assert done.returncode in {1, 2}, (arguments, done.stdout)
        [complaint] = [line for line in done.stderr.splitlines() if not line.startswith("Внимание: ")]
        assert complaint.startswith("Ошибка: ")
        assert "внутренняя" not in done.stderr, (arguments, done.stderr)


def test_json_for_machines_is_harmless_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What JSON itself lets stand is written as an escape, and read back it is the same."""
    as_json({"title": HOSTILE})
    printed = capsys.readouterr().out

    assert json.loads(printed) == {"title": HOSTILE}
    assert not _MOVES.search(printed)
    assert not _MOVES.search(visible(HOSTILE))
