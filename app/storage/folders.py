"""Folders and files that hold people's words and keys: for their owner alone, refused where nothing can be written."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.domain.errors import ConfigurationError


def private_folder(folder: Path) -> None:
    """Make the folder, and those above it, where they are not there; one that is there keeps its mode.

    Raises:
        ConfigurationError: it cannot be made or written to.
    """
    try:
        # Given a mode, `mkdir` leaves those above to the umask: a data folder made for its keys would be open to all.
        for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        # Asking for permission is not enough: a file system that is mounted read-only lets everybody "write".
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"{folder}: ожидается папка, в которую сервис может писать (DVORNIK_DATA_DIR, DVORNIK_DATABASE_URL): "
            f"{error.strerror}"
        ) from error


def write_once(file: Path, data: bytes, *, link: Callable[[Path, Path], None] = os.link) -> None:
    """Make a file appear whole, for its owner alone and only once, whoever else is just making it.

    Raises:
        FileExistsError: there is such a file; it stays as it is.
        OSError: it cannot be written.
    """
    draft = _draft(file, data)
    try:
        link(draft, file)
    except FileExistsError:
        raise
    except OSError:
        # A memory stick or a network share knows no hard links.
        _create(file, data)
    finally:
        draft.unlink()


def replace_whole(file: Path, data: bytes) -> None:
    """Put other contents into a file at one stroke: a reader sees the old or the new; owner and mode stay.

    Raises:
        OSError: it cannot be written, or its owner could not read it afterwards; it stays as it was.
    """
    draft = _draft(file, data)
    try:
        _give_to_owner_of(file, draft)
        draft.replace(file)
    except BaseException:
        draft.unlink()
        raise
    flush(file.parent)


def _draft(file: Path, data: bytes) -> Path:
    # Only its owner may read a temporary file of this kind.
    descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            _put(stream.fileno(), data)
    except BaseException:
        Path(draft).unlink()
        raise
    return Path(draft)


def _create(file: Path, data: bytes) -> None:
    """The next best thing: made by one process only, but there a moment before it is full."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        _put(descriptor, data)
    except BaseException:
        file.unlink()
        raise
    finally:
        os.close(descriptor)


def _put(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def _give_to_owner_of(file: Path, draft: Path) -> None:
    """A key that root writes must stay the service's own."""
    was, made = file.stat(), draft.stat()
    if hasattr(os, "chown") and (was.st_uid, was.st_gid) != (made.st_uid, made.st_gid):
        os.chown(draft, was.st_uid, was.st_gid)
    draft.chmod(was.st_mode & 0o777)


def flush(path: Path) -> None:
    """Bring a file or a folder to the disk, so that it outlives a power cut."""
    # Windows opens no folders; there the file system keeps the order by itself.
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
