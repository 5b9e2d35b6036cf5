"""The list of what a backup holds, signed with the journal's key, so that a changed, lost or added file shows."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from app.domain.errors import ConfigurationError
from app.journal.seal import Seal
from app.storage.vault import JournalKey

NAME: Final = "manifest.json"
DATABASE, MODELS, SEALS = "database", "models", "seals"
#: Raised when an older program could no longer read what a newer one writes.
FORMAT: Final = 1
_BLOCK: Final = 1 << 20
_canonical: Final = msgspec.json.Encoder(order="sorted").encode


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup; `path` is relative to it, with slashes on every system."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was copied, when and by which program; `rows` by table, `seal` = where the journal ended at that moment."""

    format: int
    made_at: str
    program: str
    #: `sqlite` or `postgresql`; a backup goes back into the engine that it comes from.
    engine: str
    #: The revision of the database's schema.
    schema: str
    rows: dict[str, int]
    files: list[File]
    #: Public names of the keys that were here; the keys themselves are in no backup.
    encryption_keys: list[str]
    seal: Seal
    mac: str = ""


def signed(manifest: Manifest, key: JournalKey) -> Manifest:
    """The manifest with its signature."""
    return msgspec.structs.replace(manifest, mac=_mac(manifest, key))


def is_signed_with(manifest: Manifest, key: JournalKey) -> bool:
    """Whether whoever held this key made the manifest."""
    return hmac.compare_digest(_mac(manifest, key).encode(), manifest.mac.encode("utf-8", "replace"))


def written(manifest: Manifest) -> bytes:
    """The text of its file."""
    return msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"


def read(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        ConfigurationError: there is none, or it is not one that this version can read.
    """
    file = folder / NAME
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except OSError as error:
        raise ConfigurationError(f"{file}: ожидается опись копии, а файл не читается: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ConfigurationError(f"{file}: ожидается опись копии, которую сделала эта программа") from None
    if manifest.format != FORMAT:
        raise ConfigurationError(f"{file}: копию сделала более новая программа, эта её не прочитает")
    return manifest


def listed(folder: Path) -> list[File]:
    """Every file under a folder with its digest, in the order of their paths."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [_described(folder, path) for path in files]


def check_files(folder: Path, files: Sequence[File]) -> None:
    """See that every listed file is there and whole, and that none has come beside them.

    Raises:
        ConfigurationError: it is not so; the first such file is named.
    """
    try:
        found = {file.path: file for file in listed(folder) if file.path != NAME}
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: файл копии не читается: {error.strerror}") from error
    wanted = {file.path: file for file in files}
    for path in sorted(wanted.keys() | found.keys()):
        if wanted.get(path) != found.get(path):
            raise ConfigurationError(f"{folder / path}: копия испорчена: {_wrong(path, wanted, found)}")


def under(files: Iterable[File], part: str) -> list[PurePosixPath]:
    """The paths of one part of a backup, relative to that part."""
    return [PurePosixPath(file.path).relative_to(part) for file in files if PurePosixPath(file.path).parts[0] == part]


def _wrong(path: str, wanted: dict[str, File], found: dict[str, File]) -> str:
    if path not in found:
        return "файла нет"
    return "файл изменён" if path in wanted else "такого файла в описи нет"


def _described(folder: Path, path: Path) -> File:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return File(path.relative_to(folder).as_posix(), size, digest.hexdigest())


def _mac(manifest: Manifest, key: JournalKey) -> str:
    """Told apart from an entry's digest and a seal's by its first words."""
    body = _canonical(msgspec.structs.replace(manifest, mac=""))
    return hmac.new(key.secret, b"dvornik backup\x1f" + body, hashlib.sha256).hexdigest()
