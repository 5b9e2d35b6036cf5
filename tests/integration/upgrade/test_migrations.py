"""An installation of any earlier revision is brought to the newest, with what it holds."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
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
from tests.fakes.house import INSULT
from tests.fakes.house import written as comes
from tests.fakes.past_database import Tables, begin_journal, everything, put, tables_of
from tests.fakes.past_rows import APART, AT, PAGE_EXTERNAL, another, rows_of_a_history
from tests.fakes.thresholds import FakeThresholds

ENCRYPTION = Fernet.generate_key().decode()
JOURNAL = "k" * 43
VAULT = Vault(ENCRYPTION.encode())
KEY = journal_key_of(JOURNAL.encode())
REVISIONS = sorted(known_revisions())


@dataclass(frozen=True)
class Written:
    """What is in a database when the rows of one of its revisions have been added; `number` tells them from others'."""

    number: int
    revision: str
    tables: Tables
    rows: dict[str, list[dict]]


def _write(database: Database, number: int, revision: str) -> Written:
    """Bring the database to a revision, and write what a program of that revision wrote."""
    migrate(database.url, revision)
    with database.engine.connect() as connection, connection.begin():
        tables = tables_of(connection)
        put(connection, tables, another(rows_of_a_history(VAULT), number))
        if "journal" in tables and not connection.execute(select(tables["journal"])).first():
            begin_journal(connection, tables, KEY)
        return Written(number, revision, tables, everything(connection, tables))


def _expected(revision: str, table: str, row: dict) -> dict:
    """A row as the newest revision should hold what an older one had."""
    if table != "review_case" or revision >= "0009":
        return row
    # The queue's order is computed for cases that were opened before it was a column.
    told = {name: row[name] for name in ("protected", "uncertainty", "opened_at")}
    return {**row, "rank": rank(**told, sampled=False)}


def test_every_row_of_every_earlier_revision_survives(empty_database_url: str, tmp_path: Path) -> None:
    """Old columns keep their values, new ones get a value that the program reads: it goes on where it was."""
    database = Database(empty_database_url)
    try:
        written = [_write(database, number, revision) for number, revision in enumerate(REVISIONS[:-1])]
        migrate(empty_database_url)
        with database.engine.connect() as connection:
            after = everything(connection, metadata.tables)
    finally:
        database.dispose()

    for past in written:
        for table, rows in past.rows.items():
            keys = past.tables[table].primary_key.columns.keys()
            now = {tuple(row[name] for name in keys): row for row in after[table]}
            expected = [_expected(past.revision, table, row) for row in rows]
            kept = [{name: now[tuple(row[name] for name in keys)][name] for name in row} for row in expected]
            assert kept == expected, f"{table} as {past.revision} had it"
            assert rows
    assert {table: len(rows) for table, rows in written[-1].rows.items()} == {
        table: len(after[table]) for table in written[-1].rows
    }
    _go_on(empty_database_url, tmp_path, written)


def _go_on(url: str, folder: Path, written: list[Written]) -> None:
    """A comment comes to each old page, as an edit where it was known; the journal goes on and verifies."""
    settings = Settings(data_dir=folder, database_url=url, encryption_key=ENCRYPTION, journal_key=JOURNAL)
    house = open_house(settings)
    try:
        ensure_presets(house)
        thresholds = FakeThresholds()
        model = register_model(house, thresholds)
        pages = {6 + APART * past.number: past for past in written}
        items = [
            comes("дебил", page_id=page, number=1, act=Act.EDIT, scores=INSULT, key=f"after{page}", at=AT + 1)
            for page in pages
        ]
        with house.database.transact() as transaction:
            config = Configuration(house, thresholds)
            known = config.within(transaction).by_id
            assert {page: known[page].external_id for page in pages} == {
                page: f"{PAGE_EXTERNAL}{past.number}" for page, past in pages.items()
            }
            record(transaction, house, config, items, model)
        with house.database.read() as session:
            found = session.exec(select(Comment.page_id, Comment.decision_id).where(Comment.external_id == "1")).all()
        decisions = dict(found)
        report = verify(house.database, house.journal_key)
        for page, past in pages.items():
            assert decisions[page] not in {None, 25 + APART * past.number}, past.revision
        assert report.is_whole
        assert report.entries > len(pages)
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
            put(connection, known, rows_of_a_history(VAULT))
            begin_journal(connection, known, KEY)
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


def test_files_are_named_after_their_revisions() -> None:
    """What is told from the names of the files is what alembic reads in them."""
    config = Config()
    config.set_main_option("script_location", "app.storage:migrations")
    scripts = ScriptDirectory.from_config(config)

    assert {script.revision for script in scripts.walk_revisions()} == known_revisions()
    assert scripts.get_current_head() == max(known_revisions())


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
