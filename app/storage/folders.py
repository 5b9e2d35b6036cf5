"""Folders that hold people's words and keys: made for their owner alone, refused when nothing can be written there."""

import tempfile
from pathlib import Path

from app.domain.errors import ConfigurationError


def private_folder(folder: Path) -> None:
    """Make the folder if it is not there; one that is there keeps its mode.

    Raises:
        ConfigurationError: it cannot be made or written to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Asking for permission is not enough: a file system that is mounted read-only lets everybody "write".
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"{folder}: ожидается папка, в которую сервис может писать (DVORNIK_DATA_DIR, DVORNIK_DATABASE_URL): "
            f"{error.strerror}"
        ) from error
