"""Whoever rewrites the journal is found out, on both engines."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.domain.errors import ConfigurationError, InvalidInputError
from app.journal import verify as room
from app.journal.chain import Entry, append, mac_of
from app.journal.keys import change_key, refuse_other_keys, signed_ends
from app.journal.seal import Seal, SealCheck, check_seal, departures, head_seals, make_seal, read_seal, seal_text
from app.journal.verify import verify
from app.settings import Settings
from app.storage.vault import JournalKey
from app.telemetry import ALERTS
from app.wiring import open_judging
from tests.fakes.artefact import write_artefact
from tests.fakes.world import START, World

ENTRIES = 7
OTHER = JournalKey("other", b"another secret")
_DROP = {
    "sqlite": [f"DROP TRIGGER journal_no_{what}" for what in ("update", "delete", "replace")],
    "postgresql": ["DROP TRIGGER journal_no_change ON journal", "DROP TRIGGER journal_no_truncate ON journal"],
}


@pytest.fixture
def world(database_url, monkeypatch):
    """A house with seven entries in its journal, read three at a time."""
    monkeypatch.setattr(room, "CHUNK", 3)
    made = World(database_url)
    for number in range(ENTRIES):
        with made.database.write() as session:
            append(session, made.house.journal_key, [Entry("tested", number, {"number": number})], START)
    yield made
    made.close()


def engine(world):
    """Which engine it is."""
    return world.database.engine.dialect.name


def disarm(world):
    """Do what somebody with the database's password can do."""
    for statement in _DROP[engine(world)]:
        world.sql(statement)


def codes(world, seal=None):
    """What a verification finds, without the missing guards."""
    report = verify(world.database, world.house.journal_key, seal)
    assert report.problem_count == len(report.problems)
    return [(p.seq, p.code) for p in report.problems if not p.code.startswith("guard_missing")]


def seal(world):
    """The heads as they are."""
    with world.database.read() as session:
        return head_seals(session)


def test_an_honest_journal_is_whole(world):
    """Every entry is read, across chunks, and nothing is found; the guards stand."""
    report = verify(world.database, world.house.journal_key, seal(world))
    assert (report.is_whole, report.entries, report.problems) == (True, ENTRIES, [])
    with world.database.read() as session:
        assert room.missing_guards(session) == []


def test_an_empty_journal_is_whole(database_url):
    """A house that has done nothing has nothing to hide."""
    made = World(database_url)
    assert verify(made.database, made.house.journal_key, seal(made)).is_whole
    made.close()


@pytest.mark.parametrize("statement", ["UPDATE journal SET at = 1", "DELETE FROM journal"])
def test_the_database_refuses_changes(world, statement):
    """Guards that stand refuse updates and deletions."""
    with pytest.raises(DatabaseError, match="append-only"):
        world.sql(statement)
    assert codes(world) == []


_REPLACING = {
    "sqlite": ["INSERT OR REPLACE INTO journal SELECT chain, seq, 1, kind, subject_id, body, key_id, mac FROM journal"],
    "postgresql": [
        "INSERT INTO journal SELECT * FROM journal ON CONFLICT (chain, seq) DO UPDATE SET at = 1",
        "TRUNCATE journal",
    ],
}


def test_the_database_refuses_replacements(world):
    """Guards that stand refuse every way of writing over an entry."""
    for statement in _REPLACING[engine(world)]:
        with pytest.raises(DatabaseError, match="append-only"):
            world.sql(statement)
    assert codes(world) == []


def test_each_dropped_guard_is_named(world):
    """Every trigger that goes is found by its name."""
    dropped = []
    for statement in _DROP[engine(world)]:
        world.sql(statement)
        dropped.append("guard_missing:" + statement.split()[2])
        report = verify(world.database, world.house.journal_key)
        assert [p.code for p in report.problems] == dropped


def test_a_start_tells_of_missing_guards(world, tmp_path):
    """Whoever starts to judge or to send raises an alert for each guard that is gone, and none while all stand."""
    write_artefact(tmp_path / "model")
    settings = Settings(data_dir=tmp_path, model=tmp_path / "model")
    told = ALERTS.labels("journal_guard_missing")._value
    before = told.get()
    open_judging(settings, world.house)
    assert told.get() == before

    disarm(world)
    open_judging(settings, world.house)
    assert told.get() == before + len(_DROP[engine(world)])


