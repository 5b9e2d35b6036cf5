"""Proves that nobody has rewritten the journal: walks every chain in constant memory, asks whether the guards stand."""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import func, text
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from app.journal.chain import Head, mac_of
from app.journal.keys import KEY_CHANGED
from app.journal.seal import head_seals
from app.storage.session import Database
from app.storage.tables import ChainHead, Journal
from app.storage.vault import JournalKey

#: Rows in one read transaction.
CHUNK: Final = 2000
#: Problems that are named one by one; the rest is counted.
NAMED: Final = 100

#: What SQLite must hold, word for word but for white space.
_SQLITE: Final[Mapping[str, str]] = {
    "journal_no_update": "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal"
    " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "journal_no_delete": "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal"
    " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "journal_no_replace": "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal"
    " WHEN EXISTS (SELECT 1 FROM journal WHERE chain = NEW.chain AND seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
}
#: PostgreSQL's bits: 1 row, 2 before, 8 delete, 16 update, 32 truncate.
_POSTGRESQL: Final[Mapping[str, int]] = {"journal_no_change": 1 | 2 | 8 | 16, "journal_no_truncate": 2 | 32}
_REFUSAL: Final = "BEGIN RAISE EXCEPTION 'the journal is append-only'; END"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an honest journal does not show; `seq` 0 = the chain as a whole, `chain` -1 = all of it."""

    chain: int
    seq: int
    code: str


@dataclass(slots=True)
class Unverified:
    """Entries under keys that are not at hand: how many, and their instants in microseconds."""

    entries: int = 0
    first_at: int | None = None
    last_at: int | None = None

    def add(self, entries: int, first_at: int, last_at: int) -> None:
        """More of them."""
        self.entries += entries
        self.first_at = first_at if self.first_at is None else min(self.first_at, first_at)
        self.last_at = last_at if self.last_at is None else max(self.last_at, last_at)


@dataclass(slots=True)
class Report:
    """What a verification found; the first `NAMED` problems are listed, all are counted."""

    entries: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    #: Entries of a key that was given up: an entry under a key at hand says so.
    of_old_keys: Unverified = field(default_factory=Unverified)
    #: Entries of other keys that nothing vouches for: a machine with a key of its own, or a disguised change.
    of_strange_keys: Unverified = field(default_factory=Unverified)

    @property
    def is_whole(self) -> bool:
        """Whether every entry was verified and nothing was found."""
        return self.may_be_sealed and not self.of_old_keys.entries

    @property
    def may_be_sealed(self) -> bool:
        """Whether nothing was found; entries of a key that was given up are as they were left."""
        return self.problem_count == 0 and not self.of_strange_keys.entries

    def add(self, chain: int, seq: int, code: str) -> None:
        """One more problem."""
        self.problem_count += 1
        if len(self.problems) < NAMED:
            self.problems.append(Problem(chain, seq, code))

    def settle(self, run: Unverified, *, vouched_for: bool) -> None:
        """Entries in a row that could not be verified; `vouched_for` = the entry behind them gives their key up."""
        if run.first_at is not None and run.last_at is not None:
            (self.of_old_keys if vouched_for else self.of_strange_keys).add(run.entries, run.first_at, run.last_at)


def verify(
    database: Database, key: JournalKey, seal: Sequence[Head] | None = None, *, old_keys: Sequence[JournalKey] = ()
) -> Report:
    """Check every chain from its first entry to its head, the guards, and the seal if there is one.

    Entries that are appended meanwhile are left for the next time.
    """
    report = Report()
    keys = {one.id: one for one in (*old_keys, key)}
    with database.read() as session:
        for name in missing_guards(session):
            report.add(-1, 0, f"guard_missing:{name}")
        report.heads = head_seals(session)
        ends = _ends(session)
    known = {head.chain for head in report.heads}
    for chain, (_, last) in ends.items():
        if chain not in known:
            report.add(chain, last, "head_missing")
    sealed = {head.chain: head for head in seal or ()}
    for head, last in ((Head(chain, *end[0]), end[1]) for chain, end in ends.items() if end[0] is not None):
        if last > head.seq:
            report.add(head.chain, last, "entry_behind_head")
        _walk(database, keys, head, sealed.pop(head.chain, None), report)
    for left in sealed.values():
        if left.seq:
            report.add(left.chain, left.seq, "sealed_chain_missing")
    return report


def _ends(session: Session) -> dict[int, tuple[tuple[int, str] | None, int]]:
    """Head and highest number of each chain, read by one statement: an append in between would look like a forgery."""
    last = (
        select_rows(col(Journal.chain), func.max(col(Journal.seq)).label("seq")).group_by(col(Journal.chain)).subquery()
    )
    query = (
        select_rows(col(ChainHead.chain), col(ChainHead.seq), col(ChainHead.mac), last.c.chain, last.c.seq)
        .select_from(ChainHead)
        .join(last, last.c.chain == col(ChainHead.chain), full=True)
    )
    ends: dict[int, tuple[tuple[int, str] | None, int]] = {}
    for chain, seq, mac, other, highest in session.execute(query):
        head = None if chain is None else (seq, mac)
        ends[other if chain is None else chain] = head, highest or 0
    return ends


def _walk(database: Database, keys: Mapping[str, JournalKey], head: Head, sealed: Head | None, report: Report) -> None:
    expected, previous, signer = 1, "", ""
    unverified, announced = Unverified(), True
    for row in _entries(database, head):
        report.entries += 1
        if row.seq != expected:
            report.add(head.chain, expected, "entry_missing")
        # After a gap the chain is taken up again, so that each further forgery is seen too.
        code = fault(keys, row, previous if row.seq == expected else None)
        if code:
            report.add(head.chain, row.seq, code)
        if sealed and row.seq == sealed.seq and row.mac != sealed.mac:
            report.add(head.chain, row.seq, "differs_from_seal")
        if row.key_id not in keys:
            unverified.add(1, row.at, row.at)
            announced = announced and (row.key_id == signer or row.seq == 1 or row.kind == KEY_CHANGED)
        else:
            honest = announced and not code and row.seq == expected
            report.settle(unverified, vouched_for=honest and _gives_up(row, signer))
            unverified, announced = Unverified(), True
        expected, previous, signer = row.seq + 1, row.mac, row.key_id
    report.settle(unverified, vouched_for=False)
    if expected != head.seq + 1:
        report.add(head.chain, expected, "entry_missing")
    elif previous != head.mac:
        report.add(head.chain, head.seq, "head_differs")
    if sealed and sealed.seq > head.seq:
        report.add(head.chain, sealed.seq, "tail_cut")


def _gives_up(row: Journal, signer: str) -> bool:
    """Whether an entry that was verified says that the key of the one before it is used no more."""
    return row.kind == KEY_CHANGED and msgspec.json.decode(row.body).get("was") == signer


def _entries(database: Database, head: Head) -> Iterator[Journal]:
    after = 0
    while True:
        query = select(Journal).where(Journal.chain == head.chain, Journal.seq > after, Journal.seq <= head.seq)
        with database.read() as session:
            rows = session.exec(query.order_by(col(Journal.seq)).limit(CHUNK)).all()
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1].seq


def fault(keys: Mapping[str, JournalKey], row: Journal, previous: str | None) -> str:
    """What is wrong with one entry, '' if nothing; `previous` None = its predecessor is missing."""
    key = keys.get(row.key_id)
    if key and previous is not None:
        expected = mac_of(key, row.chain, row.seq, previous, row.body)
        if not hmac.compare_digest(expected.encode(), row.mac.encode("utf-8", "replace")):
            return "mac_differs"
    try:
        body: Any = msgspec.json.decode(row.body)
    except msgspec.DecodeError:
        return "body_unreadable"
    # The columns beside the body are there for searching; a change of them would hide an entry.
    signed = isinstance(body, dict) and (body.get("at"), body.get("kind"), body.get("subject"))
    return "" if signed == (row.at, row.kind, row.subject_id) else "columns_differ"


def missing_guards(session: Session) -> list[str]:
    """Names of the triggers and settings that should guard the journal and do not; asked at every start, too."""
    if session.get_bind().dialect.name == "postgresql":
        return _missing_on_postgresql(session)
    rows = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"))
    found = {name: _squeezed(sql) for name, sql in rows}
    missing = [name for name, sql in _SQLITE.items() if found.get(name) != _squeezed(sql)]
    if session.execute(text("PRAGMA recursive_triggers")).scalar_one() != 1:
        missing.append("recursive_triggers")
    return missing


def _missing_on_postgresql(session: Session) -> list[str]:
    rows = session.execute(
        text(
            "SELECT t.tgname, t.tgtype, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = to_regclass('journal') AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
            # A trigger of some columns lets changes of the others through.
            " AND t.tgattr = ''::int2vector"
        )
    )
    found = {name: (int(kind), _squeezed(source)) for name, kind, source in rows}
    return [name for name, kind in _POSTGRESQL.items() if found.get(name) != (kind, _squeezed(_REFUSAL))]


def _squeezed(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
