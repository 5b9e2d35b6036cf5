"""Queries over browsers that are signed in and the links that sign them in."""

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.storage.tables import Account, ApiToken, DeskSession, SignInLink


def session_by_hash(session: Session, digest: str) -> tuple[DeskSession, ApiToken, Account] | None:
    """A browser's session that nobody has ended and whose token is good at present."""
    query = (
        select(DeskSession, ApiToken, Account)
        .join(ApiToken, col(ApiToken.id) == col(DeskSession.api_token_id))
        .join(Account, col(Account.id) == col(DeskSession.account_id))
        .where(
            col(DeskSession.secret_hash) == digest,
            col(DeskSession.ended_at).is_(None),
            col(ApiToken.revoked_at).is_(None),
        )
    )
    return session.exec(query).first()


def link_by_hash(session: Session, digest: str) -> tuple[SignInLink, ApiToken] | None:
    """A link and the token that it stands for, locked, so that nobody else uses it meanwhile."""
    query = (
        select(SignInLink, ApiToken)
        .join(ApiToken, col(ApiToken.id) == col(SignInLink.api_token_id))
        .where(col(SignInLink.secret_hash) == digest, col(ApiToken.revoked_at).is_(None))
        .with_for_update()
    )
    return session.exec(query).first()


def good_tokens(session: Session, name: str) -> list[ApiToken]:
    """An account's tokens that were not revoked, the newest first."""
    query = (
        select(ApiToken)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .where(col(Account.name) == name, col(ApiToken.revoked_at).is_(None))
        .order_by(col(ApiToken.id).desc())
    )
    return list(session.exec(query))


def mark_seen(session: Session, number: int, at: int) -> None:
    """The browser has just asked for something."""
    session.execute(update(DeskSession).where(col(DeskSession.id) == number).values(seen_at=at))


def end_sessions(session: Session, at: int, *, account_id: int) -> int:
    """End every session of an account; how many there were."""
    statement = (
        update(DeskSession)
        .where(
            col(DeskSession.account_id) == account_id,
            col(DeskSession.ended_at).is_(None),
            col(DeskSession.expires_at) > at,
        )
        .values(ended_at=at)
        .returning(col(DeskSession.id))
    )
    return len(session.execute(statement).all())


def forget_old(session: Session, before: int) -> None:
    """Delete sessions and links that had run out by `before`: nothing refers to them."""
    session.execute(delete(DeskSession).where(col(DeskSession.expires_at) < before))
    session.execute(delete(SignInLink).where(col(SignInLink.expires_at) < before))
