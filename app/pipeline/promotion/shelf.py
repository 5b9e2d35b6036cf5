"""The shelf of promoted models: folders `models/<version>` in the data folder, and a file that says which is in use.

A copy appears under its name only when it is whole, and the pointer is replaced in one step: whatever kills the
process, either the old model is in use or the new one. The shipped model is not on the shelf and is never touched.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Final

import msgspec

from app.domain.clock import SECOND
from app.domain.errors import ConfigurationError
from app.pipeline.models import open_model
from app.storage.folders import private_folder
from model.artefact import MANIFEST, Arrays, Artefact

_POINTER: Final = "current.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: Read by people, and not checked: they are copied where they are there.
_BESIDE: Final = ("CARD.md", "report.html")
#: A copy that was begun longer ago has no process any more.
_ABANDONED_SECONDS: Final = 3600
_FIRST_OF_DIGEST: Final = 8


class Standing(msgspec.Struct, frozen=True):
    """A model that was put in use; `folder` is its name on the shelf, '' = the shipped one.

    `reason` are the words with which somebody overruled the checks, '' where they agreed.
    """

    folder: str
    version: str
    digest: str
    at: int
    by: str
    reason: str = ""


class _Pointer(msgspec.Struct, frozen=True):
    """What stands in the file: the models that were put in use one after another, the last is the present one.

    `version` is the present one's, which may be the shipped one's.
    """

    version: str
    history: list[Standing] = []


class Shelf:
    """The promoted models of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "models"

    def folder(self) -> Path | None:
        """Where the model in use lies; None = it is the shipped one.

        Raises:
            ConfigurationError: the pointer is broken.
        """
        history = self.history()
        return self.place(history[-1]) if history and history[-1].folder else None

    def place(self, standing: Standing) -> Path:
        """The folder of a model that was put in use."""
        return self._root / standing.folder

    def history(self) -> Sequence[Standing]:
        """The models that were put in use, the present one last; empty where none ever was.

        Raises:
            ConfigurationError: the pointer is broken.
        """
        pointer = self._read()
        return () if pointer is None else tuple(pointer.history)

    def version(self) -> str | None:
        """The version that the next start judges with; None where no model was ever promoted.

        Raises:
            ConfigurationError: the pointer is broken.
        """
        pointer = self._read()
        return None if pointer is None else pointer.version

    def check(self, artefact: Artefact, history: Sequence[Standing] | None = None) -> None:
        """See that an artefact that was read from the shelf is the one that was put there last.

        Raises:
            ConfigurationError: somebody has put another one in its place.
        """
        known = self.history() if history is None else history
        if known and known[-1].folder and known[-1].digest != artefact.manifest.digest:
            raise ConfigurationError(
                f"модель не годится: {self.place(known[-1])}: ожидается модель {known[-1].digest[:12]}, которую ввели "
                "в действие, а там другая; верните её или выполните `dvornik promote --rollback`"
            )

    def put(self, source: Path, artefact: Artefact, now: int) -> str:
        """Copy a checked artefact onto the shelf and check the copy; returns its folder's name. `now` in microseconds.

        Raises:
            ConfigurationError: its version is no name for a folder, or the source has changed meanwhile.
        """
        name = artefact.manifest.version
        if not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"модель не годится: {source / MANIFEST}: ожидается версия из латинских букв и цифр: {name!r}"
            )
        private_folder(self._root)
        self._sweep(now)
        for candidate in (name, f"{name}-{artefact.manifest.digest[:_FIRST_OF_DIGEST]}"):
            if not (self._root / candidate).exists():
                self._copy(source, artefact, candidate)
                return candidate
            with suppress(ConfigurationError):
                if open_model(self._root / candidate).manifest.digest == artefact.manifest.digest:
                    return candidate
        raise ConfigurationError(
            f"{self._root / candidate}: ожидается место для модели, а папка занята или испорчена: уберите её"
        )

    def switch(self, history: Sequence[Standing], version: str) -> None:
        """Replace the pointer: the last of `history`, of this version, is in use from the next start on."""
        private_folder(self._root)
        content = msgspec.json.format(msgspec.json.encode(_Pointer(version, list(history))))
        descriptor, draft = tempfile.mkstemp(prefix=f".{_POINTER}.", dir=self._root)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).replace(self._pointer)
        finally:
            Path(draft).unlink(missing_ok=True)
        _sync(self._root)

    @property
    def _pointer(self) -> Path:
        return self._root / _POINTER

    def _read(self) -> _Pointer | None:
        try:
            content = self._pointer.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._broken(error.strerror or "а он не читается") from error
        try:
            pointer = msgspec.json.decode(content, type=_Pointer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._broken("а в нём что-то другое") from None
        if not all(_NAME.fullmatch(one.folder) for one in pointer.history if one.folder):
            raise self._broken("а в нём не имя папки")
        return pointer

    def _copy(self, source: Path, artefact: Artefact, name: str) -> None:
        draft = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".part", dir=self._root))
        try:
            beside = [one for one in _BESIDE if (source / one).is_file()]
            for file in (MANIFEST, *(f"{one.name}.npy" for one in fields(Arrays)), *beside):
                _copy_file(source / file, draft / file)
            _check_copy(source, draft, artefact)
            _sync(draft)
            draft.rename(self._root / name)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        _sync(self._root)

    def _sweep(self, now: int) -> None:
        """Clear copies away that a killed process left half-made."""
        for draft in self._root.glob(".*.part"):
            with suppress(OSError):
                if now / SECOND - draft.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(draft)

    def _broken(self, found: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self._pointer}: ожидается запись о введённой модели, {found}; верните файл из копии или удалите его: "
            "тогда работает модель из поставки"
        )


def _check_copy(source: Path, draft: Path, artefact: Artefact) -> None:
    """What was checked is what was copied."""
    if open_model(draft).manifest.digest != artefact.manifest.digest:
        raise ConfigurationError(f"модель не годится: {source}: файлы изменились, пока их копировали")


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as reading, target.open("xb") as writing:
        shutil.copyfileobj(reading, writing)
        writing.flush()
        os.fsync(writing.fileno())


def _sync(folder: Path) -> None:
    """Make new names durable, where the system lets a folder be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
