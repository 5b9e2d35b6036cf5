"""The encryption keys of an installation: the newest one seals, older ones still open, a changed file is read again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.domain.errors import ConfigurationError
from app.storage.folders import replace_whole

_log: Final = structlog.get_logger()
#: What tells one state of a file from another: which file, when it was written, how long it is.
_Mark = tuple[int, int, int]


def new_key() -> bytes:
    """A key that nobody has seen."""
    return Fernet.generate_key()


def key_name(key: bytes) -> str:
    """A public name: enough to tell keys apart, useless for opening anything."""
    return hashlib.sha256(b"dvornik encryption" + key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Held:
    """Keys as they were read at one moment, the newest first."""

    keys: tuple[bytes, ...]
    each: tuple[Fernet, ...]
    all: MultiFernet
    mark: _Mark | None


class KeyRing:
    """Keys from a setting, which stay as they are, or from a file, which is read again when it has changed."""

    def __init__(self, source: bytes | Path) -> None:
        """`source` is the setting's text, or the file with one key a line."""
        self._file = source if isinstance(source, Path) else None
        self._held = _read(source) if isinstance(source, Path) else _held(source, None)

    @property
    def file(self) -> Path | None:
        """Where the keys are kept; None = in a setting."""
        return self._file

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys, the newest first."""
        return self._held.keys

    def renew(self) -> None:
        """Read the file again if it has changed; one that is broken changes nothing. Any thread may call it."""
        if self._file is None:
            return
        try:
            if _mark(self._file) != self._held.mark:
                self._held = _read(self._file)
        except (OSError, ConfigurationError) as error:
            _log.error("encryption_key_file_unreadable", error=type(error).__name__)

    def seal(self, plain: bytes) -> bytes:
        """Encrypt with the newest key of all, also if another process has just put it there."""
        self.renew()
        return self._held.all.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt with whichever key fits.

        Raises:
            InvalidToken: none does.
        """
        held = self._held
        try:
            return held.all.decrypt(sealed)
        except InvalidToken:
            self.renew()
            # Another thread may have been the one that read the file again.
            if self._held is held:
                raise
            return self._held.all.decrypt(sealed)

    def opener(self, sealed: bytes) -> bytes | None:
        """The key that opens it, the newest one that does; None = none."""
        held = self._held
        for key, fernet in zip(held.keys, held.each, strict=True):
            try:
                fernet.decrypt(sealed)
            except InvalidToken:
                continue
            return key
        return None

    def write(self, keys: tuple[bytes, ...]) -> None:
        """Put other keys into the file, the newest first.

        Raises:
            ConfigurationError: the keys are in a setting, or the file cannot be written.
        """
        if self._file is None:
            raise ConfigurationError("ключи шифрования заданы в DVORNIK_ENCRYPTION_KEY: менять их нужно там")
        try:
            replace_whole(self._file, b"\n".join(keys) + b"\n")
        except OSError as error:
            raise ConfigurationError(
                f"{self._file}: ожидается файл ключей, который можно заменить, сохранив владельца: {error.strerror}"
            ) from error
        self.renew()


def _read(file: Path) -> _Held:
    # The mark is taken first: what changes while the file is read is read again the next time.
    mark = _mark(file)
    return _held(file.read_bytes(), mark)


def _held(text: bytes, mark: _Mark | None) -> _Held:
    keys = tuple(dict.fromkeys(text.replace(b",", b" ").split()))
    try:
        each = tuple(Fernet(key) for key in keys)
        return _Held(keys, each, MultiFernet(each), mark)
    except ValueError as error:
        message = (
            "DVORNIK_ENCRYPTION_KEY или keys/encryption.key: ожидается ключ Fernet, то есть 32 байта в base64;"
            " если ключей несколько, новый стоит первым, в настройке через запятую, в файле по одному в строке"
        )
        raise ConfigurationError(message) from error


def _mark(file: Path) -> _Mark:
    state = file.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size
