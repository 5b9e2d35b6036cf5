"""Keeps what fingerprints are keyed with: sealed in the database, so that it outlives every encryption key."""

from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.domain.errors import ConfigurationError
from app.storage.sealed import one_of_each
from app.storage.tables import Control
from app.storage.vault import Vault

_OTHER_KEY: Final = (
    "эта база зашифрована другим ключом: верните прежний из копии в DVORNIK_ENCRYPTION_KEY или в файл"
    " keys/encryption.key папки данных (у всех машин с общей базой он один); если прежнего ключа больше нет,"
    " остановите сервис и выполните `dvornik keys lost`"
)


def has_sealed(session: Session) -> bool:
    """Whether the database holds anything that an encryption key has sealed."""
    return next(one_of_each(session), None) is not None


def keep_pepper(session: Session, vault: Vault) -> Vault:
    """The vault with the pepper of this database, which is stored if there is none yet.

    Raises:
        ConfigurationError: the database was sealed with another key.
    """
    # Locked, so that processes that start together agree on one.
    query = select(Control.pepper_enc).where(Control.id == 1).with_for_update()
    sealed = session.exec(query).one()
    if sealed is not None:
        return vault.with_pepper(_opened(vault, sealed))
    _refuse_other_key(session, vault)
    stored = vault.seal(vault.pepper.hex())
    session.execute(update(Control).where(col(Control.id) == 1).values(pepper_enc=stored))
    return vault


def _opened(vault: Vault, sealed: str) -> bytes:
    try:
        return bytes.fromhex(vault.open(sealed))
    except ConfigurationError:
        raise ConfigurationError(_OTHER_KEY) from None


def _refuse_other_key(session: Session, vault: Vault) -> None:
    """A pepper that is derived from a stranger's key would change every fingerprint there is."""
    seen = [vault.opener(one.value) for one in one_of_each(session)]
    if seen and not any(seen):
        raise ConfigurationError(_OTHER_KEY)
