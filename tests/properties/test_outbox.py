"""Whatever workers, people and the network do to each other: every action ends, and has its effect at most once."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session, col, select

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.ports import Delivery, Failed, Manual, Retry
from app.domain.states import CANCELLABLE, ActionState, WaitingFor
from app.domain.words import ActionKind, Mode
from app.journal.chain import append
from app.outbox import claim
from app.outbox.moves import move
from app.pipeline.carry_out.executor import Executor
from app.pipeline.carry_out.sending import Sending, Step
from app.pipeline.mode_change import apply_mode_change
from app.storage import outbox
from app.storage.session import migrate
from app.storage.tables import Action, Connection, Page
from tests.fakes.world import World

WORKERS = st.integers(0, 2)
ENDS = {ActionState.DONE, ActionState.MANUAL, ActionState.CANCELLED, ActionState.FAILED}
ANSWERS = st.sampled_from(
    [
        Retry("vk_10"),
        Retry("vk_6", after=MINUTE, waiting=WaitingFor.LIMIT),
        Retry("vk_14", after=HOUR, waiting=WaitingFor.CAPTCHA, pause_connection=True, alert=True),
        Manual("vk_15"),
        Failed("vk_8"),
    ]
)


@cache
def template() -> Path:
    """A migrated database that every run copies."""
    folder = tempfile.mkdtemp(prefix="dvornik-properties-")
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


class Desk:
    """One worker in the middle of its work: the lease, what it is sending, what the network has answered."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.sending: Sending | None = None
        self.delivery: Delivery | None = None


