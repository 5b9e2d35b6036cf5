"""Queries of the outbox: which connection has work, who holds it, which action comes next."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, TextClause, and_, exists, literal_column, or_, text, true, tuple_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.domain.states import ActionState
from app.domain.words import ActionKind
from app.storage.tables import Action, Capability, Comment, Connection, Control, Credential, Page

_PENDING: Final = ActionState.PENDING.value
_SENDING: Final = ActionState.SENDING.value
#: A literal, the small index's own condition: SQLite sees no other way that what waits is in it.
_IS_DUE: Final[TextClause] = text("action.state IN ('pending', 'sending')")
_REMOVALS: Final = (ActionKind.DELETE_COMMENT.value, ActionKind.HIDE_COMMENT.value)


def database_now(session: Session) -> ColumnElement[int]:
    """The database's own clock in microseconds: leases must not depend on which machine's clock is wrong."""
    if session.get_bind().dialect.name == "postgresql":
        # Not the transaction's start: a claim may have waited for a lock.
        return literal_column("CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
    return literal_column("(CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000)")


def is_paused(session: Session) -> bool:
    """Whether all sending is stopped."""
    return session.exec(select(Control.paused_at).where(Control.id == 1)).one() is not None


def is_resting(session: Session, connection_id: int, now: int) -> bool:
    """Whether the network has told the connection to wait."""
    until = session.exec(select(Connection.paused_until).where(Connection.id == connection_id)).one()
    return until is not None and until > now


def _is_ready(now: int) -> ColumnElement[bool]:
    """An action that may be looked at: due, its page not paused, and no ban before its comment's removal."""
    removal = aliased(Action)
    first = exists().where(
        col(removal.comment_id) == col(Action.comment_id),
        col(removal.kind).in_(_REMOVALS),
        col(removal.state).in_((_PENDING, _SENDING)),
    )
    return and_(
        _IS_DUE,
        col(Action.state) == _PENDING,
        col(Action.due_at) <= now,
        or_(col(Action.kind) != ActionKind.BAN_AUTHOR.value, ~first),
        ~exists().where(col(Page.id) == col(Action.page_id), col(Page.paused_at).is_not(None)),
    )


def _is_free(session: Session, networks: Collection[str], now: int) -> ColumnElement[bool]:
    return and_(
        col(Connection.network).in_(networks),
        or_(col(Connection.paused_until).is_(None), col(Connection.paused_until) <= now),
        col(Connection.lease_until) <= database_now(session),
    )


def _has_work(now: int) -> ColumnElement[bool]:
    # What is `sending` on a connection that nobody holds was left behind by a dead worker.
    return exists().where(
        _IS_DUE, col(Action.connection_id) == col(Connection.id), or_(_is_ready(now), col(Action.state) == _SENDING)
    )


def free_connection_with_work(
    session: Session, networks: Collection[str], now: int, busy: Collection[int]
) -> int | None:
    """A connection that nobody holds and that has something to send; the one that has rested longest.

    `busy` are those that the caller still works with, whoever holds their leases.
    """
    query = select(Connection.id).where(_is_free(session, networks, now), _has_work(now))
    query = query.where(col(Connection.id).not_in(busy))
    return session.exec(query.order_by(col(Connection.lease_until), col(Connection.id)).limit(1)).first()


def free_connections_with_old_managers(
    session: Session, networks: Collection[str], now: int, *, read_before: int, after_id: int, limit: int
) -> list[int]:
    """Connections with a living token and a page whose managers were not read lately, in id order behind `after_id`."""
    old = exists().where(col(Page.connection_id) == col(Connection.id), is_old(read_before))
    alive = exists().where(col(Credential.connection_id) == col(Connection.id), col(Credential.dead_at).is_(None))
    query = select(Connection.id).where(_is_free(session, networks, now), old, alive, col(Connection.id) > after_id)
    return list(session.exec(query.order_by(col(Connection.id)).limit(limit)))


def is_old(read_before: int) -> ColumnElement[bool]:
    """A page in use whose managers were read before that instant, or never."""
    read_at = col(Page.managers_read_at)
    return and_(col(Page.removed_at).is_(None), or_(read_at.is_(None), read_at < read_before))


def take(
    session: Session, connection_id: int, owner: str, *, seconds: int, networks: Collection[str], now: int
) -> str | None:
    """Lease the connection if it is still free; returns its network, None if somebody was faster."""
    query = select(Connection.network).where(Connection.id == connection_id, _is_free(session, networks, now))
    network = session.exec(query.with_for_update(skip_locked=True)).first()
    if network is not None:
        _set_lease(session, col(Connection.id) == connection_id, owner, seconds)
    return network


