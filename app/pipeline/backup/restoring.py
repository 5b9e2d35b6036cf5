"""Puts a backup into an empty installation, and sees whether everything is there that was copied."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, col

from app.domain.errors import ConfigurationError
from app.journal.chain import Entry, append
from app.journal.verify import Report, verify
from app.pipeline.backup.manifest import (
    DATABASE,
    MODELS,
    SEALS,
    Manifest,
    check_files,
    is_signed_with,
)
from app.pipeline.house import House
from app.storage.dump import load
from app.storage.sealed import portion, sealed_columns
from app.storage.session import NEWER, Database, known_revisions
from app.storage.tables import Control, DeskSession
from app.storage.vault import JournalKey, Vault


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands after a restoring: the journal's verification, sealed secrets, and how many of them do not open."""

    journal: Report
    secrets: int
    unopened: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found; entries of a key that was given up are as they were left."""
        return self.journal.may_be_sealed and not self.unopened


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that are at hand; None = it is lost, and whoever restores goes on with a new one."""

    journal: JournalKey | None
    vault: Vault | None


def check_backup(folder: Path, manifest: Manifest, keys: Keys) -> None:
    """See that a backup is as it was made and that the keys fit; without the journal's key only digests are compared.

    Raises:
        ConfigurationError: it was made with other keys, is forged or damaged, or a newer program has made it.
    """
    _check_keys(folder, manifest, keys)
    if manifest.schema not in known_revisions():
        raise ConfigurationError(NEWER)
    check_files(folder, manifest.files)


def _check_keys(folder: Path, manifest: Manifest, keys: Keys) -> None:
    key, vault = keys.journal, keys.vault
    if key is not None and manifest.seal.key_id != key.id:
        raise ConfigurationError(
            f"копия подписана ключом журнала {manifest.seal.key_id}, а здесь ключ {key.id}: верните прежний ключ в"
            " keys/journal.key или в DVORNIK_JOURNAL_KEY; если его больше нет, добавьте --new-journal-key"
        )
    if key is not None and not is_signed_with(manifest, key):
        raise ConfigurationError(f"{folder}: подпись копии не сходится: её изменили после того, как она сделана")
    if vault is not None and not set(vault.key_names) & set(manifest.encryption_keys):
        raise ConfigurationError(
            "секреты в копии зашифрованы другим ключом: верните прежний ключ в keys/encryption.key или в"
            " DVORNIK_ENCRYPTION_KEY; если его больше нет, добавьте --new-encryption-key"
        )


def put_back(folder: Path, manifest: Manifest, database: Database, data_dir: Path, *, at: int, by: str) -> None:
    """Fill an empty installation; its database comes last, so that an interrupted restoring leaves none.

    What was decided, undone or sent after the backup is not known here. So the database appears with sending paused
    and with no session of the console: nothing goes out before somebody has looked.

    Raises:
        ConfigurationError: the installation is not empty, or its database is of another engine.
    """
    if database.engine.dialect.name != manifest.engine:
        raise ConfigurationError(
            f"копия сделана из базы {manifest.engine}, а DVORNIK_DATABASE_URL называет {database.engine.dialect.name}"
        )
    for part in (MODELS, SEALS):
        if any((data_dir / part).glob("*")):
            raise ConfigurationError(
                f"{data_dir / part}: ожидается пустая установка, а в папке есть файлы. Возьмите другую папку данных;"
                " если файлы остались от прерванного восстановления, удалите их"
            )
    try:
        for part in (MODELS, SEALS):
            # Whatever carried the copy here may have left empty folders behind.
            if (folder / part).is_dir():
                shutil.copytree(folder / part, data_dir / part, dirs_exist_ok=True, copy_function=shutil.copyfile)
        load(database, folder / DATABASE, manifest.schema, manifest.rows, also=lambda session: _hold(session, at, by))
    except BaseException:
        for part in (MODELS, SEALS):
            shutil.rmtree(data_dir / part, ignore_errors=True)
        raise


def _hold(session: Session, at: int, by: str) -> None:
    session.execute(update(Control).where(col(Control.paused_at).is_(None)).values(paused_at=at, paused_by=by))
    session.execute(update(DeskSession).where(col(DeskSession.ended_at).is_(None)).values(ended_at=at))


def settle(house: House, manifest: Manifest, *, by: str) -> Restored:
    """Record the restoring and the pause that came with it; then verify."""
    with house.database.write() as session:
        body = {"by": by, "backup_at": manifest.seal.at, "schema": manifest.schema}
        entries = [Entry("restored_from_backup", None, body), Entry("paused", None, {"by": by})]
        append(session, house.journal_key, entries, house.clock.now())
    report = verify(house.database, house.journal_key, manifest.seal.heads)
    with house.database.read() as session:
        secrets, unopened = _sealed(session, house.vault)
    return Restored(report, secrets, unopened)


def _sealed(session: Session, vault: Vault) -> tuple[int, int]:
    """How many values are sealed, and how many of them this vault does not open."""
    secrets = unopened = 0
    for table, column in sealed_columns():
        found = portion(session, table, column, -1)
        while found:
            secrets += len(found)
            unopened += sum(vault.opener(one.value) is None for one in found)
            found = portion(session, table, column, found[-1].row)
    return secrets, unopened