def test_a_guard_that_guards_nothing_counts_as_missing(world):
    """A trigger of the right name that lets changes through is found."""
    if engine(world) == "sqlite":
        world.sql("DROP TRIGGER journal_no_update")
        world.sql("CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT 1; END")
        expected = ["guard_missing:journal_no_update"]
    else:
        world.sql(
            "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$"
        )
        expected = ["guard_missing:journal_no_change", "guard_missing:journal_no_truncate"]
    report = verify(world.database, world.house.journal_key)
    assert [p.code for p in report.problems] == expected


def test_a_disabled_guard_counts_as_missing(world):
    """PostgreSQL can switch a trigger off, SQLite its recursion: both are found."""
    if engine(world) == "postgresql":
        world.sql("ALTER TABLE journal DISABLE TRIGGER journal_no_change")
        assert not verify(world.database, world.house.journal_key).is_whole
    else:
        with world.database.read() as session:
            session.execute(text("ROLLBACK"))
            session.execute(text("PRAGMA recursive_triggers = OFF"))
            assert room.missing_guards(session) == ["recursive_triggers"]
            session.execute(text("PRAGMA recursive_triggers = ON"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("body = replace(body, 'tested', 'tasted')", "mac_differs"),
        ("mac = 'ff' || substr(mac, 3)", "mac_differs"),
        ("kind = 'other'", "columns_differ"),
        ("at = at + 1", "columns_differ"),
        ("subject_id = 99", "columns_differ"),
        ("subject_id = NULL", "columns_differ"),
    ],
)
def test_a_changed_entry_is_found(world, change, expected):
    """Whatever part of an entry is changed, the entry's number is reported."""
    disarm(world)
    world.sql(f"UPDATE journal SET {change} WHERE seq = 4")
    found = codes(world)
    assert found[0] == (4, expected)


def test_a_removed_entry_is_found(world):
    """A hole in the middle is reported, and what follows is still checked."""
    disarm(world)
    world.sql("DELETE FROM journal WHERE seq = 4")
    world.sql("UPDATE journal SET kind = 'other' WHERE seq = 6")
    assert codes(world) == [(4, "entry_missing"), (6, "columns_differ")]


def test_an_entry_put_behind_the_head_is_found(world):
    """An entry that was not written through the chain is reported."""
    world.sql(
        "INSERT INTO journal (chain, seq, at, kind, subject_id, body, key_id, mac)"
        " SELECT chain, seq + 1, at, kind, subject_id, body, key_id, mac FROM journal WHERE seq = 7"
    )
    assert codes(world) == [(8, "entry_behind_head")]


def test_a_removed_tail_is_found_by_the_head(world):
    """Cutting entries and leaving the head is reported at the first missing number."""
    disarm(world)
    world.sql("DELETE FROM journal WHERE seq > 5")
    assert codes(world) == [(6, "entry_missing")]


def test_a_tail_cut_together_with_its_head_is_found_by_the_seal(world):
    """A chain that ends earlier and looks whole is betrayed by a seal that was kept elsewhere."""
    kept = seal(world)
    disarm(world)
    world.sql("DELETE FROM journal WHERE seq > 5")
    world.sql("UPDATE chain_head SET seq = 5, mac = (SELECT mac FROM journal WHERE seq = 5) WHERE chain = 0")
    assert codes(world) == []
    assert codes(world, kept) == [(7, "tail_cut")]


def test_a_history_forged_with_the_key_is_found_by_the_seal(world):
    """Even whoever has the key cannot make another history fit the seal."""
    kept = seal(world)
    disarm(world)
    key = world.house.journal_key
    with world.database.read() as session:
        rows = session.execute(text("SELECT seq, body FROM journal ORDER BY seq")).all()
    previous = ""
    for seq, old in rows:
        body = old.replace('"number":3', '"number":8')
        previous = mac_of(key, 0, seq, previous, body)
        world.sql("UPDATE journal SET body = :body, mac = :mac WHERE seq = :seq", body=body, mac=previous, seq=seq)
    world.sql("UPDATE chain_head SET mac = :mac WHERE chain = 0", mac=previous)
    assert codes(world) == []
    assert codes(world, kept) == [(7, "differs_from_seal")]


def test_a_chain_without_its_head_is_found(world):
    """Removing the head does not hide the chain; removing both is betrayed by the seal."""
    kept = seal(world)
    disarm(world)
    world.sql("DELETE FROM chain_head WHERE chain = 0")
    assert codes(world) == [(7, "head_missing")]
    world.sql("DELETE FROM journal")
    assert codes(world) == []
    assert codes(world, kept) == [(7, "sealed_chain_missing")]


