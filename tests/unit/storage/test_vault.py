"""Keys that are made on first start."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.domain.errors import ConfigurationError
from app.storage.vault import journal_key, key_from, read_journal_key

STARTERS = 6


def test_processes_that_start_at_one_moment_agree_on_one_key(tmp_path: Path) -> None:
    """Each offers a key of its own; all get the same one, whole, readable by its owner alone."""
    for round_ in range(50):
        file = tmp_path / str(round_) / "encryption.key"
        together = Barrier(STARTERS)

        def start(number: int, file: Path = file, together: Barrier = together) -> bytes:
            together.wait()
            return key_from("", file, b"key-%d" % number)

        with ThreadPoolExecutor(STARTERS) as pool:
            keys = set(pool.map(start, range(STARTERS)))
        assert keys == {file.read_bytes()}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert list(file.parent.iterdir()) == [file]


def test_an_empty_key_file_is_refused(tmp_path: Path) -> None:
    """What was sealed with the lost key would be lost silently."""
    file = tmp_path / "encryption.key"
    file.touch()

    with pytest.raises(ConfigurationError, match="файл пуст"):
        key_from("", file, b"new")


def test_a_key_in_the_settings_leaves_no_file(tmp_path: Path) -> None:
    """It is kept where the office keeps its secrets."""
    assert key_from("given", tmp_path / "keys" / "encryption.key", b"new") == b"given"
    assert not list(tmp_path.iterdir())


def test_a_short_journal_key_is_refused_unseen(tmp_path: Path) -> None:
    """The variable is named, the value is not; padding does not make a key longer."""
    for short in ("s3cr3t", "s3cr3t" + " " * 40):
        with pytest.raises(ConfigurationError, match=r"DVORNIK_JOURNAL_KEY.*32") as refusal:
            journal_key(short, tmp_path)
        assert "s3cr3t" not in str(refusal.value)
    assert journal_key("k" * 32, tmp_path).secret == b"k" * 32


def test_a_journal_key_that_may_not_be_made_is_missed(tmp_path: Path) -> None:
    """The refusal names the file and leaves none behind; the key that is there is read again under the same name."""
    with pytest.raises(ConfigurationError, match=r"journal\.key.*journal new-key"):
        journal_key("", tmp_path, may_make=False)
    assert not list(tmp_path.iterdir())
    made = journal_key("", tmp_path)
    assert journal_key("", tmp_path, may_make=False) == made
    assert read_journal_key(tmp_path / "keys" / "journal.key") == made
