"""One insert a table for a whole batch, on the plain driver cursor.

The statements are compiled from the tables once. SQLite takes multi-row INSERTs; PostgreSQL takes the rows as one JSON
parameter, which costs a quarter of binding them one by one.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Integer, LargeBinary, Table
from sqlmodel import Session, SQLModel

Row = Mapping[str, Any]
#: A row in the order of its table's columns.
Values = tuple[Any, ...]
#: SQLite refuses more bound values in one statement.
SQLITE_VALUES: Final = 32_000
#: Rows or keys of one SQLite statement: few sizes, so that the driver keeps each of them compiled, and small
#: ones, because each keeps its memory.
_SIZES: Final = (32, 16, 8, 7, 6, 5, 4, 3, 2, 1)
_encode: Final = msgspec.json.Encoder().encode


class Cursor(Protocol):
    """What both drivers' cursors have in common."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run one statement for each parameter set."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows of the last statement."""
        ...


class Bulk:
    """Reads and writes many rows at once inside one transaction."""

    def __init__(self, driver: Any) -> None:
        """`driver` is the driver's own connection."""
        self._driver = driver
        self.cursor: Cursor = driver.cursor()
        self.is_sqlite = isinstance(driver, sqlite3.Connection)

    @classmethod
    def of(cls, session: Session) -> "Bulk":
        """On a session's connection, in its transaction; what the session holds back must be flushed first."""
        return cls(session.connection().connection.driver_connection)

    def together(self) -> AbstractContextManager[object]:
        """Statements inside go to the server at once, without a wait for each answer; for writes that return nothing.

        Their errors come at the end.
        """
        return nullcontext() if self.is_sqlite else self._driver.pipeline()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement; values are marked as the driver wants it."""
        self.cursor.execute(sql, parameters)
        return self.cursor.fetchall()

    def insert(self, table: type[SQLModel], rows: Sequence[Row]) -> None:
        """Insert rows; each must hold every column."""
        if self.is_sqlite:
            self.insert_values(table, list(map(values_of(table), rows)))
        elif rows:
            self.cursor.execute(_postgresql_insert(table), (_json(table, rows),))

    def insert_values(self, table: type[SQLModel], rows: Sequence[Values]) -> None:
        """The same for rows that are in the columns' order already."""
        if not self.is_sqlite:
            columns = _columns(table)
            self.insert(table, [dict(zip(columns, row, strict=True)) for row in rows])
            return
        for part in _parts(rows, len(_columns(table))):
            self.cursor.execute(_sqlite_insert(table, len(part)), list(chain.from_iterable(part)))

    def insert_new(self, table: type[SQLModel], key: Sequence[str], rows: Sequence[Row]) -> set[int]:
        """Insert rows whose unique `key` nobody has yet, in the order given; returns the ids that went in."""
        if self.is_sqlite and rows:
            # Nobody else writes before this transaction ends, so a look is enough; RETURNING costs more.
            keys = [tuple(row[column] for column in key) for row in rows]
            known = set(self.match(table, key, keys, key))
            rows = [row for row, values in zip(rows, keys, strict=True) if values not in known]
        return self.insert_missing(table, rows)

    def insert_missing(self, table: type[SQLModel], rows: Sequence[Row]) -> set[int]:
        """Insert rows that this transaction has looked for in vain; on PostgreSQL somebody may have been faster.

        Returns the ids that went in.
        """
        if not rows:
            return set()
        if self.is_sqlite:
            self.insert(table, rows)
            return {row["id"] for row in rows}
        sql = f"{_postgresql_insert(table)} ON CONFLICT DO NOTHING RETURNING id"
        return {id_ for (id_,) in self.run(sql, (_json(table, rows),))}

    def match(
        self,
        table: type[SQLModel],
        key: Sequence[str],
        keys: Sequence[tuple[Any, ...]],
        columns: Sequence[str],
        *,
        where: str = "",
        order: str = "id",
        lock: bool = False,
    ) -> list[tuple[Any, ...]]:
        """`columns` of the rows whose `key` columns equal one of `keys`; `where` narrows on table `t`.

        `lock` holds the rows until the transaction ends; on SQLite the write lock does so already.
        """
        if not keys:
            return []
        if not self.is_sqlite:
            sql = _postgresql_match(table, tuple(key), tuple(columns), where, order, lock=lock)
            return self.run(sql, (_encode([dict(zip(key, values, strict=True)) for values in keys]).decode(),))
        found: list[tuple[Any, ...]] = []
        for part in _parts(keys, len(key)):
            sql = _sqlite_match(table, tuple(key), tuple(columns), where, len(part))
            found += self.run(sql, list(chain.from_iterable(part)))
        return found

    def update(self, table: type[SQLModel], columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Set `columns` of the rows with these ids."""
        mark = "?" if self.is_sqlite else "%s"
        assignments = ", ".join(f"{column} = {mark}" for column in columns)
        sql = f"UPDATE {_name(table)} SET {assignments} WHERE id = {mark}"  # noqa: S608 - names of our own tables
        self.cursor.executemany(sql, [(*(row[column] for column in columns), row["id"]) for row in rows])


def _parts(rows: Sequence[Any], width: int) -> Iterator[Sequence[Any]]:
    """All rows in order, in pieces of the usual sizes."""
    if len(rows) == 1:
        yield rows
        return
    start = 0
    while start < len(rows):
        left = min(len(rows) - start, SQLITE_VALUES // width)
        size = next(size for size in _SIZES if size <= left)
        yield rows[start : start + size]
        start += size


def _json(table: type[SQLModel], rows: Sequence[Row]) -> str:
    """Rows as PostgreSQL reads them from text, bytes as its own hexadecimal digits."""
    for name in _binary(table):
        rows = [{**row, name: None if row[name] is None else "\\x" + row[name].hex()} for row in rows]
    return _encode(rows).decode()


def _table(table: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(table.__tablename__)]


def _name(table: type[SQLModel]) -> str:
    return f'"{_table(table).name}"'


def _type(table: type[SQLModel], column: str) -> str:
    return "bigint" if isinstance(_table(table).columns[column].type, Integer) else "text"


@lru_cache
def _columns(table: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in _table(table).columns)


@lru_cache
def _binary(table: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in _table(table).columns if isinstance(column.type, LargeBinary))


@lru_cache
def values_of(table: type[SQLModel]) -> Callable[[Row], Values]:
    """What brings a row that holds every column into their order."""
    return itemgetter(*_columns(table))


def _quoted(table: type[SQLModel]) -> str:
    return ", ".join(f'"{column}"' for column in _columns(table))


@lru_cache(maxsize=1024)
def _sqlite_insert(table: type[SQLModel], rows: int) -> str:
    marks = "(" + ",".join("?" * len(_columns(table))) + ")"
    return f"INSERT INTO {_name(table)} ({_quoted(table)}) VALUES {','.join([marks] * rows)}"  # noqa: S608


@lru_cache(maxsize=1024)
def _sqlite_match(table: type[SQLModel], key: tuple[str, ...], columns: tuple[str, ...], where: str, keys: int) -> str:
    wanted, on, tail = _selection(key, columns, where)
    marks = ",".join(["(" + ",".join("?" * len(key)) + ")"] * keys)
    # CROSS JOIN fixes the order: the few keys outside, the table's index inside.
    return (
        f"WITH k({', '.join(key)}) AS (VALUES {marks}) SELECT {wanted} FROM k CROSS JOIN {_name(table)} t ON {on}{tail}"  # noqa: S608
    )


@lru_cache
def _postgresql_insert(table: type[SQLModel]) -> str:
    name = _name(table)
    columns = _quoted(table)
    return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{name}, %s::json)"  # noqa: S608


@lru_cache
def _postgresql_match(
    table: type[SQLModel], key: tuple[str, ...], columns: tuple[str, ...], where: str, order: str, *, lock: bool
) -> str:
    wanted, on, tail = _selection(key, columns, where)
    types = ", ".join(f"{column} {_type(table, column)}" for column in key)
    return (
        f"SELECT {wanted} FROM json_to_recordset(%s::json) AS k({types}) JOIN {_name(table)} t ON {on}{tail}"  # noqa: S608
        f" ORDER BY t.{order}{' FOR UPDATE OF t' if lock else ''}"
    )


def _selection(key: tuple[str, ...], columns: tuple[str, ...], where: str) -> tuple[str, str, str]:
    """What is wanted, what must be equal, and the further condition."""
    wanted = ", ".join(f"t.{column}" for column in columns)
    return wanted, " AND ".join(f"t.{column} = k.{column}" for column in key), f" WHERE {where}" if where else ""