def test_a_wrong_secret_is_no_proof(world):
    """Under the right name and with another secret every entry is wrong."""
    report = verify(world.database, replace(world.house.journal_key, secret=b"another secret"))
    assert (report.problem_count, report.problems[0].code) == (ENTRIES, "mac_differs")


def test_entries_of_another_key_are_counted_apart(world):
    """What cannot be verified is no proof of a change: it is summed up, with its time, and nothing is whole."""
    with world.database.write() as session:
        append(session, world.house.journal_key, [Entry("tested", 8, {})], START + 5)
    report = verify(world.database, OTHER)
    strange = report.of_strange_keys
    assert (strange.entries, strange.first_at, strange.last_at) == (ENTRIES + 1, START, START + 5)
    assert (report.problem_count, report.of_old_keys.entries, report.is_whole) == (0, 0, False)
    assert verify(world.database, OTHER, old_keys=[world.house.journal_key]).is_whole


def test_faults_are_seen_among_entries_of_another_key(world):
    """Holes and columns that contradict the body need no key to be found."""
    disarm(world)
    world.sql("DELETE FROM journal WHERE seq = 3")
    world.sql("UPDATE journal SET kind = 'other' WHERE seq = 5")
    report = verify(world.database, OTHER)
    found = [(p.seq, p.code) for p in report.problems if not p.code.startswith("guard_missing")]
    assert found == [(3, "entry_missing"), (5, "columns_differ")]
    assert report.of_strange_keys.entries == ENTRIES - 1


def take_over(world, key=OTHER):
    """Go on with another key; returns how many chains were told."""
    with world.database.write() as session:
        return change_key(session, key, START + 10, "cli")


def test_a_recorded_change_of_key_vouches_for_what_was_before(world):
    """Without the old key its entries are of a key given up, with it the journal is whole; so with a third key."""
    assert take_over(world) == 1
    with world.database.write() as session:
        append(session, OTHER, [Entry("tested", 9, {})], START + 11)
    report = verify(world.database, OTHER)
    assert (report.of_old_keys.entries, report.of_strange_keys.entries, report.problem_count) == (ENTRIES, 0, 0)
    assert (report.may_be_sealed, report.is_whole) == (True, False)
    assert verify(world.database, OTHER, old_keys=[world.house.journal_key]).is_whole

    third = JournalKey("third", b"a third secret")
    assert take_over(world, third) == 1
    report = verify(world.database, third)
    assert (report.of_old_keys.entries, report.may_be_sealed) == (ENTRIES + 2, True)
    assert (take_over(world, third), verify(world.database, third).entries) == (0, ENTRIES + 3)


@pytest.mark.parametrize("seq", [1, 4, 7, 8])
def test_a_change_disguised_as_another_keys_entry_is_not_vouched_for(world, seq):
    """Whatever is changed under the name of a key that nobody has stands apart, also after a change of key."""
    disarm(world)
    take_over(world)
    body = "body = replace(body, 'tested', 'tasted'), kind = 'tasted'"
    world.sql(f"UPDATE journal SET {body}, key_id = 'third' WHERE seq = :seq", seq=seq)
    report = verify(world.database, OTHER, old_keys=[world.house.journal_key])
    assert (report.of_strange_keys.entries, report.of_old_keys.entries) == (1, 0)
    assert not report.may_be_sealed


def test_a_second_machines_key_is_strange_even_when_it_is_replaced(world):
    """Entries that no recorded change led to are not taken for an old key's, whoever takes over after them."""
    with world.database.write() as session:
        append(session, OTHER, [Entry("tested", 8, {})], START)
    assert take_over(world, world.house.journal_key) == 1
    report = verify(world.database, world.house.journal_key)
    assert (report.of_strange_keys.entries, report.of_old_keys.entries) == (1, 0)


