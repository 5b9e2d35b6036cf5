"""Who may send with a connection's tokens: one worker at a time, for as long as it keeps telling that it lives."""

import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session

from app.domain.states import ActionState
from app.journal.chain import Entry
from app.outbox.backoff import is_spent
from app.outbox.moves import move
from app.storage import outbox
from app.storage.session import Database

#: Renewed every quarter of it; short enough that what a dead worker left does not stand for long.
LEASE_SECONDS: Final = 30
LEASE_LOST: Final = "lease_lost"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send with a connection; `lost` is set by whoever notices that another worker has it."""

    connection_id: int
    network: str
    owner: str
    seconds: int = LEASE_SECONDS
    lost: threading.Event = field(default_factory=threading.Event, compare=False)


def find_work(
    database: Database, networks: Collection[str], now: int, busy: Collection[int] = frozenset()
) -> int | None:
    """A connection worth claiming; reads only, so that an idle worker never stands in the writer's way.

    `busy` are connections that this process still works with: a client is not for two threads at once.
    """
    with database.read() as session:
        if outbox.is_paused(session):
            return None
        return outbox.free_connection_with_work(session, networks, now, busy)


def claim(
    session: Session, connection_id: int, networks: Collection[str], now: int, seconds: int = LEASE_SECONDS
) -> tuple[Lease, list[Entry]] | None:
    """Lease the connection and take back what a dead worker left in `sending`; None if somebody was faster.

    The entries belong into the journal in the same transaction.
    """
    owner = secrets.token_hex(8)
    network = outbox.take(session, connection_id, owner, seconds=seconds, networks=networks, now=now)
    if network is None:
        return None
    entries = _take_back(session, connection_id, now)
    return Lease(connection_id, network, owner, seconds), entries


def _take_back(session: Session, connection_id: int, now: int) -> list[Entry]:
    entries = []
    for action_id, comment_id in outbox.left_behind(session, connection_id):
        outbox.lock_comment(session, comment_id)
        action = outbox.lock_action(session, action_id)
        if action is None or action.state != ActionState.SENDING:
            continue
        # The attempt was counted when it began: an order that kills its worker each time comes to an end.
        after = ActionState.FAILED if is_spent(action.attempts) else ActionState.PENDING
        entries.append(move(action, after, now, code=LEASE_LOST))
        action.due_at = min(action.due_at, now)
    return entries


def renew(database: Database, lease: Lease) -> bool:
    """Hold the connection longer; False, and `lost` is set, if somebody else has it."""
    with database.write() as session:
        return still_mine(session, lease)


def still_mine(session: Session, lease: Lease) -> bool:
    """The same inside a transaction that goes on to use the lease."""
    if not outbox.renew(session, lease.connection_id, lease.owner, lease.seconds):
        lease.lost.set()
    return not lease.lost.is_set()


def release(database: Database, lease: Lease) -> None:
    """Let others have the connection at once."""
    with database.write() as session:
        outbox.release(session, lease.connection_id, lease.owner)
