"""Each day has its seal, and what departs from the last one is told at once."""

import json
import stat
import threading

import pytest

from app.domain.clock import DAY, HOUR
from app.journal.chain import Entry, append
from app.journal.seal import SealCheck, check_seal, read_seal
from app.pipeline.administration.seal_state import SealState, seal_state
from app.pipeline.administration.sealing import look_back, newest_seal, seal_daily, seal_now
from app.telemetry import ALERTS
from tests.fakes.world import World


@pytest.fixture
def world(sqlite_url):
    """A house with three entries in its journal."""
    made = World(sqlite_url)
    for number in range(3):
        write(made, number)
    yield made
    made.close()


def write(world, number):
    """One more entry."""
    with world.database.write() as session:
        append(session, world.house.journal_key, [Entry("tested", number, {})], world.clock.now())


def alerts(what):
    """How often people were told."""
    return ALERTS.labels(what)._value.get()


def test_a_day_has_one_seal(world, tmp_path):
    """The duty writes one signed file a day for its owner alone, and the journal says so."""
    duty = seal_daily(tmp_path)
    for _ in range(3):
        duty(world.house, None, threading.Event())
        world.clock.advance(HOUR)
    [file] = (tmp_path / "seals").iterdir()
    made = read_seal(file.read_bytes(), file.name)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert check_seal(made, {world.house.journal_key.id: world.house.journal_key}) is SealCheck.SIGNED
    assert [head.seq for head in made.heads if head.seq] == [3]
    with world.database.read() as session:
        entries = session.connection().exec_driver_sql("SELECT body FROM journal WHERE kind = 'journal_sealed'").all()
    assert [json.loads(body)["chains"] for (body,) in entries] == [1]
    world.clock.advance(DAY)
    duty(world.house, None, threading.Event())
    assert len(list((tmp_path / "seals").iterdir())) == 2
    world.assert_journal_whole()


def test_a_seal_is_never_written_over(world, tmp_path):
    """A file that is there stays as it is."""
    file = tmp_path / "seal.json"
    seal_now(world.house, file)
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        seal_now(world.house, file)
    assert file.read_bytes() == before
    assert list(tmp_path.glob(".*seal*")) == []


def test_people_are_told_when_the_journal_departs_from_its_seal(world, tmp_path):
    """A tail that was cut since the last seal raises an alert on the next look; growth raises none."""
    seal_daily(tmp_path)(world.house, None, threading.Event())
    write(world, 9)
    before = alerts("journal_departs_from_seal")
    assert look_back(world.house, tmp_path / "seals") == ()
    world.sql("DROP TRIGGER journal_no_delete")
    world.sql("DELETE FROM journal WHERE seq > 2")

    assert look_back(world.house, tmp_path / "seals") == (0,)
    assert alerts("journal_departs_from_seal") == before + 1


def test_a_file_that_is_no_seal_is_told_of_and_passed_by(world, tmp_path):
    """The newest seal is found by its own instant, whatever else lies in the folder."""
    assert newest_seal(tmp_path / "nowhere") is None
    seal_now(world.house, tmp_path / "b.json")
    world.clock.advance(HOUR)
    seal_now(world.house, tmp_path / "a.json")
    (tmp_path / "c.json").write_text("{}")
    before = alerts("seal_unreadable")

    assert newest_seal(tmp_path).file.name == "a.json"
    assert alerts("seal_unreadable") == before + 1


def test_the_console_sees_what_the_newest_seals_say(world, tmp_path):
    """None at first, then the newest; a changed journal shows although a later seal was made over it; forgery too."""
    assert seal_state(world.house, tmp_path) == SealState(None, None, late=False)
    duty = seal_daily(tmp_path)
    duty(world.house, None, threading.Event())
    first = world.clock.now()
    write(world, 9)
    assert seal_state(world.house, tmp_path) == SealState(first, None, late=False)
    world.clock.advance(2 * DAY + 1)
    assert seal_state(world.house, tmp_path) == SealState(first, None, late=True)

    world.sql("DROP TRIGGER journal_no_update")
    world.sql("UPDATE journal SET mac = 'x' WHERE seq = 3")
    duty(world.house, None, threading.Event())
    second = world.clock.now()
    assert seal_state(world.house, tmp_path) == SealState(second, first, late=False)

    (tmp_path / "seals" / "x.json").write_text("{}")
    file = max(tmp_path.glob("seals/2*.json"))
    data = json.loads(file.read_bytes())
    file.write_text(json.dumps(data | {"at": data["at"] + 1}))
    assert seal_state(world.house, tmp_path) == SealState(second + 1, second + 1, late=False)
