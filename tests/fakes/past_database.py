"""Fills a database of any revision with the rows of a history, and reads everything that is in one."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert, inspect, select, update

from app.journal.chain import Entry, Head, link
from app.storage.tables import metadata
from app.storage.vault import JournalKey
from tests.fakes.past_rows import AT, Rows

Tables = Mapping[str, Table]


def tables_of(connection: Connection) -> Tables:
    """Our tables that are there with the columns that they have, those that others refer to first.

    Reading their indexes and references too would take longer than migrating.
    """
    there = {name: columns for (_, name), columns in inspect(connection).get_multi_columns().items()}
    return {table.name: _as_it_is(table, there[table.name]) for table in metadata.sorted_tables if table.name in there}


def _as_it_is(table: Table, columns: Sequence[Any]) -> Table:
    keys = table.primary_key.columns.keys()
    return Table(
        table.name, MetaData(), *(Column(one["name"], one["type"], primary_key=one["name"] in keys) for one in columns)
    )


def put(connection: Connection, tables: Tables, rows: Rows) -> None:
    """Write whatever these tables have room for."""
    for table in tables.values():
        for row in rows.get(table.name, ()):
            known = {name: value for name, value in row.items() if name in table.c}
            connection.execute(insert(table).values(**known))


def begin_journal(connection: Connection, tables: Tables, key: JournalKey) -> None:
    """Write the first entries of the journal."""
    entries = [Entry("decided", 15, {"decision": 25}), Entry("decided", 17, {"decision": 27})]
    links, head = link(key, Head(0, 0, ""), entries, AT)
    for one in links:
        connection.execute(insert(tables["journal"]).values(**one._asdict()))
    heads = tables["chain_head"]
    connection.execute(update(heads).where(heads.c.chain == 0).values(seq=head.seq, mac=head.mac))


def everything(connection: Connection, tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """All rows of these tables, in the order of their keys."""
    return {
        name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
        for name, table in tables.items()
    }
