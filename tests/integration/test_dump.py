"""What a dump holds is the database of one moment, and filling an empty one with it gives the same rows."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from app.domain.errors import ConfigurationError
from app.storage.dump import SQLITE_FILE, dump, load
from app.storage.session import Database, Schema, migrate, schema_of
from app.storage.tables import Account, metadata
from app.storage.vault import JournalKey, Vault
from tests.fakes.past_database import begin_journal, everything, put
from tests.fakes.past_rows import AT, rows_of_a_history

KEY = JournalKey("test", b"k" * 32)


@pytest.fixture
def full(database_url: str) -> Iterator[Database]:
    """A database with rows in every table."""
    database = Database(database_url)
    with database.engine.connect() as connection, connection.begin():
        put(connection, metadata.tables, rows_of_a_history(Vault(Fernet.generate_key())))
        begin_journal(connection, metadata.tables, KEY)
    yield database
    database.dispose()


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """An empty database of the same engine."""
    engine = "sqlite" if database_url.startswith("sqlite") else "postgres"
    database = Database(request.getfixturevalue(f"empty_{engine}_url"))
    yield database
    database.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files go."""
    made = tmp_path / "dump"
    made.mkdir()
    return made


def rows(database: Database) -> dict[str, list[dict]]:
    with database.engine.connect() as connection:
        return everything(connection, metadata.tables)


def test_every_row_comes_back_as_it_was(full: Database, empty: Database, folder: Path) -> None:
    """Bytes, tabs, backslashes, nulls and the smallest float stand in the filled database as in the copied one."""
    with dump(full, folder) as made:
        schema, counts = made.schema, dict(made.rows)
    load(empty, folder, schema, counts)

    assert counts.keys() == metadata.tables.keys()
    assert counts == {table: len(found) for table, found in rows(full).items()}
    assert rows(empty) == rows(full)
    assert schema_of(empty) is Schema.CURRENT


def test_it_holds_one_moment(full: Database, empty: Database, folder: Path) -> None:
    """What is committed while the dump is open is in none of its files, and nobody waits for it to end."""
    with dump(full, folder) as made:
        with full.write() as session:
            session.execute(insert(Account).values(id=99, name="late", created_at=AT))
        assert list(made.session.execute(select(Account.name)).scalars()) == ["anna"]
        schema, counts = made.schema, dict(made.rows)
    load(empty, folder, schema, counts)

    assert len(rows(full)["account"]) == 2
    assert [row["name"] for row in rows(empty)["account"]] == ["anna"]


def test_it_is_files_alone(full: Database, folder: Path) -> None:
    """SQLite gives one file without a log beside it, PostgreSQL one a table."""
    with dump(full, folder) as made:
        tables = set(made.rows)
    names = {path.name for path in folder.iterdir()}

    assert names == ({SQLITE_FILE} if full.is_sqlite else {f"{table}.copy.gz" for table in tables})


def test_a_database_that_is_not_empty_is_not_touched(full: Database, folder: Path) -> None:
    """Nothing is put over what is there."""
    before = rows(full)
    with dump(full, folder) as made:
        schema, counts = made.schema, dict(made.rows)

    with pytest.raises(ConfigurationError, match="ожидается"):
        load(full, folder, schema, counts)
    assert rows(full) == before


def test_a_lost_row_leaves_postgresql_empty(postgres_url: str, empty_postgres_url: str, folder: Path) -> None:
    """Where the files hold other rows than the list says, the database stays without a single table."""
    source, target = Database(postgres_url), Database(empty_postgres_url)
    try:
        with dump(source, folder) as made:
            schema, counts = made.schema, dict(made.rows)
        file = folder / "chain_head.copy.gz"
        lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
        file.write_bytes(gzip.compress(b"".join(lines[:-1])))

        with pytest.raises(ConfigurationError, match="в файлах другие"):
            load(target, folder, schema, counts)
        with target.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").scalar()
        assert found == 0
    finally:
        source.dispose()
        target.dispose()


def test_a_damaged_sqlite_file_is_not_copied_silently(sqlite_url: str, folder: Path) -> None:
    """A backup of a broken database would be found broken on the day when it is needed: it is told at once."""
    database = Database(sqlite_url)
    with database.engine.connect() as connection, connection.begin():
        put(connection, metadata.tables, rows_of_a_history(Vault(Fernet.generate_key())))
        begin_journal(connection, metadata.tables, KEY)
    database.dispose()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    data = bytearray(file.read_bytes())
    # Every page but the first few of the schema.
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    file.write_bytes(data)

    with pytest.raises(ConfigurationError, match="повреждена"), dump(Database(sqlite_url), folder):
        pass


def test_a_dump_of_an_older_schema_is_brought_to_the_newest(empty: Database, folder: Path) -> None:
    """The copy that is made before an upgrade goes back into the upgraded program."""
    migrate(empty.url, "0008")
    with dump(empty, folder) as made:
        schema, counts = made.schema, dict(made.rows)
    _clear(empty)
    load(empty, folder, schema, counts)

    assert schema == "0008"
    assert schema_of(empty) is Schema.CURRENT
    assert [row["id"] for row in rows(empty)["control"]] == [1]


def _clear(database: Database) -> None:
    database.dispose()
    if database.is_sqlite:
        Path(database.url.removeprefix("sqlite:///")).unlink()
        return
    with database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
