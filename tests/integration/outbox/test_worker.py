"""The worker's loop with real threads, on both engines."""

import threading
from collections import Counter
from contextlib import contextmanager

from sqlalchemy import text

from app.domain.ports import Done, Retry
from app.domain.states import Outcome
from app.pipeline.forgetting import TEXTS_KEPT
from app.storage.tables import Connection, Page, SeenText
from app.worker import Worker
from tests.fakes.network import FakeNetwork
from tests.fakes.world import World, hours, wait_until


@contextmanager
def running(world, **options):
    """A worker in a thread; stopped at the end, and it must stop."""
    worker = Worker(world.house, {"vk": world.network.client}, **({"poll_seconds": 0.05} | options))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield worker
    finally:
        stop.set()
        worker.wake()
        thread.join(30)
        assert not thread.is_alive()


def states(world, numbers):
    """How many actions are in which state."""
    return Counter(world.action(number).state for number in numbers)


def test_what_is_ordered_while_it_waits_is_sent_when_it_is_woken(world):
    """A wake-up ends the wait for the next look, however far that is."""
    with running(world, poll_seconds=60) as worker:
        wait_until(lambda: worker._round_at and not worker._serving)
        number = world.add_action(world.add_comment())
        wait_until(lambda: worker.wake() or world.action(number).state == "done")
    assert len(world.network.calls) == 1


def test_a_worker_forgets_what_was_kept_for_counting(world):
    """Texts that nobody repeats are deleted while the worker runs, those of today stay."""
    for number, last_at in ((1, world.clock.now() - TEXTS_KEPT - 1), (2, world.clock.now())):
        with world.database.write() as session:
            session.add(SeenText(id=number, text_hash=number, text="текст", last_at=last_at))
    with running(world):
        wait_until(lambda: world.ids_of(SeenText) == [2])


def test_a_worker_that_cannot_forget_still_sends(world, monkeypatch):
    """A failure of the deletion is complained of and tried again later; actions do not wait for it."""
    tried = []

    def fail(_house):
        tried.append(1)
        raise OSError

    monkeypatch.setattr("app.pipeline.forgetting.forget", fail)
    number = world.add_action(world.add_comment())
    with running(world):
        wait_until(lambda: world.action(number).state == "done")
    assert len(tried) == 1


def test_two_workers_never_send_one_connection_at_once(world, database_url):
    """Two workers share forty connections' actions: all are sent, each once, no connection by both at once."""
    network = TwoAtOnce()
    world.network = network
    connections = [world.add_connection() for _ in range(8)]
    pages = [world.add_page(connection) for connection in connections]
    numbers = [world.add_action(world.add_comment(page)) for page in pages for _ in range(5)]
    other = World.beside(world, database_url)
    try:
        with running(world, threads=3), running(other, threads=3):
            wait_until(lambda: states(world, numbers) == {"done": len(numbers)}, seconds=60)
    finally:
        other.close()
    assert network.overlaps == []
    assert len(network.calls) == len(network.effects) == len(numbers)
    assert network.most_at_once > 1
    assert {world.action(number).claim for number in numbers} == {1}


class TwoAtOnce(FakeNetwork):
    """Notices two calls for one page at a time, and holds the first ones until there are two."""

    def __init__(self):
        super().__init__()
        self.overlaps = []
        self._pages = Counter()
        self._guard = threading.Lock()
        self._two = threading.Event()
        self.on_call = self._hold

    def _hold(self, order):
        if self.at_once > 1:
            self._two.set()
        self._two.wait(20)

    def carry_out(self, order, credentials):
        """As the real one, with an eye on the page."""
        with self._guard:
            self._pages[order.page] += 1
            if self._pages[order.page] > 1:
                self.overlaps.append(order)
        try:
            return super().carry_out(order, credentials)
        finally:
            with self._guard:
                self._pages[order.page] -= 1


def test_the_lease_is_renewed_while_a_call_takes_its_time(world):
    """A call that takes longer than a lease does not cost it: nobody else sends, and the answer is written down."""
    number = world.add_action(world.add_comment())

    def slow(_order):
        first = world.row(Connection, world.connection).lease_until
        # Renewed past a whole lease, and still nobody else can have it.
        wait_until(lambda: world.row(Connection, world.connection).lease_until > first + 1_000_000)
        assert world.lease() is None

    world.network.on_call = slow
    with running(world, lease_seconds=1):
        wait_until(lambda: world.action(number).state == "done")
    assert (world.action(number).claim, len(world.network.calls)) == (1, 1)


def test_stopping_finishes_what_is_being_sent_and_gives_the_lease_back(world):
    """The call under way is written down, the rest stays pending, the connection is free, the client is closed."""
    numbers = [world.add_action(world.add_comment()) for _ in range(3)]
    called, answer = threading.Event(), threading.Event()

    def hold(_order):
        called.set()
        assert answer.wait(20)

    world.network.on_call = hold
    clients = []
    worker = Worker(world.house, {"vk": lambda: clients.append(world.network.client()) or clients[-1]})
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    assert called.wait(20)
    stop.set()
    answer.set()
    thread.join(20)
    assert not thread.is_alive()
    assert states(world, numbers) == {"done": 1, "pending": 2}
    assert world.row(Connection, world.connection).lease_owner == ""
    assert [client.closed for client in clients] == [True]