def test_a_start_under_another_key_is_refused_on_any_chain(world):
    """The last entry of each chain must be ours; a chain that nobody has written to says nothing."""
    ours = world.house.journal_key
    if engine(world) == "postgresql":
        with world.database.write() as session, world.database.write() as beside:
            append(session, ours, [Entry("tested", 1, {})], START)
            append(beside, ours, [Entry("tested", 2, {})], START)
    chains = 2 if engine(world) == "postgresql" else 1
    with world.database.read() as session:
        ends = signed_ends(session)
        assert [(end.head.chain, end.key_id) for end in ends] == [(chain, ours.id) for chain in range(chains)]
        refuse_other_keys(ends, ours)
        for end in ends:
            with pytest.raises(ConfigurationError, match=f"ключом {ours.id}, а здесь ключ other.*journal new-key"):
                refuse_other_keys([end], OTHER)
    assert take_over(world) == chains
    with world.database.read() as session:
        refuse_other_keys(signed_ends(session), OTHER)
    assert verify(world.database, OTHER, old_keys=[ours]).is_whole


def test_many_problems_are_counted_and_few_are_named(world, monkeypatch):
    """A rewritten journal of any length costs no memory."""
    monkeypatch.setattr(room, "NAMED", 2)
    report = verify(world.database, replace(world.house.journal_key, secret=b"another secret"))
    assert (report.problem_count, len(report.problems)) == (ENTRIES, 2)


def test_a_seal_survives_its_file(world):
    """What is read from a seal's file is what was sealed, and its signature holds."""
    key = world.house.journal_key
    made = make_seal(seal(world), START, key)
    data = seal_text(made)
    assert json.loads(data)["at"] == START
    found = read_seal(data, "seal.json")
    assert found == made
    assert check_seal(found, {key.id: key}) is SealCheck.SIGNED


def test_a_seal_that_was_changed_is_no_seal(world):
    """Whoever cuts the tail and the seal with it lacks the key: a changed seal, and one by another key, are told."""
    key = world.house.journal_key
    made = make_seal(seal(world), START, key)
    [head] = [one for one in made.heads if one.seq]
    shorter = [head._replace(seq=head.seq - 1)]
    for changed in (
        Seal(made.at + 1, made.heads, made.key_id, made.mac),
        Seal(made.at, shorter, made.key_id, made.mac),
    ):
        assert check_seal(changed, {key.id: key}) is SealCheck.FORGED
    forged = make_seal(shorter, START, OTHER)
    assert check_seal(forged, {key.id: key}) is SealCheck.OTHER_KEY
    assert check_seal(Seal(START, shorter), {key.id: key}) is SealCheck.UNSIGNED


def test_a_quick_look_finds_what_departs_from_a_seal(world):
    """A cut tail and a rewritten sealed entry are seen without a verification; growth is not."""
    made = make_seal(seal(world), START, world.house.journal_key)
    with world.database.write() as session:
        append(session, world.house.journal_key, [Entry("tested", 9, {})], START)
    with world.database.read() as session:
        assert departures(session, made) == []
    disarm(world)
    world.sql("DELETE FROM journal WHERE seq > 5")
    with world.database.read() as session:
        assert departures(session, made) == [0]


def test_entries_that_changed_places_are_found(world):
    """Two entries whose numbers were swapped are both reported."""
    disarm(world)
    for was, becomes in ((3, 100), (4, 3), (100, 4)):
        world.sql("UPDATE journal SET seq = :becomes WHERE seq = :was", was=was, becomes=becomes)
    assert codes(world) == [(3, "mac_differs"), (4, "mac_differs"), (5, "mac_differs")]


def test_an_entry_put_in_anothers_place_is_found(world):
    """An honest entry that was copied over another one does not fit there; nor does one from another chain."""
    disarm(world)
    world.sql("DELETE FROM journal WHERE seq = 4")
    world.sql(
        "INSERT INTO journal (chain, seq, at, kind, subject_id, body, key_id, mac)"
        " SELECT chain, 4, at, kind, subject_id, body, key_id, mac FROM journal WHERE seq = 2"
    )
    assert codes(world)[0] == (4, "mac_differs")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"at":1,"heads":[{"chain":"x"}]}', b'{"at":1,"heads":[],"more":1}'])
def test_a_file_that_is_no_seal_is_refused(data):
    """The refusal names the file and what was expected."""
    with pytest.raises(InvalidInputError, match=r"seal\.json: ожидается печать"):
        read_seal(data, "seal.json")


def test_entries_that_are_written_meanwhile_are_no_forgery(world, monkeypatch):
    """Verification beside working writers finds nothing."""
    read = room._entries

    def write_and_read(database, head):
        with world.database.write() as session:
            append(session, world.house.journal_key, [Entry("meanwhile", None, {})], START)
        return read(database, head)

    monkeypatch.setattr(room, "_entries", write_and_read)
    assert verify(world.database, world.house.journal_key, seal(world)).problems == []
