"""Queries over policy versions: rows that are added and never changed."""

from typing import Final

from sqlmodel import Session, col, select

from app.storage.tables import Page, PolicyVersion

#: No column holds a larger number; a driver refuses one with an error of its own.
_VERSIONS: Final = 1 << 31


def newest(session: Session, name: str) -> PolicyVersion | None:
    """The version of a policy that is in force."""
    query = (
        select(PolicyVersion)
        .where(col(PolicyVersion.name) == name)
        .order_by(col(PolicyVersion.version).desc())
        .limit(1)
    )
    return session.exec(query).first()


def version_of(session: Session, name: str, version: int) -> PolicyVersion | None:
    """One version of a policy."""
    if not 0 < version < _VERSIONS:
        return None
    query = select(PolicyVersion).where(col(PolicyVersion.name) == name, col(PolicyVersion.version) == version)
    return session.exec(query).first()


def versions(session: Session) -> list[PolicyVersion]:
    """Every version of every policy, by name, the newest first."""
    query = select(PolicyVersion).order_by(col(PolicyVersion.name), col(PolicyVersion.version).desc())
    return list(session.exec(query))


def pages_under(session: Session, name: str) -> list[Page]:
    """The pages that follow a policy."""
    query = select(Page).where(col(Page.policy_name) == name, col(Page.removed_at).is_(None)).order_by(col(Page.id))
    return list(session.exec(query))
