"""The append-only record: every entry is chained to the one before it by a keyed digest.

The body holds ids, codes and numbers, never personal data: an erasure leaves the chain whole.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import insert
from sqlmodel import Session

from app.domain.errors import BusyError
from app.storage.bulk import Bulk
from app.storage.tables import Journal
from app.storage.vault import JournalKey

_canonical = msgspec.json.Encoder(order="sorted")
# Plain SQL: every batch of deliveries pays for these two, and building statements costs many times what they do.
_HEAD: Final = "SELECT chain, seq, mac FROM chain_head ORDER BY chain LIMIT 1"
_MOVE: Final = {
    "qmark": "UPDATE chain_head SET seq = ?, mac = ? WHERE chain = ?",
    "pyformat": "UPDATE chain_head SET seq = %s, mac = %s WHERE chain = %s",
}


class Entry(NamedTuple):
    """Something worth an entry: `kind` is a code, `subject_id` the comment, page or account it is about."""

    kind: str
    subject_id: int | None
    body: Mapping[str, object]


class Head(NamedTuple):
    """The last link of a chain; sequence numbers start at 1, the mac before the first is ''."""

    chain: int
    seq: int
    mac: str


class Link(NamedTuple):
    """One row of the table `journal`, in the order of its columns."""

    chain: int
    seq: int
    at: int
    kind: str
    subject_id: int | None
    body: str
    key_id: str
    mac: str


def mac_of(key: JournalKey, chain: int, seq: int, previous: str, body: str) -> str:
    """The digest that chains an entry to its predecessor; `body` already holds kind, time and subject."""
    message = f"{chain}\x1f{seq}\x1f{previous}\x1f{body}".encode()
    return hmac.digest(key.secret, message, "sha256").hex()


def link(key: JournalKey, head: Head, entries: Iterable[Entry], at: int) -> tuple[list[Link], Head]:
    """Chain entries behind `head`; pure. Returns the rows and the new head."""
    rows = []
    seq, mac = head.seq, head.mac
    for entry in entries:
        seq += 1
        body = canonical(entry, at)
        mac = mac_of(key, head.chain, seq, mac, body)
        rows.append(Link(head.chain, seq, at, entry.kind, entry.subject_id, body, key.id, mac))
    return rows, Head(head.chain, seq, mac)


def canonical(entry: Entry, at: int) -> str:
    """The text that is signed: sorted keys, no spaces, ids as numbers."""
    return _canonical.encode({"at": at, "kind": entry.kind, "subject": entry.subject_id, **entry.body}).decode()


def append(session: Session, key: JournalKey, entries: Sequence[Entry], at: int) -> None:
    """Write entries in the caller's transaction.

    Raises:
        BusyError: the database holds no chain at all.
    """
    if entries:
        extend(session, key, lock_head(session), entries, at)


def extend(session: Session, key: JournalKey, head: Head, entries: Iterable[Entry], at: int) -> None:
    """Write entries behind a head that the caller has locked."""
    rows, new = link(key, head, entries, at)
    session.execute(insert(Journal), [row._asdict() for row in rows])
    connection = session.connection()
    connection.exec_driver_sql(_MOVE[connection.dialect.paramstyle], (new.seq, new.mac, new.chain))


def append_many(bulk: Bulk, key: JournalKey, entries: Sequence[Entry], at: int) -> None:
    """As `append`, for callers who write many rows and bear the driver's own errors; their sessions are flushed."""
    if not entries:
        return
    rows, new = link(key, _lock(bulk.run, is_sqlite=bulk.is_sqlite), entries, at)
    with bulk.together():
        bulk.insert_values(Journal, rows)
        bulk.cursor.execute(_MOVE["qmark" if bulk.is_sqlite else "pyformat"], (new.seq, new.mac, new.chain))


def lock_head(session: Session) -> Head:
    """Lock one chain until the transaction ends: the only one SQLite uses, any free one on PostgreSQL."""
    # Rows that the caller has changed are locked before the head, as by everybody else.
    session.flush()
    connection = session.connection()
    return _lock(lambda sql: connection.exec_driver_sql(sql).all(), is_sqlite=connection.dialect.name == "sqlite")


def _lock(run: Callable[[str], Sequence[Any]], *, is_sqlite: bool) -> Head:
    # Nine writers at one moment: wait for the first chain instead of failing.
    found = run(_HEAD) if is_sqlite else run(f"{_HEAD} FOR UPDATE SKIP LOCKED") or run(f"{_HEAD} FOR UPDATE")
    if not found:
        message = "the journal has no chain: the database was not migrated"
        raise BusyError(message)
    return Head(*found[0])
