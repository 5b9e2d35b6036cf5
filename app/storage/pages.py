"""Queries over pages, their connections and their tokens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, literal_column, or_, tuple_, update
from sqlmodel import Session, col, func, select

from app.domain.rereading import KEY, MARK
from app.domain.states import CANCELLABLE, ActionState
from app.storage.accounts import is_id
from app.storage.tables import Action, Capability, Connection, Credential, Decision, Journal, Page, SeenEvent

#: How many of the newest deliveries are looked at for a page's last sign of life; keeps the list quick at any size.
RECENT_EVENTS = 5000
#: Literals, because a partial index serves only a condition that the planner can read.
_OPEN_STATES = "action.state IN ('proposed', 'pending', 'sending', 'manual', 'failed')"
_HELD = CANCELLABLE
_LARGEST_ID: Final = 2**63 - 1
_PERSON: Final = "person:"
_READ_AGAIN: Final = col(Decision.basis_json).contains(f'"{MARK}":true', autoescape=True)


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Which pages; None = whatever it is, `pages` None = every page."""

    pages: frozenset[int] | None = None
    network: str | None = None
    external_id: str | None = None
    mode: str | None = None
    policy: str | None = None
    intake: str | None = None


def page_of(session: Session, page_id: int, *, lock: bool = False) -> Page | None:
    """A page that was not removed; `lock` holds it until the transaction ends (PostgreSQL; SQLite has one writer)."""
    if not is_id(page_id):
        return None
    query = select(Page).where(col(Page.id) == page_id, col(Page.removed_at).is_(None))
    return session.exec(query.with_for_update() if lock else query).first()


def page_at(session: Session, network: str, external_id: str) -> Page | None:
    """The page with this id on this network, also a removed one."""
    query = select(Page).where(col(Page.network) == network, col(Page.external_id) == external_id)
    return session.exec(query).first()


def live_pages(session: Session, pages: frozenset[int] | None) -> list[Page]:
    """Pages in the order in which they were added; None = all of them."""
    return filtered_pages(session, PageFilter(pages))


