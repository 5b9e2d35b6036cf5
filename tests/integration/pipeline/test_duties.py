"""Periodic duties on a real database: each is done by one process at a time, and none stops another."""

import threading

import pytest
from structlog.testing import capture_logs

from app.domain.clock import HOUR, MINUTE
from app.pipeline.duties.walk import Duty, Round, late
from app.storage import duties as turns
from app.storage.tables import DutyCursor
from app.worker import Worker
from tests.fakes.world import World, wait_until


@pytest.fixture
def world(database_url):
    """A house on each engine."""
    made = World(database_url)
    yield made
    made.close()


def round_of(world, *duties, **options):
    """A round over these duties; they need no configuration."""
    return Round(world.house, None, duties, **options)


def noting(log, name, every=HOUR):
    """A duty that only notes that it was done."""
    return Duty(name, every, lambda *_: log.append(name))


def test_a_duty_is_done_once_a_period(world):
    """The first look does it, the next one only after its period."""
    log = []
    rounds = round_of(world, noting(log, "a"), noting(log, "b", every=3 * HOUR))
    never = threading.Event()
    assert rounds.once(never) == ["a", "b"]
    assert rounds.once(never) == []
    world.clock.advance(HOUR)
    assert rounds.once(never) == ["a"]
    world.clock.advance(2 * HOUR)
    # What has waited longest comes first; both have waited equally.
    assert sorted(rounds.once(never)) == ["a", "b"]
    assert sorted(log) == ["a", "a", "a", "b", "b"]


def test_two_processes_do_a_duty_once(world):
    """While one process is at it the other finds nothing to do, and afterwards neither."""
    began, finish = threading.Event(), threading.Event()
    log = []

    def slow(*_):
        log.append("slow")
        began.set()
        assert finish.wait(20)

    other = World.beside(world, world.database.url)
    first = round_of(world, Duty("slow", HOUR, slow))
    second = round_of(other, noting(log, "slow"))
    thread = threading.Thread(target=first.once, args=(threading.Event(),))
    thread.start()
    assert began.wait(20)
    assert second.once(threading.Event()) == []
    finish.set()
    thread.join(20)
    assert second.once(threading.Event()) == []
    assert log == ["slow"]
    other.close()


def test_the_duty_of_a_dead_process_is_taken_up(world):
    """A turn that nobody renews runs out, and the duty is done by whoever looks next."""
    with world.database.write() as session:
        assert turns.take_turn(session, "a", every=HOUR, now=world.clock.now(), seconds=3_600)
    log = []
    rounds = round_of(world, noting(log, "a"))
    assert rounds.once(threading.Event()) == []
    world.sql("UPDATE duty_cursor SET position = 1")
    assert rounds.once(threading.Event()) == ["a"]


def test_a_failing_duty_stops_no_other_and_rests_before_the_next_try(world):
    """Its failure is kept to itself; it comes again after a growing wait, not with every look."""
    tries, log = [], []

    def broken(*_):
        tries.append(1)
        raise RuntimeError("broken")

    rounds = round_of(world, Duty("broken", HOUR, broken), noting(log, "well", every=MINUTE))
    assert rounds.once(threading.Event()) == ["well"]
    assert rounds.once(threading.Event()) == []
    assert len(tries) == 1
    world.clock.advance(MINUTE)
    assert rounds.once(threading.Event()) == ["well"]
    assert len(tries) == 2


def test_a_duty_that_was_stopped_is_not_done(world):
    """A process that stops in the middle leaves the duty to the next one at once."""
    stop = threading.Event()

    def halfway(_house, _configuration, halt):
        assert not halt.is_set()
        stop.set()
        assert halt.is_set()

    assert round_of(world, Duty("a", HOUR, halfway)).once(stop) == []
    log = []
    assert round_of(world, noting(log, "a")).once(threading.Event()) == ["a"]


def test_a_turn_is_renewed_while_the_duty_runs_and_lost_when_another_takes_it(world):
    """Whoever walks learns that somebody else has the turn and stops."""

    def walking(_house, _configuration, halt):
        def position():
            return world.row(DutyCursor, "turn a").position

        first = position()
        wait_until(lambda: position() > first)
        world.sql("UPDATE duty_cursor SET position = position + 1000000000")
        wait_until(halt.is_set)

    assert round_of(world, Duty("a", HOUR, walking), turn_seconds=1).once(threading.Event()) == []
    # The other one still has it.
    assert world.row(DutyCursor, "turn a").position > 0


def test_a_late_duty_is_told_of(world):
    """A duty that nobody has done for more than two periods is named with its age."""
    duty = noting([], "a")
    assert round_of(world, duty).once(threading.Event()) == ["a"]
    with world.database.read() as session:
        assert late(session, [duty], world.clock.now() + 2 * HOUR) == []
        assert late(session, [duty], world.clock.now() + 3 * HOUR) == [("a", 3 * HOUR)]


def test_the_worker_does_its_duties_and_stops_with_them(world):
    """The worker walks each round beside the sending and ends when it is told to."""
    log = []
    worker = Worker(
        world.house,
        {"vk": world.network.client},
        poll_seconds=0.05,
        rounds=[round_of(world, noting(log, one), look_seconds=0.05) for one in ("a", "b")],
    )
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    wait_until(lambda: sorted(log) == ["a", "b"])
    stop.set()
    worker.wake()
    thread.join(20)
    assert not thread.is_alive()


def test_a_database_that_is_away_does_not_fill_the_log(world):
    """Looks that fail are told at the 1st, 2nd, 4th and 8th time, and from the beginning once one has succeeded."""

    class Looks(threading.Event):
        """Ends after so many looks; the database is away but for the eleventh."""

        count = 0

        def wait(self, _seconds=None):
            self.count += 1
            if self.count == 10:
                world.sql("ALTER TABLE gone RENAME TO duty_cursor")
            if self.count == 11:
                world.sql("ALTER TABLE duty_cursor RENAME TO gone")
            if self.count == 14:
                self.set()
            return self.is_set()

    world.sql("ALTER TABLE duty_cursor RENAME TO gone")
    with capture_logs() as logs:
        round_of(world, noting([], "a")).run(Looks())
    told = [line["times"] for line in logs if line["event"] == "duties_not_looked_at"]
    assert told == [1, 2, 4, 8, 1, 2]
