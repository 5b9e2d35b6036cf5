"""Opens an artefact, and remembers every one that has judged, so that an old decision names its model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.domain.errors import ConfigurationError
from app.pipeline.house import House
from app.storage.tables import ModelVersion
from model.artefact import Artefact, load
from model.errors import ArtefactError, ArtefactIncompatibleError, ArtefactMissingError, ArtefactTamperedError

#: What is told about a folder that holds no usable model; the details stand in the error behind it.
_REFUSALS: Final[Mapping[type[ArtefactError], str]] = {
    ArtefactMissingError: "ожидается файл модели, а его нет или он не читается",
    ArtefactTamperedError: (
        "ожидается файл с суммой SHA-256 из manifest.json, а этот повреждён или изменён; верните модель из поставки"
    ),
    ArtefactIncompatibleError: (
        "ожидается модель для этой версии программы, а эта не подходит (подробно: DVORNIK_LOG_LEVEL=DEBUG)"
    ),
}


def open_model(folder: Path) -> Artefact:
    """The model in a folder, checked byte by byte.

    Raises:
        ConfigurationError: it is missing, was tampered with, or does not fit this version.
    """
    try:
        return load(folder)
    except ArtefactError as error:
        raise ConfigurationError(f"модель не годится: {error.path}: {_REFUSALS[type(error)]}") from error


class Named(Protocol):
    """What is remembered of an artefact's manifest."""

    @property
    def version(self) -> str:
        """The artefact's version."""
        ...

    @property
    def digest(self) -> str:
        """The artefact's SHA-256."""
        ...


def register_model(house: House, manifest: Named) -> int:
    """The id of the artefact's row; the first start with it makes the row."""
    with house.database.read() as session:
        known = _find(session, manifest.digest)
    if known is not None:
        return known
    try:
        with house.database.write() as session:
            row = ModelVersion(
                id=house.ids(),
                name="dvornik",
                version=manifest.version,
                digest=manifest.digest,
                first_used_at=house.clock.now(),
            )
            session.add(row)
            return row.id
    except IntegrityError:
        # Another process started with it at the same moment.
        with house.database.read() as session:
            return session.exec(select(ModelVersion.id).where(ModelVersion.digest == manifest.digest)).one()


def _find(session: Session, digest: str) -> int | None:
    return session.exec(select(ModelVersion.id).where(ModelVersion.digest == digest)).first()
