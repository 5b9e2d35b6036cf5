"""Queries over accounts and their tokens."""

from collections.abc import Collection
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.domain.words import Role
from app.storage.tables import Account, ApiToken, Page

PERSON = "person:"
_pages: Final = msgspec.json.Decoder(list[int]).decode


def is_id(number: int) -> bool:
    """Whether a number can be one of our ids; a driver refuses a larger one with an error of its own."""
    return 0 < number < 1 << 63


def account_named(session: Session, name: str) -> Account | None:
    """The account of this name."""
    return session.exec(select(Account).where(col(Account.name) == name)).first()


def token_by_hash(session: Session, digest: str) -> tuple[ApiToken, Account] | None:
    """A token that is good at present, and whose it is. The index finds the digest, so no secret is compared."""
    query = (
        select(ApiToken, Account)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .where(col(ApiToken.token_hash) == digest, col(ApiToken.revoked_at).is_(None))
    )
    return session.exec(query).first()


def all_tokens(session: Session) -> list[tuple[ApiToken, Account]]:
    """Every token with its account, the oldest first; revoked ones too."""
    query = (
        select(ApiToken, Account).join(Account, col(Account.id) == col(ApiToken.account_id)).order_by(col(ApiToken.id))
    )
    return list(session.exec(query))


def known_pages(session: Session, pages: frozenset[int]) -> frozenset[int]:
    """Those of `pages` that exist and were not removed."""
    query = select(Page.id).where(col(Page.id).in_(filter(is_id, pages)), col(Page.removed_at).is_(None))
    return frozenset(session.exec(query))


def actor(session: Session, by: str) -> str:
    """Who acts, as the journal may keep it: an account's id in place of a person's name."""
    if not by.startswith(PERSON):
        return by
    account = account_named(session, by.removeprefix(PERSON))
    return f"{PERSON}{account.id}" if account else f"{PERSON}unknown"


def roles_on_page(session: Session, account_id: int, page_id: int) -> frozenset[Role]:
    """What an account may do on a page by its living tokens."""
    query = select(ApiToken.role, ApiToken.pages_json).where(
        col(ApiToken.account_id) == account_id, col(ApiToken.revoked_at).is_(None)
    )
    return frozenset(Role(role) for role, pages in session.exec(query) if _covers(pages, page_id))


def others_with_role(session: Session, account_id: int, page_id: int, roles: Collection[Role]) -> bool:
    """Whether anybody but this account has a living token of one of these roles for the page."""
    query = select(ApiToken.pages_json).where(
        col(ApiToken.account_id) != account_id,
        col(ApiToken.role).in_([str(role) for role in roles]),
        col(ApiToken.revoked_at).is_(None),
    )
    return any(_covers(pages, page_id) for pages in session.exec(query))


def others_with_post(session: Session, account_id: int, page_id: int, roles: Collection[Role]) -> bool:
    """Whether anybody but this account holds a post in the office and a living token of one of these roles."""
    query = (
        select(ApiToken.pages_json)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .where(
            col(Account.id) != account_id,
            col(Account.post) != "",
            col(ApiToken.role).in_([str(role) for role in roles]),
            col(ApiToken.revoked_at).is_(None),
        )
    )
    return any(_covers(pages, page_id) for pages in session.exec(query))


def _covers(pages: str | None, page_id: int) -> bool:
    return pages is None or page_id in _pages(pages)
