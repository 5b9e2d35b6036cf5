"""How the service starts, what it refuses, and what other packages add to the command."""

import json
import socket
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import httpx
import pytest
import typer

from app.commands.tree import build
from tests.fakes.artefact import write_artefact
from tests.functional.running import DVORNIK, Installation


def test_an_old_schema_on_postgresql_is_refused_with_the_cure(empty_postgres_url, tmp_path, artefact):
    """`serve` does not touch a database that others may use; `migrate` does, and says so; twice does no harm."""
    place = Installation(tmp_path, empty_postgres_url, "http://127.0.0.1:9", {"DVORNIK_MODEL": str(artefact)})
    refused = subprocess.run(
        [DVORNIK, "serve", "--port", "0"],
        env=place.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert refused.returncode == 1
    assert "dvornik migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "обновлена" in place.run("migrate").stdout
    assert "уже соответствует" in place.run("migrate").stdout
    assert place.json("page", "list") == []


def test_a_taken_port_is_named(run):
    """The line says which address and why it cannot be had, and the exit code is that of any problem."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        answer = run("serve", "--port", port)

    assert answer.code == 1
    assert answer.err == (
        f"Ошибка: --host 127.0.0.1 --port {port}: ожидается свободный адрес этой машины (порт занят другой программой)\n"
    )


def test_a_wrong_model_stops_several_processes_once(run, tmp_path):
    """One line and the end, where each process would die of it and be started again, for ever."""
    answer = run("serve", "--port", "0", "--workers", "2", DVORNIK_MODEL=str(tmp_path / "nowhere"))

    assert answer.code == 1
    assert answer.err.startswith("Ошибка: модель не годится: ")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("where", ["a file", "a system's folder"])
def test_a_data_folder_that_cannot_be_written_is_named(run, tmp_path, where):
    """One line says which folder, what it must be, and where it is set."""
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    folder = in_the_way / "data" if where == "a file" else Path("/proc/self")
    answer = run("page", "list", DVORNIK_DATABASE_URL="", DVORNIK_DATA_DIR=str(folder))

    assert answer.code == 1
    assert answer.err.startswith(f"Ошибка: {folder}: ожидается папка, в которую сервис может писать (DVORNIK_DATA_DIR")


def test_the_data_folder_is_its_owners_alone(run, place):
    """The database holds people's words: nobody else on the machine may look into the folder that is made for it."""
    assert run("page", "list").code == 0
    assert {folder.stat().st_mode & 0o777 for folder in (place.data_dir, place.data_dir / "keys")} == {0o700}


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("arguments", [["--help"], ["page", "add", "--help"], ["score", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    """Neither the database's library nor the web's is loaded to show what there is, and the model's only to list all."""
    program = (
        f"import sys; sys.argv = ['dvornik', *{arguments}]\n"
        "from app.cli import main\n"
        "code = main()\n"
        "heavy = {'sqlalchemy', 'joblib', 'fastapi', 'httpx', 'sklearn', 'alembic'}\n"
        "heavy |= {'numpy', 'pymorphy3'} if sys.argv[2:] else set()\n"
        "sys.exit(f'{code} {sorted(heavy & set(sys.modules))}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert done.stderr.strip() == "0 []"


def test_a_command_in_the_wrong_folder_says_that_it_has_begun_a_new_database(run, place):
    """Once, and not on the output that a program reads; a key given out there would never work elsewhere."""
    first, second = run("token", "list"), run("token", "list")

    assert "Создана новая база данных" in first.err
    assert str(place.data_dir) in first.err
    assert not second.err


def test_other_packages_add_commands(monkeypatch, capsys):
    """An entry point of the group gets the tree and registers what it has."""
    module = type(sys)("extra_commands")

    def register(app):
        app.command("hello")(lambda: typer.echo("привет"))

    module.register = register
    monkeypatch.setitem(sys.modules, "extra_commands", module)
    build([EntryPoint("extra", "extra_commands:register", "dvornik.commands")])(
        ["hello"], prog_name="dvornik", standalone_mode=False
    )

    assert capsys.readouterr().out == "привет\n"


def test_a_scored_file_holds_what_the_model_said(tmp_path):
    """The scores in the file are the artefact's own, to the last digit."""
    from model.scorer import Scorer

    scorer = Scorer(write_artefact(tmp_path / "model"))
    place = Installation(
        tmp_path / "data",
        f"sqlite:///{tmp_path / 'd.sqlite3'}",
        "http://127.0.0.1:9",
        {"DVORNIK_MODEL": str(tmp_path / "model")},
    )
    found = json.loads(place.run("score", "-", "-", stdin='{"id": 1, "text": "дорога и дурак"}\n').stdout)

    assert found["scores"] == scorer.score("дорога и дурак")._asdict()
