"""Keys and what they protect: tokens encrypted at rest, fingerprints, the journal's key; made on first start."""

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from app.domain.errors import ConfigurationError
from app.storage.folders import private_folder, write_once

#: Shorter keys of the journal could be guessed; one that the house makes has 43 characters.
SHORTEST_JOURNAL_KEY: Final = 32
_NUMBER: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class JournalKey:
    """The key of the journal's chain and the public name under which entries refer to it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"JournalKey({self.id})"


class Vault:
    """Seals secrets with Fernet; a fingerprint finds a token again without opening anything."""

    def __init__(self, key: bytes) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            message = "DVORNIK_ENCRYPTION_KEY или keys/encryption.key: ожидается ключ Fernet, то есть 32 байта в base64"
            raise ConfigurationError(message) from error
        self._pepper = hashlib.sha256(b"dvornik fingerprint" + key).digest()

    def seal(self, plain: str) -> str:
        """Encrypted text, safe to store."""
        return self._fernet.encrypt(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            ConfigurationError: it was sealed with another key.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            message = "сохранённые ключи страниц не открываются: они зашифрованы другим ключом DVORNIK_ENCRYPTION_KEY"
            raise ConfigurationError(message) from None

    def fingerprint(self, plain: str) -> str:
        """A keyed digest: equal for equal secrets, useless to whoever reads the database."""
        return hmac.new(self._pepper, plain.encode(), hashlib.sha256).hexdigest()

    def number(self, plain: str) -> int:
        """The same as 63 bits, at a third of the cost: for an index over texts."""
        digest = hashlib.blake2b(plain.encode(), digest_size=8, key=self._pepper, person=b"text").digest()
        return int.from_bytes(digest) & _NUMBER


def key_from(setting: str, file: Path, make: bytes) -> bytes:
    """The key from the settings, else from its file, else `make`, written with mode 0600 for the next start."""
    if setting:
        return setting.encode()
    if not file.exists():
        private_folder(file.parent)
        # Several processes may start at one moment, all with a key to offer: the first one's holds.
        with suppress(FileExistsError):
            write_once(file, make)
    return _read_key(file)


def _read_key(file: Path) -> bytes:
    key = file.read_bytes().strip()
    if not key:
        message = (
            f"{file}: ожидается ключ, а файл пуст; верните его из копии или удалите, если им ещё ничего не зашифровано"
        )
        raise ConfigurationError(message)
    return key


def open_vault(setting: str, data_dir: Path) -> Vault:
    """The vault of this installation."""
    return Vault(key_from(setting, data_dir / "keys" / "encryption.key", Fernet.generate_key()))


def journal_key(setting: str, data_dir: Path, *, may_make: bool = True) -> JournalKey:
    """The journal's key of this installation; without `may_make` a missing file is an error and stays missing.

    Raises:
        ConfigurationError: the setting is too short to be a key, or there is no key and none may be made.
    """
    if setting and len(setting.strip()) < SHORTEST_JOURNAL_KEY:
        raise ConfigurationError(f"DVORNIK_JOURNAL_KEY: ожидается ключ не короче {SHORTEST_JOURNAL_KEY} знаков")
    file = data_dir / "keys" / "journal.key"
    if not (setting or may_make or file.exists()):
        message = (
            f"в журнале есть записи, а ключа, которым они подписаны, нет: верните файл {file} из копии или задайте"
            " DVORNIK_JOURNAL_KEY; если ключа больше нет, остановите сервис и выполните `dvornik journal new-key`"
        )
        raise ConfigurationError(message)
    return journal_key_of(key_from(setting, file, secrets.token_urlsafe(32).encode()))


def read_journal_key(file: Path) -> JournalKey:
    """A key that was kept elsewhere; OSError if it cannot be read.

    Raises:
        ConfigurationError: the file is empty.
    """
    return journal_key_of(_read_key(file))


def journal_key_of(secret: bytes) -> JournalKey:
    """The key with its public name."""
    return JournalKey(id=hashlib.sha256(b"dvornik journal" + secret).hexdigest()[:16], secret=secret)


def hash_token(token: str) -> str:
    """How an API token is stored: its entropy is 256 bits, so one plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
