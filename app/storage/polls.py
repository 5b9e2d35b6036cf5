"""Which pages are asked for events, which process asks for which of them, and where each stands.

Leases use the database's clock. A process that holds more than its share loses some to one that holds less; until it
notices, both ask, and only the holder moves the cursor.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, false, func, or_, true, update
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.storage.outbox import database_now
from app.storage.tables import Page, Poll

_SECOND: Final = 1_000_000


class Way(NamedTuple):
    """A network and an intake whose pages are asked for; `shared` = one page of a connection is asked for all."""

    network: str
    intake: str
    shared: bool = False


class HeldPoll(NamedTuple):
    """A page that a process asks for, and where it stood when it was read."""

    page_id: int
    connection_id: int
    network: str
    intake: str
    external_id: str
    server: str
    key_enc: str | None
    cursor: str
    due_at: int
    in_trouble: bool


def is_idle(session: Session, ways: Collection[Way]) -> bool:
    """Whether no page is to be asked for, and none was."""
    wanted = exists().where(_is_polled(ways))
    return not session.exec(select(wanted | exists().where(col(Poll.page_id) != 0))).one()


def sync(session: Session, ways: Collection[Way]) -> None:
    """A row for each page that is to be asked for, and for no other: an old cursor would mean nothing later.

    Pages of networks that this process does not know are other processes'. A page that asks for all of a bot from here
    on begins where the one before it has stood.
    """
    of_others = col(Page.network).not_in({way.network for way in ways}) & col(Page.removed_at).is_(None)
    kept = exists().where(col(Page.id) == col(Poll.page_id), or_(_is_polled(ways), of_others))
    left = _left(session, kept, ways)
    session.execute(delete(Poll).where(~kept))
    missing = sql_select(col(Page.id), col(Page.connection_id), col(Page.network), col(Page.intake)).where(
        _is_polled(ways), ~exists().where(col(Poll.page_id) == col(Page.id))
    )
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        Poll(page_id=page_id, **left.get((connection, network, intake), {})).model_dump()
        for page_id, connection, network, intake in session.execute(missing.order_by(col(Page.id)))
    ]
    if rows:
        session.execute(insert(Poll).on_conflict_do_nothing(), rows)


def _left(
    session: Session, kept: ColumnElement[bool], ways: Collection[Way]
) -> dict[tuple[int, str, str], dict[str, Any]]:
    """Where pages stand that ask for their bots no more, by connection, network and intake."""
    shared = {way.network for way in ways if way.shared}
    if not shared:
        return {}
    place = (Poll.server, Poll.key_enc, Poll.cursor, Poll.polled_at)
    columns: tuple[Any, ...] = (Page.connection_id, Page.network, Page.intake, *place)
    query = sql_select(*columns).join(Page, col(Page.id) == col(Poll.page_id))
    ending = list(session.exec(select(Poll.page_id).where(~kept)))
    found = session.execute(query.where(col(Poll.page_id).in_(ending), col(Page.network).in_(shared)))
    names = ("server", "key_enc", "cursor", "polled_at")
    return {(one[0], one[1], one[2]): dict(zip(names, one[3:], strict=True)) for one in found}


def claim(session: Session, owner: str, *, seconds: int, limit: int, ways: Collection[Way]) -> None:
    """Hold on to what is ours, take what nobody holds up to a fair share, and a share's rest from whoever has most."""
    _set_lease(session, col(Poll.lease_owner) == owner, owner, seconds)
    total = session.exec(select(func.count()).select_from(Poll)).one()
    shares = _shares(session)
    mine = shares.pop(owner, 0)
    fair, least = -(-total // (len(shares) + 1)), total // (len(shares) + 1)
    known = exists().where(col(Page.id) == col(Poll.page_id), _is_polled(ways))
    free = known & (col(Poll.lease_until) <= database_now(session))
    mine += _take(session, free, owner, seconds=seconds, count=min(fair, limit) - mine)
    if shares and mine < min(least, limit):
        richest = max(shares, key=lambda one: (shares[one], one))
        spare = min(min(least, limit) - mine, shares[richest] - least)
        _take(session, known & (col(Poll.lease_owner) == richest), owner, seconds=seconds, count=spare)


def held(session: Session, owner: str, ways: Collection[Way]) -> list[HeldPoll]:
    """What this process asks for."""
    columns: tuple[Any, ...] = (
        *(Poll.page_id, Page.connection_id, Page.network, Page.intake, Page.external_id),
        *(Poll.server, Poll.key_enc, Poll.cursor, Poll.due_at, col(Poll.trouble_began_at).is_not(None)),
    )
    # Plain columns: thousands of rows are read every few seconds.
    query = sql_select(*columns).join(Page, col(Page.id) == col(Poll.page_id))
    return [HeldPoll(*row) for row in session.execute(query.where(col(Poll.lease_owner) == owner, _is_polled(ways)))]


def lock_held(session: Session, owner: str, page_id: int) -> Poll | None:
    """A page's row until the transaction ends; None if somebody else holds it."""
    query = select(Poll).where(Poll.page_id == page_id, Poll.lease_owner == owner)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def note_heard(session: Session, owner: str, page_ids: Iterable[int], at: int) -> None:
    """The network answered for these pages and had nothing to tell."""
    session.execute(
        update(Poll).where(col(Poll.lease_owner) == owner, col(Poll.page_id).in_(page_ids)).values(polled_at=at),
        execution_options={"synchronize_session": False},
    )


def release(session: Session, owner: str) -> None:
    """Let others have all of ours at once."""
    _set_lease(session, col(Poll.lease_owner) == owner, "", 0)


def wake(session: Session, page_id: int) -> None:
    """Ask for a page soon, whatever it waits for: something about it was mended."""
    session.execute(
        update(Poll).where(col(Poll.page_id) == page_id).values(due_at=0),
        execution_options={"synchronize_session": False},
    )


def _is_polled(ways: Collection[Way]) -> ColumnElement[bool]:
    """Pages that are asked for; of those that share a bot the oldest one."""
    earlier = aliased(Page)
    first = ~exists().where(
        col(earlier.connection_id) == col(Page.connection_id),
        col(earlier.intake) == col(Page.intake),
        col(earlier.removed_at).is_(None),
        col(earlier.id) < col(Page.id),
    )
    known = [
        (col(Page.network) == way.network) & (col(Page.intake) == way.intake) & (first if way.shared else true())
        for way in sorted(ways)
    ]
    return col(Page.removed_at).is_(None) & or_(false(), *known)


def _shares(session: Session) -> dict[str, int]:
    """How many pages each living process holds."""
    query = select(Poll.lease_owner, func.count()).where(
        col(Poll.lease_until) > database_now(session), Poll.lease_owner != ""
    )
    return dict(session.exec(query.group_by(col(Poll.lease_owner))).all())


def _take(session: Session, where: ColumnElement[bool], owner: str, *, seconds: int, count: int) -> int:
    """Lease up to `count` of these rows, none that somebody works with at this moment; returns how many."""
    if count <= 0:
        return 0
    query = select(Poll.page_id).where(where).order_by(col(Poll.lease_until), col(Poll.page_id)).limit(count)
    found = list(session.exec(query.with_for_update(skip_locked=True)))
    for start in range(0, len(found), 1000):
        _set_lease(session, col(Poll.page_id).in_(found[start : start + 1000]), owner, seconds)
    return len(found)


def _set_lease(session: Session, where: ColumnElement[bool], owner: str, seconds: int) -> None:
    session.execute(
        update(Poll).where(where).values(lease_owner=owner, lease_until=database_now(session) + seconds * _SECOND),
        execution_options={"synchronize_session": False},
    )
