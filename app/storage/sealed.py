"""Every column that holds something sealed: they are found by their names, so that none is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Table, select, update
from sqlmodel import Session, SQLModel

# The tables describe themselves when they are imported.
from app.storage import tables  # noqa: F401

#: How the name of such a column ends.
ENDING: Final = "_enc"
#: Values that are read at a time.
PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed value and where it stands."""

    table: str
    column: str
    row: int
    value: str


def sealed_columns() -> list[tuple[Table, Column[Any]]]:
    """The columns, in a stable order."""
    found = SQLModel.metadata.sorted_tables
    return [(table, column) for table in found for column in table.columns if column.name.endswith(ENDING)]


def portion(session: Session, table: Table, column: Column[Any], after: int = -1, limit: int = PORTION) -> list[Sealed]:
    """The next values of a column behind the row `after`, by the row's id."""
    (row,) = table.primary_key.columns
    query = select(row, column).where(row > after, column.is_not(None)).order_by(row).limit(limit)
    return [Sealed(table.name, column.name, number, value) for number, value in session.execute(query)]


def one_of_each(session: Session) -> Iterator[Sealed]:
    """A value of each column that holds any."""
    for table, column in sealed_columns():
        yield from portion(session, table, column, limit=1)


def exchange(session: Session, was: Sealed, value: str) -> bool:
    """Put the same secret there under another key; False if somebody has put another secret there meanwhile."""
    table = SQLModel.metadata.tables[was.table]
    (row,) = table.primary_key.columns
    column = table.columns[was.column]
    change = update(table).where(row == was.row, column == was.value).values({column: value})
    return session.execute(change.returning(row)).first() is not None