def test_a_database_that_goes_away_and_comes_back_does_not_end_the_worker(world, capsys):
    """While the table is missing the worker complains and waits; afterwards it goes on."""
    with running(world):
        world.sql("ALTER TABLE connection RENAME TO moved_away")
        wait_until(lambda: "database_does_not_answer" in capsys.readouterr().out)
        world.sql("ALTER TABLE moved_away RENAME TO connection")
        number = world.add_action(world.add_comment())
        wait_until(lambda: world.action(number).state == "done")


def test_cut_connections_do_not_end_the_worker(postgres_url):
    """PostgreSQL's administrator may end every session: the worker opens new ones and goes on."""
    world = World(postgres_url)
    number = world.add_action(world.add_comment())
    cut = threading.Event()

    def cut_all(_order):
        if not cut.is_set():
            cut.set()
            with world.database.engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        " AND datname = current_database()"
                    )
                )

    world.network.on_call = cut_all
    with running(world):
        wait_until(lambda: cut.is_set() and _state(world, number) == "done")
    assert world.action(number).claim == 1
    world.close()


def _state(world, number):
    """The action's state, as soon as the database can tell."""
    from sqlalchemy.exc import OperationalError

    try:
        return world.action(number).state
    except OperationalError:
        return ""


def test_an_answer_is_kept_until_the_database_can_take_it(world):
    """The database fails just when the answer comes: it is written down later, and the network is not called again."""
    number = world.add_action(world.add_comment())

    def fail_once(_order):
        world.sql("ALTER TABLE evidence RENAME TO moved_away")
        timer = threading.Timer(0.3, world.sql, ("ALTER TABLE moved_away RENAME TO evidence",))
        timer.start()

    world.network.on_call = fail_once
    with running(world):
        wait_until(lambda: world.action(number).state == "done")
    assert (len(world.network.calls), world.action(number).claim) == (1, 1)


def test_one_broken_connection_does_not_stop_the_others(world):
    """A page whose row cannot be read stops its own connection only, and is not tried in a tight loop."""
    other = world.add_connection()
    broken = world.add_action(world.add_comment())
    world.sql("UPDATE page SET trusted_json = 'no list'")
    fine = world.add_action(world.add_comment(world.add_page(other)))
    with running(world) as worker:
        wait_until(lambda: world.action(fine).state == "done" and worker._broken)
        assert world.action(broken).state == "pending"
        world.sql("UPDATE page SET trusted_json = '[]'")
        world.clock.advance(hours(1))
        wait_until(lambda: world.action(broken).state == "done")
    assert worker._broken == {}


def test_managers_are_read_without_any_action(world):
    """A new page learns its managers, and learns them anew every six hours, each time noting when."""
    world.sql("UPDATE page SET managers_read_at = NULL, managers_json = '[]'")
    world.network.team = frozenset({"8", "42"})
    with running(world):
        wait_until(lambda: world.row(Page, world.page).managers_read_at is not None)
        assert world.row(Page, world.page).managers_json == '["42","8"]'
        world.network.team = frozenset({"8"})
        world.clock.advance(hours(6) + 1)
        wait_until(lambda: world.row(Page, world.page).managers_json == '["8"]')
    assert world.network.asked_for_managers == 2
    assert world.journal(world.page) == ["managers_changed", "managers_changed"]


def test_a_page_that_cannot_tell_its_managers_is_left_alone_for_a_while(world):
    """A token that may not see managers is asked every quarter of an hour, not every minute."""
    world.sql("UPDATE page SET managers_read_at = NULL")
    world.network.team = None
    with running(world) as worker:
        wait_until(lambda: world.network.asked_for_managers == 1)
        for _ in range(3):
            world.clock.advance(2 * 60_000_000)
            rounds = worker._round_at
            wait_until(lambda rounds=rounds: worker._round_at > rounds and worker._cursor is None)
        assert world.network.asked_for_managers == 1
        world.clock.advance(hours(0.25))
        wait_until(lambda: world.network.asked_for_managers == 2)


def test_a_switched_off_networks_actions_wait(world):
    """Actions of a network without a client stay pending and cost nothing."""
    number = world.add_action(world.add_comment())
    world.sql("UPDATE connection SET network = 'ok'")
    mine = world.add_action(world.add_comment(world.add_page(world.add_connection())))
    with running(world):
        wait_until(lambda: world.action(mine).state == "done")
    assert world.action(number).state == "pending"


def test_scripted_answers_reach_their_end_through_the_loop(world):
    """Retries fall due by the clock and the loop picks them up without help."""
    number = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    world.network.answers.extend([Retry("vk_10"), Retry("vk_10"), Done(Outcome.ACTED)])
    with running(world):
        wait_until(lambda: world.clock.advance(hours(1)) or world.action(number).state == "done")
    assert world.action(number).attempts == 3
