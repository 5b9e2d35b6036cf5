"""Remembers every artefact that has judged, so that an old decision names its model."""

from typing import Protocol

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.pipeline.house import House
from app.storage.tables import ModelVersion


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
