"""Entries of the register of official pages, and the pages behind them."""

from typing import Any, NamedTuple

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.storage.tables import Page, Poll, RegistryEntry


class Registered(NamedTuple):
    """An entry with its page, and when the network last answered about the page (microseconds)."""

    entry: RegistryEntry
    page: Page | None
    checked_at: int | None


def entries(
    session: Session, pages: frozenset[int] | None, *, after: int = 0, limit: int | None = None
) -> list[Registered]:
    """Entries in the order of their ids; `pages` are those that may be seen, None = every page and body."""
    columns: tuple[Any, ...] = (RegistryEntry, Page, Poll.polled_at, Page.managers_read_at)
    query = (
        sql_select(*columns)
        .join(Page, col(Page.id) == col(RegistryEntry.page_id), isouter=True)
        .join(Poll, col(Poll.page_id) == col(Page.id), isouter=True)
        .where(col(RegistryEntry.removed_at).is_(None), col(RegistryEntry.id) > after)
        .order_by(col(RegistryEntry.id))
    )
    if pages is not None:
        query = query.where(col(RegistryEntry.page_id).in_(pages))
    if limit is not None:
        query = query.limit(limit)
    return [
        Registered(entry, page, _last(polled, managers)) for entry, page, polled, managers in session.execute(query)
    ]


def entry_of(session: Session, entry_id: int) -> RegistryEntry | None:
    """An entry that stands in the register, locked."""
    found = session.get(RegistryEntry, entry_id, with_for_update=True, populate_existing=True)
    return None if found is None or found.removed_at is not None else found


def entry_of_page(session: Session, page_id: int) -> RegistryEntry | None:
    """A page's entry, locked, also one that was struck out."""
    query = select(RegistryEntry).where(RegistryEntry.page_id == page_id)
    return session.exec(query.with_for_update()).first()


def entry_without_page(session: Session, organisation: str, url: str, exempt_act: str) -> RegistryEntry | None:
    """The entry of a body without a page, or of a page that is not moderated here."""
    query = select(RegistryEntry).where(
        col(RegistryEntry.page_id).is_(None),
        col(RegistryEntry.removed_at).is_(None),
        RegistryEntry.organisation == organisation,
        RegistryEntry.url == url,
        RegistryEntry.exempt_act == exempt_act,
    )
    return session.exec(query.with_for_update()).first()


def page_with_address(session: Session, network: str, url: str) -> Page | None:
    """The page of this network whose entry names this very address."""
    query = (
        select(Page)
        .join(RegistryEntry, col(RegistryEntry.page_id) == col(Page.id))
        .where(col(Page.network) == network, col(Page.removed_at).is_(None), col(RegistryEntry.url) == url)
    )
    return session.exec(query.order_by(col(Page.id)).limit(1)).first()


def enter_page(session: Session, ids: IdSource, page_id: int, at: int) -> RegistryEntry:
    """A page stands in the register from the moment it is added; one that comes back has what was known of it."""
    entry = entry_of_page(session, page_id)
    if entry is None:
        entry = RegistryEntry(id=ids(), page_id=page_id, reviewed_at=None, created_at=at, changed_at=at)
    entry.removed_at, entry.changed_at = None, at
    session.add(entry)
    return entry


def strike_page(session: Session, page_id: int, at: int) -> None:
    """A page that is no longer moderated leaves the register."""
    entry = entry_of_page(session, page_id)
    if entry is not None:
        entry.removed_at = entry.changed_at = at
        session.add(entry)


def _last(*instants: int | None) -> int | None:
    return max((at for at in instants if at is not None), default=None)
