"""Keys that are made on first start."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.domain.errors import ConfigurationError
from app.storage.vault import key_from

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