def filtered_pages(
    session: Session, wanted: PageFilter, *, after: int | None = None, limit: int | None = None
) -> list[Page]:
    """Pages with ids above `after` in the order in which they were added; ids are made in the order of time."""
    query = select(Page).where(col(Page.removed_at).is_(None)).order_by(col(Page.id))
    if wanted.pages is not None:
        query = query.where(col(Page.id).in_(wanted.pages))
    if after is not None:
        query = query.where(col(Page.id) > after)
    for column, value in (
        (Page.network, wanted.network),
        (Page.external_id, wanted.external_id),
        (Page.mode, wanted.mode),
        (Page.policy_name, wanted.policy),
        (Page.intake, wanted.intake),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    return list(session.exec(query if limit is None else query.limit(limit)))


def pages_of_connection(session: Session, connection_id: int) -> list[Page]:
    """The pages that send through one connection."""
    query = select(Page).where(col(Page.connection_id) == connection_id, col(Page.removed_at).is_(None))
    return list(session.exec(query.order_by(col(Page.id))))


def pages_with(session: Session, ids: Iterable[int]) -> dict[int, Page]:
    """Pages by id, those that were taken away too."""
    return {page.id: page for page in session.exec(select(Page).where(col(Page.id).in_(list(ids))))}


def has_pages(session: Session, connection_id: int) -> bool:
    """Whether any page sends through a connection."""
    query = select(Page.id).where(col(Page.connection_id) == connection_id, col(Page.removed_at).is_(None))
    return session.exec(query.limit(1)).first() is not None


def connection_with(session: Session, network: str, slot: str, fingerprint: str) -> Connection | None:
    """The connection that owns this very token for all of its pages."""
    query = (
        select(Connection)
        .join(Credential, col(Credential.connection_id) == col(Connection.id))
        .where(
            col(Credential.fingerprint) == fingerprint,
            col(Credential.slot) == slot,
            col(Credential.page_id) == 0,
            col(Connection.network) == network,
        )
        .order_by(col(Connection.id))
        .limit(1)
    )
    return session.exec(query).first()


def credential_at(session: Session, connection_id: int, slot: str, page_id: int) -> Credential | None:
    """The token in one slot."""
    query = select(Credential).where(
        col(Credential.connection_id) == connection_id,
        col(Credential.slot) == slot,
        col(Credential.page_id) == page_id,
    )
    return session.exec(query).first()


def credentials_of(session: Session, connections: Iterable[int]) -> list[Credential]:
    """All tokens of some connections, in a stable order."""
    query = select(Credential).where(col(Credential.connection_id).in_(list(connections)))
    return list(session.exec(query.order_by(col(Credential.slot).desc(), col(Credential.id))))


def connections_of(session: Session, ids: Iterable[int]) -> dict[int, Connection]:
    """Connections by id."""
    query = select(Connection).where(col(Connection.id).in_(list(ids)))
    return {connection.id: connection for connection in session.exec(query)}


def drop_credentials(session: Session, ids: Iterable[int]) -> None:
    """Forget tokens and what was learned about them."""
    doomed = list(ids)
    session.execute(delete(Capability).where(col(Capability.credential_id).in_(doomed)))
    session.execute(delete(Credential).where(col(Credential.id).in_(doomed)))


def forget_lessons(session: Session, credentials: Iterable[int], page_id: int) -> int:
    """Forget which methods these tokens could not call, and what they may not do on this page; returns how many."""
    method = col(Capability.method)
    doomed = delete(Capability).where(
        col(Capability.credential_id).in_(list(credentials)),
        or_(~method.contains("@"), method.endswith(f"@{page_id}")),
    )
    return len(session.execute(doomed.returning(method)).all())


def forget_on_page(session: Session, page_id: int) -> None:
    """Forget what tokens may not do on this page: their rights have changed."""
    session.execute(delete(Capability).where(col(Capability.method).endswith(f"@{page_id}")))


def is_sending(session: Session, page_id: int) -> bool:
    """Whether a worker holds an action of the page at this moment."""
    query = select(Action.id).where(
        literal_column(_OPEN_STATES),
        col(Action.page_id) == page_id,
        col(Action.state) == ActionState.SENDING.value,
    )
    return session.exec(query.limit(1)).first() is not None


def move_actions(session: Session, page_id: int, connection_id: int) -> None:
    """Unsent actions go out through the page's new connection."""
    session.execute(
        update(Action)
        .where(col(Action.page_id) == page_id, col(Action.state).in_([state.value for state in _HELD]))
        .values(connection_id=connection_id)
    )


def held_actions(session: Session, page_id: int) -> list[tuple[int, int]]:
    """Actions of the page that nobody has sent yet, as (action, comment), in the order in which they are locked."""
    query = select(Action.id, Action.comment_id).where(
        literal_column(_OPEN_STATES),
        col(Action.page_id) == page_id,
        col(Action.state).in_([state.value for state in _HELD]),
    )
    return list(session.exec(query.order_by(col(Action.comment_id), col(Action.id))))


def open_action_counts(session: Session, pages: Sequence[Page]) -> dict[int, dict[str, int]]:
    """How many actions of each page are in each state that somebody may care about: page → state → count."""
    query = (
        select(Action.page_id, Action.state, func.count())
        .where(literal_column(_OPEN_STATES), col(Action.page_id).in_([page.id for page in pages]))
        .group_by(col(Action.page_id), col(Action.state))
    )
    counts: dict[int, dict[str, int]] = {}
    for page_id, state, count in session.exec(query):
        counts.setdefault(page_id, {})[state] = count
    return counts


def last_events(session: Session, pages: Sequence[Page]) -> dict[int, int]:
    """When each page was last heard of, in microseconds: its newest decision, or a delivery among the newest of all.

    Only what the network told us counts: neither a person's verdict nor what we went to read again ourselves.
    """
    recent = (
        select(SeenEvent.page_id, SeenEvent.received_at)
        .where(~col(SeenEvent.key).startswith(KEY))
        .order_by(col(SeenEvent.received_at).desc())
        .limit(RECENT_EVENTS)
        .subquery()
    )
    newest = select(recent.c.page_id, func.max(recent.c.received_at)).group_by(recent.c.page_id)
    heard: dict[int, int] = {row[0]: row[1] for row in session.execute(newest)}
    # The index (page_id, id) backwards, as a range: PostgreSQL could walk the primary key for an equality.
    place = tuple_(col(Decision.page_id), col(Decision.id))
    decided_at = (
        select(Decision.decided_at)
        .where(col(Decision.page_id) >= Page.id, place < tuple_(col(Page.id), _LARGEST_ID))
        .where(~col(Decision.decided_by).startswith(_PERSON), ~_READ_AGAIN)
        .order_by(col(Decision.page_id).desc(), col(Decision.id).desc())
        .limit(1)
        .correlate(Page)
        .scalar_subquery()
    )
    for page_id, decided in session.execute(
        select(Page.id, decided_at).where(col(Page.id).in_([page.id for page in pages]))
    ):
        if decided is not None:
            heard[page_id] = max(decided, heard.get(page_id, 0))
    return heard


def falls_to_review(session: Session, pages: Sequence[Page]) -> dict[int, int]:
    """When the machine itself took its hands off a page, in microseconds; not where a person has set the mode since."""
    fell = and_(col(Journal.kind) == "budget_exceeded", col(Journal.subject_id).in_([page.id for page in pages]))
    found = _newest_entries(session, fell)
    set_mode = and_(col(Journal.kind) == "page_changed", col(Journal.subject_id).in_(found))
    chosen = _newest_entries(session, and_(set_mode, col(Journal.body).contains('"mode":'))) if found else {}
    return {page_id: at for page_id, at in found.items() if chosen.get(page_id, -1) < at}


def _newest_entries(session: Session, wanted: ColumnElement[bool]) -> dict[int, int]:
    newest = select(Journal.subject_id, func.max(Journal.at)).where(wanted).group_by(col(Journal.subject_id))
    return {row[0]: row[1] for row in session.execute(newest)}
