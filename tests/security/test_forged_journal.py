"""Every way to change the journal behind the house's back is refused by the database or found by a verification."""

from contextlib import nullcontext, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.journal.chain import Entry, append
from app.journal.seal import head_seals
from app.journal.verify import verify
from tests.fakes.world import START, World

#: What the database itself must refuse, whoever asks.
REFUSED = {
    "sqlite": [
        "UPDATE OR REPLACE journal SET body = '{}' WHERE seq = 3",
        "UPDATE journal SET seq = seq + 100",
        "INSERT INTO journal SELECT * FROM journal WHERE seq = 3 ON CONFLICT (chain, seq) DO UPDATE SET body = '{}'",
        "REPLACE INTO journal SELECT chain, seq, at, kind, subject_id, '{}', key_id, mac FROM journal WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 5 RETURNING seq",
        "WITH gone AS (SELECT 3 AS seq) UPDATE journal SET body = '{}' FROM gone WHERE journal.seq = gone.seq",
    ],
    "postgresql": [
        "WITH gone AS (DELETE FROM journal WHERE seq = 3 RETURNING *) SELECT count(*) FROM gone",
        "UPDATE ONLY journal SET body = '{}' WHERE seq = 3",
        (
            "MERGE INTO journal USING (SELECT 3 AS seq) AS wanted ON journal.seq = wanted.seq"
            " WHEN MATCHED THEN UPDATE SET body = '{}'"
        ),
        "MERGE INTO journal USING (SELECT 3 AS seq) AS wanted ON journal.seq = wanted.seq WHEN MATCHED THEN DELETE",
        "TRUNCATE TABLE journal, chain_head RESTART IDENTITY CASCADE",
    ],
}
#: What the owner of the database can do in spite of it, and what then betrays him.
_DISARMED = {
    "sqlite": ["DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete", "DROP TRIGGER journal_no_replace"],
    "postgresql": ["ALTER TABLE journal DISABLE TRIGGER ALL"],
}
_REARMED = {
    "sqlite": [
        (
            "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal"
            " WHEN EXISTS (SELECT 1 FROM journal WHERE chain = NEW.chain AND seq = NEW.seq)"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ),
    ],
    "postgresql": ["ALTER TABLE journal ENABLE TRIGGER ALL"],
}
FORGERIES = [
    "UPDATE journal SET body = replace(body, '\"number\":3', '\"number\":8')",
    "DELETE FROM journal WHERE seq = 3",
    "DELETE FROM journal WHERE seq = 7",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE seq = 7; UPDATE chain_head SET seq = 6, mac = (SELECT mac FROM journal WHERE seq = 6)",
    "DELETE FROM journal; DELETE FROM chain_head",
    "UPDATE journal SET kind = 'kept', body = replace(body, 'tested', 'kept') WHERE seq = 2",
    "INSERT INTO journal SELECT chain, 8, at, kind, subject_id, body, key_id, mac FROM journal WHERE seq = 7",
    "UPDATE journal SET key_id = 'nobody' WHERE seq = 4",
    "UPDATE chain_head SET mac = 'forged'",
    "UPDATE chain_head SET seq = 0, mac = ''",
]
#: Guards under their own names that let something through.
HOLLOW = {
    "sqlite": [
        (
            "DROP TRIGGER journal_no_update; CREATE TRIGGER journal_no_update BEFORE UPDATE OF at ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "DROP TRIGGER journal_no_delete; CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal WHEN OLD.seq > 99"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ),
    ],
    "postgresql": [
        (
            "DROP TRIGGER journal_no_change ON journal; CREATE TRIGGER journal_no_change BEFORE DELETE OR UPDATE OF at"
            " ON journal FOR EACH ROW EXECUTE FUNCTION journal_refuse()"
        ),
        (
            "DROP TRIGGER journal_no_change ON journal; CREATE TRIGGER journal_no_change BEFORE DELETE OR UPDATE"
            " ON journal FOR EACH ROW WHEN (OLD.seq > 99) EXECUTE FUNCTION journal_refuse()"
        ),
        (
            "DROP TRIGGER journal_no_change ON journal; CREATE TRIGGER journal_no_change AFTER DELETE OR UPDATE"
            " ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
        ),
        "ALTER TABLE journal ENABLE REPLICA TRIGGER journal_no_change",
    ],
}


@pytest.fixture
def world(database_url):
    """A house with seven entries in its journal, all in one chain."""
    made = World(database_url)
    for number in range(7):
        with made.database.write() as session:
            append(session, made.house.journal_key, [Entry("tested", number, {"number": number})], START)
    yield made
    made.close()


def test_the_database_refuses_every_way_of_writing_over(world):
    """While the guards stand, no statement changes, removes or replaces an entry."""
    for statement in REFUSED[world.database.engine.dialect.name]:
        with pytest.raises(DatabaseError, match="append-only"):
            world.sql(statement)
    assert verify(world.database, world.house.journal_key).is_whole


def test_what_an_owner_forges_is_found(world):
    """Guards taken down and put up again leave no trace; every change made in between is found, by the seal if need be."""
    engine = world.database.engine.dialect.name
    with world.database.read() as session:
        seal = head_seals(session)
    for forgery in FORGERIES:
        with suppress(_UndoneError), world.database.write() as session:
            for script in (*_DISARMED[engine], *forgery.split("; "), *_REARMED[engine]):
                session.execute(text(script.replace(":", "\\:")))
            session.flush()
            found = _verify_inside(world, session, seal)
            assert found, forgery
            raise _UndoneError
    assert verify(world.database, world.house.journal_key, seal).is_whole


def test_a_hollow_guard_is_no_guard(world):
    """A trigger of the right name for some columns, some rows or some sessions only counts as missing."""
    for script in HOLLOW[world.database.engine.dialect.name]:
        with suppress(_UndoneError), world.database.write() as session:
            for statement in script.split("; CREATE", 1):
                whole = statement if statement.startswith(("DROP", "ALTER")) else f"CREATE{statement}"
                session.execute(text(whole))
            codes = [one for one in _verify_inside(world, session, None) if one.startswith("guard_missing")]
            assert len(codes) == 1, script
            raise _UndoneError


class _UndoneError(Exception):
    """Rolls a forgery back, so that the next one finds an honest journal."""


class _Inside:
    """Looks with the eyes of the transaction that forges."""

    def __init__(self, session) -> None:
        self._session = session

    def read(self):
        """The same session, again and again."""
        return nullcontext(self._session)


def _verify_inside(world, session, seal):
    session.expire_all()
    report = verify(_Inside(session), world.house.journal_key, seal)
    codes = [problem.code for problem in report.problems]
    return [*codes, "strange_key"] if report.of_strange_keys.entries else codes
