"""Folders and files that hold people's words and keys: for their owner alone, refused where nothing can be written."""

import os
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


def write_once(file: Path, data: bytes) -> None:
    """Make a file appear whole, for its owner alone and only once, whoever else is just making it.

    Raises:
        FileExistsError: there is such a file; it stays as it is.
        OSError: it cannot be written.
    """
    # Only its owner may read a temporary file of this kind.
    descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    finally:
        Path(draft).unlink()
