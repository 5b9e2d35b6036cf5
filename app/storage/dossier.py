"""Reads what a dossier holds beside the decision itself: all states of the text, evidence, persons' posts."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlmodel import Session, col

from app.storage.tables import Account, Evidence, PolicyVersion, Revision, RevisionBody

_names = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class TextState:
    """One state of the text; `text` None = erased or withheld, `digest` says nothing once the salt is erased."""

    id: int
    number: int
    act: str
    received_at: int
    digest: str
    text: str | None
    segments_json: str
    attachments: tuple[str, ...]
    erased_at: int | None


def all_texts(session: Session, comment_id: int) -> tuple[TextState, ...]:
    """Every state of a comment's text, the first one first."""
    query = (
        select(Revision, RevisionBody)
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Revision.id))
        .where(col(Revision.comment_id) == comment_id)
        .order_by(col(Revision.number))
    )
    return tuple(_state(revision, body) for revision, body in session.execute(query))


def _state(revision: Revision, body: RevisionBody | None) -> TextState:
    return TextState(
        id=revision.id,
        number=revision.number,
        act=revision.act,
        received_at=revision.received_at,
        digest=revision.digest,
        text=body.text if body else None,
        segments_json=body.segments_json if body else "[]",
        attachments=_names(body.attachments_json) if body else (),
        erased_at=body.erased_at if body else None,
    )


def evidence_about(session: Session, comment_id: int) -> tuple[Evidence, ...]:
    """Raw events and the networks' answers about a comment, the first one first."""
    query = select(Evidence).where(col(Evidence.comment_id) == comment_id).order_by(col(Evidence.id))
    return tuple(session.scalars(query))


def posts_of(session: Session, names: Iterable[str]) -> dict[str, str]:
    """The posts of accounts, by name; '' where nobody has entered one."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    query = select(col(Account.name), col(Account.post)).where(col(Account.name).in_(wanted))
    return {row[0]: row[1] for row in session.execute(query)}


def policy_source(session: Session, version_id: int) -> tuple[str, str, int]:
    """Source, name and version of a policy's text."""
    query = select(col(PolicyVersion.source), col(PolicyVersion.name), col(PolicyVersion.version)).where(
        col(PolicyVersion.id) == version_id
    )
    source, name, version = session.execute(query).one()
    return source, name, version
