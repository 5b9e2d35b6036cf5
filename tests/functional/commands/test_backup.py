"""`dvornik backup` and `dvornik restore`: what they take, what they refuse, what they say."""

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.pipeline.backup import restoring
from tests.functional.commands.conftest import Answer, Run, Shell
from tests.functional.forked import Forked
from tests.functional.running import START_SECONDS, Installation

PAGE = ("page", "add", "--network", "vk", "--external-id", "229000001", "--title", "Район")
SECRET = "marked-secret-of-a-page"


@dataclass(frozen=True)
class Original:
    """An installation with a page, a token and a seal, and a backup of it; tests change neither."""

    data: Path
    copy: Path
    told: Answer

    @property
    def keys(self) -> list[Path]:
        """The files that no backup holds."""
        return sorted((self.data / "keys").iterdir())


@pytest.fixture(scope="module")
def original(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Made once."""
    folder = tmp_path_factory.mktemp("original")
    data, copy = folder / "data", folder / "copy"

    def tell(*line: str, stdin: str = "") -> Answer:
        answer = shell.run(line, stdin, elsewhere(data))
        assert answer.code == 0, answer.err
        return answer

    tell(*PAGE, "--secret", "-", "--user-token", "-", stdin=f"{SECRET}\nmarked-token\n")
    tell("token", "create", "--role", "admin", "--name", "Анна")
    tell("journal", "seal")
    return Original(data, copy, tell("backup", str(copy)))


@pytest.fixture
def copy(original: Original, tmp_path: Path) -> Path:
    """The backup, for this test to spoil."""
    return shutil.copytree(original.copy, tmp_path / "copy")


@pytest.fixture
def restore(original: Original, tell: Run, tmp_path: Path, copy: Path) -> Callable[..., Answer]:
    """Restore into another data folder, with the keys of the first one in it unless the test says otherwise."""

    def restore(*options: str, keys: bool = True) -> Answer:
        data = tmp_path / "new"
        if keys:
            shutil.copytree(original.data / "keys", data / "keys", dirs_exist_ok=True)
        return tell("restore", str(copy), *options, **elsewhere(data))

    return restore


def elsewhere(data: Path) -> dict[str, str]:
    return {"DVORNIK_DATA_DIR": str(data), "DVORNIK_DATABASE_URL": f"sqlite:///{data / 'dvornik.sqlite3'}"}


def test_it_says_that_the_keys_are_not_inside(original: Original) -> None:
    """Which files to keep apart is named with their places; no key and no secret stands in any file of the copy."""
    secrets = [SECRET.encode(), b"marked-token", *(key.read_bytes().strip() for key in original.keys)]
    files = [file for file in original.copy.rglob("*") if file.is_file()]

    assert "Ключей в ней нет" in original.told.out
    assert all(str(key) in original.told.out for key in original.keys)
    assert not [file for file in files if any(secret in file.read_bytes() for secret in secrets)]
    assert original.copy.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in files} >= {file.name for file in (original.data / "seals").iterdir()}


def test_a_restored_installation_is_whole_and_waits(
    restore: Callable[..., Answer], tell: Run, tmp_path: Path, copy: Path
) -> None:
    """The page and its secrets are there, sending is paused, the journal says so and fits the seals that came with it.

    Folders that were empty may be lost on the way of a copy.
    """
    (copy / "models").rmdir()
    answer = restore()
    there = elsewhere(tmp_path / "new")

    assert answer.code == 0, answer.err
    assert "на паузе" in answer.out
    [page] = json.loads(tell("page", "list", "--json", **there).out)
    assert page["external_id"] == "229000001"
    told = json.loads(tell("journal", "verify", "--json", **there).out)
    assert (told["ok"], told["sealed_at"] is not None) == (True, True)
    assert {"restored_from_backup", "paused"} <= _journalled(tmp_path / "new")
    assert _is_paused(tmp_path / "new")


def _die() -> None:
    """The machine stops when the database is there and nothing else has been done."""
    restoring.settle = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)


def test_a_restoring_that_is_cut_off_sends_nothing(original: Original, place: Installation, tmp_path: Path) -> None:
    """There is no moment at which the restored database stands without the pause."""
    data, nowhere = tmp_path / "new", Path(os.devnull)
    shutil.copytree(original.data / "keys", data / "keys")
    killed = Forked(
        ("restore", str(original.copy)),
        place.environment() | elsewhere(data),
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        fault=_die,
    )

    assert killed.wait(timeout=START_SECONDS) == -signal.SIGKILL
    assert _is_paused(data)


def _is_paused(data: Path) -> bool:
    with closing(sqlite3.connect(data / "dvornik.sqlite3")) as database:
        row = database.execute("SELECT paused_at IS NOT NULL, paused_by FROM control").fetchone()
    return bool(row == (1, "cli"))


def test_a_check_changes_nothing(restore: Callable[..., Answer], tmp_path: Path) -> None:
    """`--check` tells that a copy is sound and makes no database."""
    answer = restore("--check")

    assert (answer.code, "цела" in answer.out) == (0, True)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["keys"]


def _change(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def _forge(file: Path) -> None:
    manifest = json.loads(file.read_text())
    manifest["rows"]["account"] += 1
    file.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("file", "spoil", "said"),
    [
        ("database/dvornik.sqlite3", _change, "файл изменён"),
        ("database/dvornik.sqlite3", Path.unlink, "файла нет"),
        ("models/extra", Path.touch, "такого файла в описи нет"),
        ("manifest.json", _forge, "подпись копии не сходится"),
        ("manifest.json", lambda file: file.write_text("{}"), "ожидается опись копии"),
        ("manifest.json", Path.unlink, "ожидается опись копии"),
    ],
)
def test_a_spoilt_copy_is_refused(
    restore: Callable[..., Answer], copy: Path, tmp_path: Path, file: str, spoil: Callable[[Path], object], said: str
) -> None:
    """A changed, lost or added file and a changed list are each named, and no database appears."""
    spoil(copy / file)
    answer = restore()

    assert (answer.code, said in answer.err) == (1, True), answer.err
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["keys"]


def test_other_keys_are_refused_before_anything_is_written(
    original: Original, restore: Callable[..., Answer], tell: Run, tmp_path: Path
) -> None:
    """Without keys, and with those of another installation, one line says which key must come back from where."""
    without = restore(keys=False)
    assert without.code == 1
    assert "keys/journal.key" in without.err
    assert "--new-journal-key" in without.err
    other = tmp_path / "other"
    assert tell("page", "list", **elsewhere(other)).code == 0
    shutil.copytree(other / "keys", tmp_path / "new" / "keys")

    assert "копия подписана ключом журнала" in restore(keys=False).err
    shutil.copyfile(original.data / "keys" / "journal.key", tmp_path / "new" / "keys" / "journal.key")
    assert "зашифрованы другим ключом" in restore(keys=False).err
    assert not (tmp_path / "new" / "dvornik.sqlite3").exists()


def test_lost_keys_do_not_lose_the_data(restore: Callable[..., Answer], tell: Run, tmp_path: Path) -> None:
    """With new keys the data come back; the change is journalled, and what no longer opens is counted."""
    answer = restore("--new-journal-key", "--new-encryption-key", "--json", keys=False)
    told = json.loads(answer.out)

    assert (answer.code, told["ok"]) == (1, False)
    assert told["unopened"] >= 2
    assert {"key_changed", "encryption_key_lost"} <= _journalled(tmp_path / "new")


def test_nothing_is_put_over_an_installation(
    original: Original, restore: Callable[..., Answer], copy: Path, tell: Run
) -> None:
    """A database, models or seals that are there stay as they are; a folder is never written over by a backup."""
    assert restore().code == 0
    again = restore()
    assert (again.code, "ожидается пустая установка" in again.err) == (1, True)
    over = tell("backup", str(copy), **elsewhere(original.data))
    assert (over.code, "ожидается имя новой папки" in over.err) == (2, True)


def test_a_restoring_that_fails_leaves_nothing(restore: Callable[..., Answer], tmp_path: Path) -> None:
    """A log beside the place of the database is named, and once it is away the same command works."""
    (tmp_path / "new").mkdir()
    left = tmp_path / "new" / "dvornik.sqlite3-wal"
    left.touch()
    answer = restore()
    assert (answer.code, str(left) in answer.err) == (1, True)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"keys", left.name}

    left.unlink()
    assert restore().code == 0


def test_there_must_be_something_to_copy(tell: Run, tmp_path: Path) -> None:
    """In the wrong folder a backup fails instead of making an empty installation and a copy of it."""
    data = tmp_path / "nowhere"
    answer = tell("backup", str(tmp_path / "copy"), **elsewhere(data))

    assert answer.code == 1
    assert not (tmp_path / "copy").exists()
    assert not (data / "dvornik.sqlite3").exists()
    assert not list(tmp_path.glob(".*.part"))


def test_a_copy_goes_into_its_own_engine(
    original: Original, tell: Run, empty_postgres_url: str, tmp_path: Path
) -> None:
    """A copy of SQLite is not for PostgreSQL: it is said before anything is written."""
    shutil.copytree(original.data / "keys", tmp_path / "keys")
    there = {"DVORNIK_DATA_DIR": str(tmp_path), "DVORNIK_DATABASE_URL": empty_postgres_url}
    answer = tell("restore", str(original.copy), **there)

    assert (answer.code, "копия сделана из базы sqlite" in answer.err) == (1, True)


def _journalled(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "dvornik.sqlite3")) as database:
        return {kind for (kind,) in database.execute("SELECT kind FROM journal")}