def renew(session: Session, connection_id: int, owner: str, seconds: int) -> bool:
    """Hold the connection longer; False if somebody else has it.

    A lease that ran out and was taken by nobody is still ours.
    """
    return _set_lease(session, _held(connection_id, owner), owner, seconds)


def release(session: Session, connection_id: int, owner: str) -> bool:
    """Let others have the connection at once; the time of release stays as the place in the queue."""
    return _set_lease(session, _held(connection_id, owner), "", 0)


def _held(connection_id: int, owner: str) -> ColumnElement[bool]:
    return and_(col(Connection.id) == connection_id, col(Connection.lease_owner) == owner)


def _set_lease(session: Session, where: ColumnElement[bool], owner: str, seconds: int) -> bool:
    until = database_now(session) + seconds * 1_000_000
    changed = update(Connection).where(where).values(lease_owner=owner, lease_until=until)
    result: Any = session.execute(
        changed.returning(col(Connection.id)), execution_options={"synchronize_session": False}
    )
    return result.first() is not None


def next_ready(session: Session, connection_id: int, now: int) -> tuple[int, int] | None:
    """The action that comes next on a connection, as (action, comment): due longest, then oldest."""
    query = select(Action.id, Action.comment_id).where(Action.connection_id == connection_id, _is_ready(now))
    return session.exec(query.order_by(col(Action.due_at), col(Action.id)).limit(1)).first()


def left_behind(session: Session, connection_id: int) -> list[tuple[int, int]]:
    """Actions of a connection that are `sending`, as (action, comment), by comment."""
    query = select(Action.id, Action.comment_id).where(
        _IS_DUE, Action.connection_id == connection_id, Action.state == _SENDING
    )
    return list(session.exec(query.order_by(col(Action.comment_id), col(Action.id))))


def lock_comment(session: Session, comment_id: int) -> Comment | None:
    """The comment, locked until the transaction ends; always the first lock of whoever moves its actions."""
    return session.get(Comment, comment_id, with_for_update=True, populate_existing=True)


def lock_comments(session: Session, keys: Collection[tuple[str, str, str]], page_id: int) -> list[Comment]:
    """Several comments of a page by (kind, scope, external id), locked in the order in which everybody locks them."""
    place = tuple_(col(Comment.kind), col(Comment.scope), col(Comment.external_id))
    query = select(Comment).where(col(Comment.page_id) == page_id, place.in_(sorted(keys)))
    return list(
        session.exec(query.order_by(col(Comment.id)).with_for_update(), execution_options={"populate_existing": True})
    )


def lock_action(session: Session, action_id: int) -> Action | None:
    """The action as it is; its comment is locked already."""
    return session.get(Action, action_id, with_for_update=True, populate_existing=True)


def usable_credentials(session: Session, connection_id: int, page_id: int) -> list[Credential]:
    """Living tokens of a connection for a page: its own first, then the common ones."""
    query = select(Credential).where(
        Credential.connection_id == connection_id,
        col(Credential.page_id).in_((0, page_id)),
        col(Credential.dead_at).is_(None),
    )
    return list(session.exec(query.order_by(col(Credential.page_id).desc(), col(Credential.id))))


def has_dead_credential(session: Session, connection_id: int, page_id: int) -> bool:
    """Whether a token that a person could renew is missing on the page."""
    query = select(Credential.id).where(
        Credential.connection_id == connection_id,
        col(Credential.page_id).in_((0, page_id)),
        col(Credential.dead_at).is_not(None),
    )
    return session.exec(query.limit(1)).first() is not None


def is_known_trouble(session: Session, page_id: int, code: str) -> bool:
    """Whether another action of the page waits for the same reason already."""
    query = select(Action.id).where(Action.page_id == page_id, Action.state == _PENDING, Action.last_error == code)
    return session.exec(query.limit(1)).first() is not None


def blocked_methods(session: Session, credential_ids: Collection[int], now: int) -> dict[int, frozenset[str]]:
    """What each token was seen unable to do, as far as that is still believed."""
    query = select(Capability.credential_id, Capability.method).where(
        col(Capability.credential_id).in_(credential_ids), Capability.until_at > now
    )
    blocked: dict[int, frozenset[str]] = {}
    for credential, method in session.exec(query):
        blocked[credential] = blocked.get(credential, frozenset()) | {method}
    return blocked


def wake_waiting(session: Session, connection_id: int | None, waiting: Collection[str], now: int) -> int:
    """Make actions that wait for something due at once, because it has come; returns how many."""
    mine = true() if connection_id is None else col(Action.connection_id) == connection_id
    changed = (
        update(Action)
        .where(
            _IS_DUE, mine, col(Action.state) == _PENDING, col(Action.waiting_for).in_(waiting), col(Action.due_at) > now
        )
        .values(due_at=now)
    )
    result: Any = session.execute(changed.returning(col(Action.id)), execution_options={"synchronize_session": False})
    return len(result.all())
