"""Fills a database of any revision with the rows of a history, and reads everything that is in one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, select, update

from app.journal.chain import Entry, Head, link
from app.storage.vault import JournalKey
from tests.fakes.past_rows import AT, Rows

Tables = Mapping[str, Table]


def tables_of(connection: Connection) -> Tables:
    """The tables that are there, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return {table.name: table for table in found.sorted_tables}


def put(connection: Connection, tables: Tables, rows: Rows, key: JournalKey) -> None:
    """Write whatever these tables have room for, and a journal that has begun."""
    for table in tables.values():
        for row in rows.get(table.name, ()):
            known = {name: value for name, value in row.items() if name in table.c}
            connection.execute(insert(table).values(**known))
    if "journal" in tables:
        _begin_journal(connection, tables, key)


def _begin_journal(connection: Connection, tables: Tables, key: JournalKey) -> None:
    entries = [Entry("decided", 15, {"decision": 25}), Entry("decided", 17, {"decision": 27})]
    links, head = link(key, Head(0, 0, ""), entries, AT)
    for one in links:
        columns = {name: getattr(one, name) for name in one.__slots__}
        connection.execute(insert(tables["journal"]).values(**columns))
    heads = tables["chain_head"]
    connection.execute(update(heads).where(heads.c.chain == 0).values(seq=head.seq, mac=head.mac))


def everything(connection: Connection, tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """All rows of these tables, in the order of their keys."""
    return {
        name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
        for name, table in tables.items()
    }
