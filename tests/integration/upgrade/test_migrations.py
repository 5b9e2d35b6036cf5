"""An installation of any earlier revision is brought to the newest, with what it holds."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlmodel import select

from app.domain.errors import ConfigurationError
from app.domain.events import Act
from app.domain.urgency import rank
from app.journal.verify import verify
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.models import register_model
from app.pipeline.record.batch import record
from app.settings import Settings
from app.storage.session import Database, Schema, known_revisions, migrate, schema_of
from app.storage.tables import Comment, metadata
from app.storage.vault import Vault, journal_key_of
from app.wiring import open_house
from tests.fakes.house import INSULT, written
from tests.fakes.past_database import everything, put, tables_of
from tests.fakes.past_rows import AT, PAGE_EXTERNAL, rows_of_a_history
from tests.fakes.thresholds import FakeThresholds

ENCRYPTION = Fernet.generate_key().decode()
JOURNAL = "k" * 43
VAULT = Vault(ENCRYPTION.encode())
KEY = journal_key_of(JOURNAL.encode())
REVISIONS = sorted(known_revisions())


def _begin(url: str, revision: str) -> dict[str, list[dict]]:
    """A database of a revision with rows in all of its tables; returns what is in it."""
    migrate(url, revision)
    database = Database(url)
    try:
        with database.engine.connect() as connection, connection.begin():
            tables = {name: table for name, table in tables_of(connection).items() if name != "alembic_version"}
            put(connection, tables, rows_of_a_history(VAULT), KEY)
            return everything(connection, tables)
    finally:
        database.dispose()


def _found(url: str) -> dict[str, list[dict]]:
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            return everything(connection, metadata.tables)
    finally:
        database.dispose()


def _expected(revision: str, table: str, row: dict) -> dict:
    """A row as the newest revision should hold what an older one had."""
    if table != "review_case" or revision >= "0009":
        return row
    # The queue's order is computed for cases that were opened before it was a column.
    told = {name: row[name] for name in ("protected", "uncertainty", "opened_at")}
    return {**row, "rank": rank(**told, sampled=False)}


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_every_row_of_an_earlier_revision_survives(empty_database_url: str, tmp_path: Path, revision: str) -> None:
    """Old columns keep their values, new ones get a value that the program reads: it goes on where it was."""
    before = _begin(empty_database_url, revision)
    migrate(empty_database_url)
    after = _found(empty_database_url)

    assert all(before.values())
    for table, rows in before.items():
        expected = [_expected(revision, table, row) for row in rows]
        assert [
            {name: row[name] for name in kept} for row, kept in zip(after[table], expected, strict=True)
        ] == expected
    _go_on(empty_database_url, tmp_path)


def _go_on(url: str, folder: Path) -> None:
    """A comment comes to the old page, as an edit where it was known; the journal goes on and verifies."""
    settings = Settings(data_dir=folder, database_url=url, encryption_key=ENCRYPTION, journal_key=JOURNAL)
    house = open_house(settings)
    try:
        ensure_presets(house)
        thresholds = FakeThresholds()
        model = register_model(house, thresholds)
        item = written("дебил", page_id=6, number=1, act=Act.EDIT, scores=INSULT, key="after", at=AT + 1)
        with house.database.write() as session:
            config = Configuration(house, thresholds)
            assert config.current(session).by_id[6].external_id == PAGE_EXTERNAL
            record(session, house, config, [item], model)
        with house.database.read() as session:
            comment = session.exec(select(Comment).where(Comment.page_id == 6, Comment.external_id == "1")).one()
        report = verify(house.database, house.journal_key)
        assert comment.decision_id not in {None, 25}
        assert report.is_whole
        assert report.entries > 0
    finally:
        house.database.dispose()


def test_the_version_before_goes_on_writing(empty_database_url: str) -> None:
    """Rows as the revision before the newest knows them are taken by the newest: both versions may run at once."""
    migrate(empty_database_url, REVISIONS[-2])
    database = Database(empty_database_url)
    try:
        with database.engine.connect() as connection:
            known = tables_of(connection)
        migrate(empty_database_url)
        with database.engine.connect() as connection, connection.begin():
            put(connection, known, rows_of_a_history(VAULT), KEY)
            assert all(everything(connection, known).values())
    finally:
        database.dispose()


def test_migrations_make_what_the_tables_describe(empty_database_url: str) -> None:
    """The migrated schema has the tables, columns and indexes of the descriptions, no more and no fewer."""
    migrate(empty_database_url)
    database = Database(empty_database_url)
    try:
        with database.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    finally:
        database.dispose()


def test_a_database_of_a_newer_program_is_left_alone(empty_database_url: str, tmp_path: Path) -> None:
    """A revision that this program does not know is told from an old one, and nothing is done to it."""
    migrate(empty_database_url)
    database = Database(empty_database_url)
    try:
        with database.write() as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        assert schema_of(database) is Schema.AHEAD
    finally:
        database.dispose()
    settings = Settings(data_dir=tmp_path, database_url=empty_database_url)

    with pytest.raises(ConfigurationError, match="более новая версия"):
        open_house(settings)
    with pytest.raises(ConfigurationError, match="более новая версия"):
        migrate(empty_database_url)
