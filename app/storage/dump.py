"""A consistent copy of the whole database in files, taken while others write, and an empty database filled from it.

SQLite is copied by its own backup interface. PostgreSQL's rows are read in one repeatable-read transaction, a file a
table; its schema is not copied, because the migrations make it again.
"""

import gzip
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import sql
from sqlalchemy import Connection, MetaData, func, inspect, select
from sqlalchemy.engine import make_url
from sqlmodel import Session

from app.domain.errors import ConfigurationError
from app.settings import sqlite_address
from app.storage.folders import flush
from app.storage.session import MIGRATION_LOCK, Database, migrate, revision_of

#: The file of a copied SQLite database.
SQLITE_FILE: Final = "dvornik.sqlite3"
#: A table's rows as PostgreSQL's COPY writes them, compressed.
_ROWS: Final = ".copy.gz"
_VERSIONS: Final = "alembic_version"
_BLOCK: Final = 1 << 20
#: Texts shrink to a quarter at a tenth of the time that the strongest level takes.
_LEVEL: Final = 3


@dataclass(frozen=True, slots=True)
class Dump:
    """What the files hold: the schema's revision, rows by table; `session` reads exactly that and nothing later."""

    schema: str
    rows: Mapping[str, int]
    session: Session


@contextmanager
def dump(database: Database, folder: Path) -> Iterator[Dump]:
    """Copy the database into an empty folder while others go on writing; the files are whole when the block ends.

    Raises:
        ConfigurationError: there is no database of ours, or it is damaged.
    """
    with _dump_sqlite(database, folder) if database.is_sqlite else _dump_postgresql(database, folder) as made:
        yield made


def load(
    database: Database,
    folder: Path,
    schema: str,
    rows: Mapping[str, int],
    *,
    also: Callable[[Session], None] = lambda _: None,
) -> None:
    """Fill an empty database with what `dump` has written and bring it to the newest schema; all of it or nothing.

    `also` changes the filled database before anybody else can see it.

    Raises:
        ConfigurationError: the database is not empty, or the files hold other numbers of rows.
    """
    if database.is_sqlite:
        _load_sqlite(database, folder, also)
    else:
        _load_postgresql(database, folder, schema, rows, also)


# ------------------------------------------------------------------------------------------------------------- SQLite


@contextmanager
def _dump_sqlite(database: Database, folder: Path) -> Iterator[Dump]:
    source, target = _file_of(database), folder / SQLITE_FILE
    if not source.is_file():
        raise _none(database)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        # In one step: a copy in several begins anew whenever another process writes, and might never end.
        reading.backup(writing)
        fault = _fault(writing)
    if fault:
        raise ConfigurationError(f"{source}: база данных повреждена, верните её из прежней копии: {fault}")
    copy = Database(sqlite_address(target))
    try:
        with copy.read() as session:
            tables = _tables(session.connection())
            counts = {name: _count(session, table) for name, table in tables.items()}
            yield Dump(_schema(copy, session.connection()), counts, session)
    finally:
        copy.dispose()


def _fault(copy: sqlite3.Connection) -> str:
    """What is wrong with the copy, and so with the database; '' if nothing."""
    try:
        [found] = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)


def _load_sqlite(database: Database, folder: Path, also: Callable[[Session], None]) -> None:
    file = _file_of(database)
    # A log that is left beside a database is taken for a part of the next one that lies there.
    in_the_way = [path for path in (file, *_logs(file)) if path.exists()]
    if in_the_way:
        raise ConfigurationError(f"{in_the_way[0]}: ожидается место для базы, а файл есть: уберите его отсюда")
    draft = file.with_name(f".{file.name}.part")
    try:
        shutil.copyfile(folder / SQLITE_FILE, draft)
        draft.chmod(0o600)
        migrate(sqlite_address(draft))
        filled = Database(sqlite_address(draft))
        try:
            with filled.write() as session:
                also(session)
        finally:
            filled.dispose()
        flush(draft)
        draft.rename(file)
        flush(file.parent)
    finally:
        for path in (draft, *_logs(draft)):
            path.unlink(missing_ok=True)


def _logs(file: Path) -> list[Path]:
    """What SQLite keeps beside a database that is open."""
    return [Path(f"{file}-{end}") for end in ("wal", "shm")]


def _file_of(database: Database) -> Path:
    return Path(str(make_url(database.url).database))


def _count(session: Session, table: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


# --------------------------------------------------------------------------------------------------------- PostgreSQL


@contextmanager
def _dump_postgresql(database: Database, folder: Path) -> Iterator[Dump]:
    with database.engine.connect() as looking:
        names = [sql.Identifier(name) for name in sorted(inspect(looking).get_table_names())]
    if not names:
        raise _none(database)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection, Session(connection) as session:
        cursor = _cursor(connection)
        # Before the first look, so that no migration comes between what is seen and what is read.
        cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(sql.SQL(", ").join(names)))
        rows = {name: _write_rows(cursor, folder, name) for name in _tables(connection)}
        yield Dump(_schema(database, connection), rows, session)


def _write_rows(cursor: Any, folder: Path, table: str) -> int:
    statement = sql.SQL("COPY {} TO STDOUT (HEADER)").format(sql.Identifier(table))
    with (
        gzip.open(folder / f"{table}{_ROWS}", "wb", compresslevel=_LEVEL) as file,
        cursor.copy(statement) as rows,
    ):
        for row in rows:
            file.write(row)
    return int(cursor.rowcount)


def _load_postgresql(
    database: Database, folder: Path, schema: str, rows: Mapping[str, int], also: Callable[[Session], None]
) -> None:
    with database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        if inspect(connection).get_table_names():
            name = connection.engine.url.database
            raise ConfigurationError(f"база данных {name}: ожидается пустая, а в ней есть таблицы: создайте новую")
        migrate(database.url, schema, connection=connection)
        tables = list(_tables(connection))
        cursor = _cursor(connection)
        # Migrations put first rows into some tables; the copy has its own.
        for table in reversed(tables):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        read = {table: _read_rows(cursor, folder, table) for table in tables}
        if read != dict(rows):
            raise ConfigurationError(f"{folder}: ожидаются строки, о которых говорит опись, а в файлах другие")
        migrate(database.url, connection=connection)
        with Session(connection) as session:
            also(session)
            session.flush()


def _read_rows(cursor: Any, folder: Path, table: str) -> int:
    with gzip.open(folder / f"{table}{_ROWS}", "rb") as file:
        columns = sql.SQL(", ").join(map(sql.Identifier, file.readline().decode().rstrip("\n").split("\t")))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with cursor.copy(statement) as rows:
            while block := file.read(_BLOCK):
                rows.write(block)
    return int(cursor.rowcount)


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor in the connection's transaction: only it can COPY."""
    raw: Any = connection.connection.driver_connection
    return raw.cursor()


# --------------------------------------------------------------------------------------------------------------- both


def _tables(connection: Connection) -> Mapping[str, Any]:
    """Every table but the one that names the revision, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return {table.name: table for table in found.sorted_tables if table.name != _VERSIONS}


def _schema(database: Database, connection: Connection) -> str:
    revision = revision_of(connection)
    if revision is None:
        raise _none(database)
    return revision


def _none(database: Database) -> ConfigurationError:
    where = make_url(database.url).database
    return ConfigurationError(f"{where}: здесь нет базы данных этой программы (DVORNIK_DATABASE_URL, DVORNIK_DATA_DIR)")
