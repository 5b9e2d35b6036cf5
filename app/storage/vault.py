"""Keys and what they protect: tokens encrypted at rest, fingerprints, the journal's key; made on first start."""

import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import InvalidToken

from app.domain.errors import ConfigurationError
from app.storage.folders import private_folder, write_once
from app.storage.keyring import KeyRing, key_name, new_key

#: Shorter keys of the journal could be guessed; one that the house makes has 43 characters.
SHORTEST_JOURNAL_KEY: Final = 32
#: How long another process may take from making a key's file to filling it, seconds.
PATIENCE: Final = 0.5
_NUMBER: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class JournalKey:
    """The key of the journal's chain and the public name under which entries refer to it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"JournalKey({self.id})"


class Vault:
    """Seals secrets with Fernet; a fingerprint finds a token again without opening anything.

    Fingerprints and numbers are keyed with the pepper, not with the encryption keys: these change, numbers on papers
    do not. Without a pepper it is derived from the oldest key.
    """

    def __init__(self, keys: bytes | KeyRing, pepper: bytes | None = None) -> None:
        self.ring = keys if isinstance(keys, KeyRing) else KeyRing(keys)
        self.pepper = pepper or hashlib.sha256(b"dvornik fingerprint" + self.ring.keys[-1]).digest()

    def with_pepper(self, pepper: bytes) -> "Vault":
        """The same keys beside another pepper."""
        return Vault(self.ring, pepper)

    def seal(self, plain: str) -> str:
        """Encrypted text, safe to store."""
        return self.ring.seal(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed; if no key fits, the file of keys is looked at again.

        Raises:
            ConfigurationError: it was sealed with another key.
        """
        try:
            return self.ring.open(sealed.encode()).decode()
        except InvalidToken:
            message = "сохранённые ключи страниц не открываются: они зашифрованы другим ключом DVORNIK_ENCRYPTION_KEY"
            raise ConfigurationError(message) from None

    def opener(self, sealed: str) -> str | None:
        """The public name of the key that it is sealed with; None = it does not open."""
        key = self.ring.opener(sealed.encode())
        return None if key is None else key_name(key)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The public names of the encryption keys, the one that seals first."""
        return tuple(key_name(key) for key in self.ring.keys)

    def fingerprint(self, plain: str) -> str:
        """A keyed digest: equal for equal secrets, useless to whoever reads the database."""
        return hmac.new(self.pepper, plain.encode(), hashlib.sha256).hexdigest()

    def number(self, plain: str) -> int:
        """The same as 63 bits, at a third of the cost: for an index over texts."""
        digest = hashlib.blake2b(plain.encode(), digest_size=8, key=self.pepper, person=b"text").digest()
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
    end = time.monotonic() + PATIENCE
    while not key and time.monotonic() < end:
        # Where there are no hard links the file is there a moment before the key is in it.
        time.sleep(0.01)
        key = file.read_bytes().strip()
    if not key:
        message = (
            f"{file}: ожидается ключ, а файл пуст; верните его из копии или удалите, если им ещё ничего не зашифровано"
        )
        raise ConfigurationError(message)
    return key


def open_vault(setting: str, data_dir: Path, *, may_make: bool = True) -> Vault:
    """The vault of this installation; without `may_make` a missing file is an error and stays missing.

    Raises:
        ConfigurationError: it is no key, or there is no key and none may be made.
    """
    if setting.strip():
        return Vault(setting.encode())
    file = data_dir / "keys" / "encryption.key"
    if not (may_make or file.exists()):
        message = (
            f"в базе есть то, что зашифровано, а ключа нет: верните файл {file} из копии или задайте"
            " DVORNIK_ENCRYPTION_KEY; если ключа больше нет, остановите сервис и выполните `dvornik keys lost`"
        )
        raise ConfigurationError(message)
    key_from("", file, new_key())
    return Vault(KeyRing(file))


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
