"""Copies an installation that runs: database, promoted models and seals; never a key."""

import hashlib
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
import structlog

from app.domain.clock import Clock, rfc3339
from app.domain.errors import InvalidInputError
from app.journal.chain import Entry, append
from app.journal.seal import head_seals, make_seal
from app.pipeline.backup import manifest as listing
from app.pipeline.backup.manifest import DATABASE, FORMAT, MODELS, NAME, SEALS, Manifest
from app.storage.dump import dump
from app.storage.folders import flush
from app.storage.session import Database
from app.storage.vault import JournalKey, Vault

_log = structlog.get_logger()
#: What a process is still writing has such a name.
_UNFINISHED: Final = "."


@dataclass(frozen=True, slots=True)
class Made:
    """A backup, where it lies, and the digest of its manifest, which the journal keeps."""

    folder: Path
    manifest: Manifest
    sha256: str

    @property
    def size(self) -> int:
        """Bytes of all its files but the manifest."""
        return sum(file.size for file in self.manifest.files)


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied, of whichever revision its schema is, and the keys that stay behind."""

    database: Database
    data_dir: Path
    key: JournalKey
    vault: Vault


def make_backup(source: Source, clock: Clock, target: Path, *, by: str) -> Made:
    """Make a folder that holds a consistent copy; it appears under its name when it is whole, and the journal says so.

    Raises:
        InvalidInputError: there is such a folder already, or it cannot be made.
        ConfigurationError: there is nothing to copy, or the database is damaged.
    """
    target = target.absolute()
    draft = _draft(target)
    try:
        # Seals first: one that is newer than the copied journal would seem to prove that its tail was cut.
        _copy_folder(source.data_dir / SEALS, draft / SEALS)
        made = _copy(source, clock.now(), draft)
        _copy_folder(source.data_dir / MODELS, draft / MODELS)
        made = listing.signed(_with_files(made, draft), source.key)
        data = listing.written(made)
        (draft / NAME).write_bytes(data)
        _make_durable(draft)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    flush(target.parent)
    digest = hashlib.sha256(data).hexdigest()
    with source.database.write() as session:
        body = {"by": by, "sha256": digest, "rows": sum(made.rows.values())}
        append(session, source.key, [Entry("backup_made", None, body)], clock.now())
    _log.info("backup_made", sha256=digest)
    return Made(target, made, digest)


def _draft(target: Path) -> Path:
    """A folder of its owner's alone beside the place where the copy is to be."""
    if target.exists():
        raise InvalidInputError(str(target), "ожидается имя новой папки, а такая уже есть")
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.mkdir(mode=0o700)
        for part in (DATABASE, MODELS, SEALS):
            (draft / part).mkdir(mode=0o700)
    except FileExistsError:
        raise InvalidInputError(
            str(draft), "ожидается свободное место: копия туда уже пишется или прервана, тогда удалите эту папку"
        ) from None
    except OSError as error:
        raise InvalidInputError(
            str(target), f"ожидается папка, в которую можно писать копию: {error.strerror}"
        ) from error
    return draft


def _copy(source: Source, at: int, draft: Path) -> Manifest:
    with dump(source.database, draft / DATABASE) as made:
        return Manifest(
            format=FORMAT,
            made_at=rfc3339(at),
            program=version("dvornik"),
            engine=source.database.engine.dialect.name,
            schema=made.schema,
            rows=dict(made.rows),
            files=[],
            encryption_keys=list(source.vault.key_names),
            seal=make_seal(head_seals(made.session), at, source.key),
        )


def _with_files(made: Manifest, draft: Path) -> Manifest:
    return msgspec.structs.replace(made, files=listing.listed(draft))


def _copy_folder(source: Path, target: Path) -> None:
    """Copy what is finished; whatever is added meanwhile comes with the next backup."""
    if not source.is_dir():
        return
    # Files first: the one that says which model is in use names folders that were there before it.
    for path in _finished(source):
        if path.is_file():
            shutil.copyfile(path, target / path.name)
    for path in _finished(source):
        if path.is_dir():
            shutil.copytree(path, target / path.name)


def _finished(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(_UNFINISHED)]


def _make_durable(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        flush(path)
