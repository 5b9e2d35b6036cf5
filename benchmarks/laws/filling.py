"""Fills a SQLite database with a great many events, in the shape in which the service has recorded some."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.clock import DAY
from app.domain.ids import NODE_BITS, SEQUENCE_BITS
from benchmarks.client import AUTHORS

#: What an event leaves behind, in the order in which it is copied.
_TABLES: Final = (
    *("event", "comment", "revision", "revision_body", "decision"),
    *("action", "review_case", "evidence", "seen_text", "journal"),
)
#: Columns that name a row which is copied too, and so move with it.
_MOVED: Final = ("id", "comment_id", "revision_id", "decision_id", "subject_id")
_RANDOM_63: Final = "abs(random())"
_AUTHOR: Final = "(SELECT id FROM author_at WHERE place = (b.external_id * 7919 + c.n * 131) % {authors})"
#: What must differ from copy to copy, as the program makes it: hashes by chance, numbers in the order of time.
_MADE: Final = {
    ("event", "key_hash"): _RANDOM_63,
    ("event", "key"): "lower(hex(randomblob(20)))",
    ("comment", "external_id"): "CAST(b.external_id + {first} - c.n * {events} AS TEXT)",
    ("comment", "author_id"): _AUTHOR,
    ("revision", "digest"): "lower(hex(randomblob(16)))",
    ("action", "idempotency_key"): "printf('%x:%s', b.decision_id - c.n * {ids}, b.kind)",
    ("action", "author_id"): "(SELECT author_id FROM main.comment m WHERE m.id = b.comment_id - c.n * {ids})",
    ("seen_text", "text_hash"): _RANDOM_63,
    ("journal", "seq"): "b.seq + ({copies} - c.n) * {links}",
    ("journal", "mac"): "lower(hex(randomblob(32)))",
}
#: Most authors whom the machine would ban have their ban proposed already.
_CHOSEN: Final = {"action": "WHERE b.kind <> 'ban_author' OR c.n % 8 = 0"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Events as the service has recorded them: how many, and how far copies lie apart."""

    path: Path
    events: int
    links: int
    #: Copies that are made in all, the oldest first, over so many microseconds.
    copies: int
    time: int

    @property
    def ids(self) -> int:
        """How far the ids of two copies lie apart."""
        return (self.time // 1000) << (NODE_BITS + SEQUENCE_BITS)


def pattern_of(path: Path, *, events: int, over: int = 30 * DAY) -> Pattern:
    """A pattern for so many events within a month."""
    with closing(sqlite3.connect(path)) as database:
        [recorded] = database.execute("SELECT count(*) FROM comment").fetchone()
        [links] = database.execute("SELECT max(seq) FROM journal").fetchone()
    copies = -(-events // recorded)
    return Pattern(path, recorded, links, copies, over // copies)


class Filling:
    """A database that grows; nothing else may have it open meanwhile. Its journal does not verify."""

    def __init__(self, path: Path, pattern: Pattern) -> None:
        self._path = path
        self._pattern = pattern
        self._made = 0
        with self._open() as database:
            guards = _guards(database)
            for name, _ in guards:
                database.execute(f'DROP TRIGGER "{name}"')
            for table in _TABLES:
                database.execute(f'DELETE FROM "{table}"')  # noqa: S608 - one of our own
            self._add_authors(database)
            for _, statement in guards:
                database.execute(statement)

    @property
    def events(self) -> int:
        """How many it holds."""
        return self._made * self._pattern.events

    def grow(self, events: int) -> None:
        """Add copies until it holds about so many events."""
        wanted = min(self._pattern.copies, max(1, round(events / self._pattern.events)))
        with self._open() as database:
            guards = [one for one in _guards(database) if one[0].startswith("journal")]
            for name, _ in guards:
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute("ATTACH ? AS base", (str(self._pattern.path),))
            database.execute("CREATE TEMP TABLE copy (n INTEGER PRIMARY KEY)")
            # The oldest one has the largest number.
            numbers = range(self._pattern.copies - self._made, self._pattern.copies - wanted, -1)
            database.executemany("INSERT INTO copy VALUES (?)", [(number,) for number in numbers])
            database.execute("CREATE TEMP TABLE author_at (place INTEGER PRIMARY KEY, id INTEGER)")
            database.execute("INSERT INTO author_at SELECT external_id % ?, id FROM main.author", (AUTHORS,))
            for table in _TABLES:
                database.execute(self._copy(database, table))
            database.execute(
                "UPDATE chain_head SET (seq, mac) = (SELECT seq, mac FROM journal j WHERE j.chain = chain_head.chain"
                " ORDER BY seq DESC LIMIT 1) WHERE chain IN (SELECT chain FROM journal)"
            )
            for _, statement in guards:
                database.execute(statement)
        self._made = wanted

    def _copy(self, database: sqlite3.Connection, table: str) -> str:
        columns = [row[1] for row in database.execute(f'PRAGMA base.table_info("{table}")')]
        values = ", ".join(self._value(table, column) for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        return (
            f'INSERT INTO main."{table}" ({names}) SELECT {values} FROM (SELECT n FROM copy ORDER BY n DESC) c'  # noqa: S608
            f' CROSS JOIN (SELECT * FROM base."{table}" ORDER BY rowid) b {_CHOSEN.get(table, "")}'
        )

    def _value(self, table: str, column: str) -> str:
        pattern = self._pattern
        made = _MADE.get((table, column))
        if made is not None:
            # Far from the numbers of the load, and in the order of time.
            numbers = {"ids": pattern.ids, "copies": pattern.copies, "links": pattern.links, "events": pattern.events}
            return made.format(**numbers, first=2_000_000_000, authors=AUTHORS)
        if column in _MOVED:
            return f"b.{column} - c.n * {pattern.ids}"
        return f"b.{column} - c.n * {pattern.time}" if column.endswith("_at") else f'b."{column}"'

    def _add_authors(self, database: sqlite3.Connection) -> None:
        """Everybody who will write has written before."""
        known = {name for (name,) in database.execute("SELECT external_id FROM author")}
        lowest, at = database.execute("SELECT min(id), min(first_seen_at) FROM author").fetchone()
        names = [str(700_000_000 + number) for number in range(AUTHORS)]
        missing = [(lowest - 1 - place, name, at) for place, name in enumerate(names) if name not in known]
        database.executemany(
            "INSERT INTO author (id, network, external_id, first_seen_at) VALUES (?, 'vk', ?, ?)", missing
        )

    def _open(self) -> "_Quick":
        return _Quick(self._path)


class _Quick:
    """A transaction that no power cut needs to spare: the file is a copy."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000", "foreign_keys = OFF"):
            self._database.execute(f"PRAGMA {pragma}")

    def __enter__(self) -> sqlite3.Connection:
        return self._database

    def __exit__(self, *_: object) -> None:
        # The service finds the file as it left it.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.close()


def _guards(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """The triggers that keep the journal from being changed, as (name, statement)."""
    return database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
