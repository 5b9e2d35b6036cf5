"""One insert a table for a whole batch, on the plain driver cursor.

The statements are compiled from the tables once. SQLite takes one multi-row INSERT; PostgreSQL takes the rows as one
JSON parameter, which costs a quarter of binding them one by one.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Integer, Table
from sqlmodel import Session, SQLModel

Row = Mapping[str, Any]
#: SQLite refuses more bound values in one statement.
SQLITE_VALUES: Final = 32_000
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

    def __init__(self, session: Session) -> None:
        driver = session.connection().connection.driver_connection
        if driver is None:  # pragma: no cover - a session that is open has one
            message = "the session has no connection"
            raise RuntimeError(message)
        self.cursor: Cursor = driver.cursor()
        self.is_sqlite = isinstance(driver, sqlite3.Connection)

    def insert(self, table: type[SQLModel], rows: Sequence[Row]) -> None:
        """Insert rows; each must hold every column."""
        for sql, parameters in self._inserts(table, rows, ""):
            self.cursor.execute(sql, parameters)

    def insert_new(self, table: type[SQLModel], rows: Sequence[Row]) -> set[int]:
        """Insert rows that conflict with none, in the order given; returns the ids that went in."""
        inserted: set[int] = set()
        for sql, parameters in self._inserts(table, rows, " ON CONFLICT DO NOTHING RETURNING id"):
            self.cursor.execute(sql, parameters)
            inserted.update(row[0] for row in self.cursor.fetchall())
        return inserted

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
        name, names = _name(table), ", ".join(key)
        on = " AND ".join(f"t.{column} = k.{column}" for column in key)
        wanted = ", ".join(f"t.{column}" for column in columns)
        tail = f" WHERE {where}" if where else ""
        if self.is_sqlite:
            found: list[tuple[Any, ...]] = []
            step = SQLITE_VALUES // len(key)
            for start in range(0, len(keys), step):
                part = keys[start : start + step]
                marks = ",".join(["(" + ",".join("?" * len(key)) + ")"] * len(part))
                # CROSS JOIN fixes the order: the few keys outside, the table's index inside.
                sql = f"WITH k({names}) AS (VALUES {marks}) SELECT {wanted} FROM k CROSS JOIN {name} t ON {on}{tail}"  # noqa: S608
                self.cursor.execute(sql, [value for values in part for value in values])
                found += self.cursor.fetchall()
            return found
        types = ", ".join(f"{column} {_type(table, column)}" for column in key)
        sql = (
            f"SELECT {wanted} FROM json_to_recordset(%s::json) AS k({types}) JOIN {name} t ON {on}{tail}"  # noqa: S608
            f" ORDER BY t.{order}{' FOR UPDATE OF t' if lock else ''}"
        )
        rows = [dict(zip(key, values, strict=True)) for values in keys]
        self.cursor.execute(sql, (_encode(rows).decode(),))
        return self.cursor.fetchall()

    def update(self, table: type[SQLModel], columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Set `columns` of the rows with these ids."""
        mark = "?" if self.is_sqlite else "%s"
        assignments = ", ".join(f"{column} = {mark}" for column in columns)
        sql = f"UPDATE {_name(table)} SET {assignments} WHERE id = {mark}"  # noqa: S608 - names of our own tables
        self.cursor.executemany(sql, [(*(row[column] for column in columns), row["id"]) for row in rows])

    def _inserts(self, table: type[SQLModel], rows: Sequence[Row], tail: str) -> Iterable[tuple[str, Any]]:
        if not rows:
            return
        columns = _columns(table)
        if self.is_sqlite:
            step = SQLITE_VALUES // len(columns)
            for start in range(0, len(rows), step):
                part = rows[start : start + step]
                yield _sqlite_insert(table, len(part)) + tail, [row[column] for row in part for column in columns]
        else:
            yield _postgresql_insert(table) + tail, (_encode([_plain(row) for row in rows]).decode(),)


def _plain(row: Row) -> Row:
    """Bytes as PostgreSQL reads them from text."""
    if any(isinstance(value, bytes) for value in row.values()):
        return {name: "\\x" + value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
    return row


def _table(table: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(table.__tablename__)]


def _name(table: type[SQLModel]) -> str:
    return f'"{_table(table).name}"'


def _type(table: type[SQLModel], column: str) -> str:
    return "bigint" if isinstance(_table(table).columns[column].type, Integer) else "text"


@lru_cache
def _columns(table: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in _table(table).columns)


def _quoted(table: type[SQLModel]) -> str:
    return ", ".join(f'"{column}"' for column in _columns(table))


@lru_cache(maxsize=4096)
def _sqlite_insert(table: type[SQLModel], rows: int) -> str:
    marks = "(" + ",".join("?" * len(_columns(table))) + ")"
    return f"INSERT INTO {_name(table)} ({_quoted(table)}) VALUES {','.join([marks] * rows)}"  # noqa: S608


@lru_cache
def _postgresql_insert(table: type[SQLModel]) -> str:
    name = _name(table)
    columns = _quoted(table)
    return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{name}, %s::json)"  # noqa: S608