class OutboxMachine(RuleBasedStateMachine):
    """Three workers, a person and a network meet at one connection in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="dvornik-properties-"))
        shutil.copy(template(), self.folder / "dvornik.sqlite3")
        self.world = World(f"sqlite:///{self.folder / 'dvornik.sqlite3'}")
        self.world.never_sync()
        self.desks: dict[int, Desk] = {}
        self.actions: list[int] = []

    @initialize()
    def open_page(self) -> None:
        """There is always something to do at first."""
        self.order()

    # ------------------------------------------------------------------------------------------------ who orders what

    @rule()
    def order(self) -> None:
        """The machine decides to remove a comment and, with a person's word, to ban its author."""
        if len(self.actions) < 6:
            comment = self.world.add_comment(author=str(6000 + len(self.actions)))
            self.actions += [self.world.add_action(comment), self.world.add_ban(comment)]

    @rule(pick=st.integers(0, 5))
    def cancel(self, pick: int) -> None:
        """A person calls an action back, if it still can be."""
        self._cancel(self.actions[pick % len(self.actions)])

    def _cancel(self, number: int) -> None:
        with self.world.database.write() as session:
            outbox.lock_comment(session, session.get_one(Action, number).comment_id)
            action = outbox.lock_action(session, number)
            if action and action.state in CANCELLABLE:
                now = self.world.clock.now()
                entry = move(action, ActionState.CANCELLED, now, code="person", by="person:Иванова")
                append(session, self.world.house.journal_key, [entry], now)

    @rule(mode=st.sampled_from(list(Mode)))
    def switch(self, mode: Mode) -> None:
        """The office changes the page's mode."""
        with self.world.database.write() as session:
            page = session.get_one(Page, self.world.page)
            apply_mode_change(session, self.world.house, page, mode, self.world.clock.now(), "person:Иванова")

    # ------------------------------------------------------------------------------------------------- how it is sent

    @rule(worker=WORKERS)
    def begin(self, worker: int) -> None:
        """A worker claims the connection if it can and takes the next action."""
        desk = self.desks.get(worker)
        if desk is None:
            lease = self.world.lease()
            if lease is None:
                return
            desk = self.desks[worker] = Desk(self.world.executor(lease))
        if desk.sending is None:
            prepared = desk.executor._prepare(managers_of=self.world.page)
            if isinstance(prepared, Sending):
                desk.sending = prepared
            elif prepared in {Step.LOST, Step.IDLE}:
                self.give_back(worker)

    @precondition(lambda self: self.desks)
    @rule(worker=WORKERS, answer=st.none() | ANSWERS)
    def call(self, worker: int, answer: Delivery | None) -> None:
        """The network is called; it does what it is asked, or answers something else."""
        desk = self.desks.get(worker)
        if desk and desk.sending and desk.delivery is None:
            if answer is not None:
                self.world.network.answers.append(answer)
            desk.delivery = desk.executor._call(desk.sending)

    @precondition(lambda self: self.desks)
    @rule(worker=WORKERS)
    def write_down(self, worker: int) -> None:
        """The worker records the answer, however late."""
        desk = self.desks.get(worker)
        if desk and desk.sending and desk.delivery:
            desk.executor._write_down(desk.sending, desk.delivery)
            desk.sending = desk.delivery = None

    @rule(worker=WORKERS)
    def give_back(self, worker: int) -> None:
        """A worker with nothing in its hands ends its turn."""
        desk = self.desks.get(worker)
        if desk and desk.sending is None:
            claim.release(self.world.database, desk.executor.lease)
            del self.desks[worker]

    @precondition(lambda self: self.desks)
    @rule(worker=WORKERS)
    def crash(self, worker: int) -> None:
        """A kill -9: whatever the worker was doing is forgotten, its lease stays."""
        self.desks.pop(worker, None)

    @rule()
    def leases_run_out(self) -> None:
        """A minute in which no worker could renew its lease."""
        self.world.lose_leases()

    @rule(much=st.sampled_from([MINUTE, HOUR, DAY]))
    def time_passes(self, much: int) -> None:
        """Waits end, terms run."""
        self.world.clock.advance(much)
        self.world.sql("UPDATE page SET managers_read_at = :now", now=self.world.clock.now())

    # --------------------------------------------------------------------------------------------------- what must hold

    @invariant()
    def one_is_sent_at_a_time(self) -> None:
        """A connection never has two actions in `sending`."""
        if self.actions:
            with self.world.database.read() as session:
                assert len(self._in(session, ActionState.SENDING)) <= 1

    @invariant()
    def no_effect_happens_twice(self) -> None:
        """However often the network was called, each target was touched once."""
        assert len(self.world.network.effects) == len(set(self.world.network.effects))

    @invariant()
    def a_ban_follows_its_removal(self) -> None:
        """Nobody is banned while the removal of the same comment is still on its way."""
        for desk in self.desks.values():
            if desk.sending and desk.sending.order.kind is ActionKind.BAN_AUTHOR and not desk.delivery:
                removal = self.world.action(self.actions[self.actions.index(desk.sending.action_id) - 1])
                assert removal.state != ActionState.PENDING or desk.executor.lease.lost.is_set() or self._lost(desk)

    def _lost(self, desk: Desk) -> bool:
        """Another worker has taken the connection since."""
        action = self.world.action(desk.sending.action_id) if desk.sending else None
        return action is None or action.state != ActionState.SENDING or action.claim != desk.sending.claim

    def _in(self, session: Session, *states: ActionState) -> list[Action]:
        return list(session.exec(select(Action).where(col(Action.state).in_(states))))

    def teardown(self) -> None:
        """Left alone with a healthy network and a worker, everything comes to an end, and the journal is whole."""
        try:
            self._come_to_an_end()
        finally:
            self.world.close()
            shutil.rmtree(self.folder)

    def _come_to_an_end(self) -> None:
        self.desks.clear()
        self.world.network.answers.clear()
        with self.world.database.read() as session:
            pause = session.exec(select(Connection.paused_until)).one() or 0
        # Nobody gets a connection that the network has told to wait.
        self.world.clock.instant = max(pause, self.world.clock.now())
        for _ in range(100):
            self.world.lose_leases()
            self.world.work_off()
            with self.world.database.read() as session:
                waits = [one.due_at for one in self._in(session, ActionState.PENDING, ActionState.SENDING)]
                pause = session.exec(select(Connection.paused_until)).one() or 0
            if not waits:
                break
            # No time passes but the next wait; a ban that is due may stand behind a removal that is not.
            now = self.world.clock.now()
            self.world.clock.instant = min((one for one in (*waits, pause) if one > now), default=now)
        for number in self.actions:
            if self.world.action(number).state == ActionState.PROPOSED:
                self._cancel(number)
            action = self.world.action(number)
            assert action.state in ENDS
            if action.state == ActionState.DONE and action.kind == ActionKind.DELETE_COMMENT:
                assert self.world.network.effects.count((ActionKind.DELETE_COMMENT, str(action.comment_id))) == 1
        self.no_effect_happens_twice()
        self.world.assert_journal_whole()


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    # A run costs thousands of transactions: a failure is told as it was found, not made smaller for minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
