"""What dead and late workers leave behind, on both engines."""

from app.domain.ports import Done, Failed
from app.domain.states import ActionState, Outcome
from app.outbox.backoff import LIMIT
from app.pipeline.carry_out.sending import Step


def test_a_dead_workers_action_is_sent_again_and_does_no_harm(world):
    """Killed after the call: the next claim repeats it, the network has one effect, the attempt is counted."""
    comment = world.add_comment()
    number = world.add_action(comment)
    executor = world.executor()
    sending = executor._prepare(managers_of=None)
    executor._call(sending)
    assert world.lease() is None
    world.lose_leases()
    assert world.work_off() == [Step.SENT, Step.IDLE]
    action = world.action(number)
    assert (action.state, action.outcome, action.attempts, action.claim) == ("done", "gone", 2, 2)
    assert (len(world.network.calls), len(world.network.effects)) == (2, 1)
    assert world.journal(comment) == ["action_sent", "action_waiting", "action_sent", "action_done", "comment_removed"]


def test_a_worker_that_lost_its_lease_writes_nothing(world):
    """The answer of a worker that was taken for dead does not touch an action that another one holds."""
    number = world.add_action(world.add_comment())
    slow = world.executor()
    sending = slow._prepare(managers_of=None)
    world.lose_leases()
    other = world.executor()
    again = other._prepare(managers_of=None)
    slow._write_down(sending, Failed("vk_8"))
    assert world.action(number).state == "sending"
    assert slow.lease.lost.is_set()
    assert slow.step() is Step.LOST
    other._write_down(again, Done(Outcome.ACTED))
    assert world.action(number).state == "done"


def test_an_order_that_kills_its_worker_each_time_comes_to_an_end(world):
    """Crashes count as attempts: the action fails at the limit instead of killing workers for ever."""
    number = world.add_action(world.add_comment())
    for _ in range(LIMIT):
        assert world.executor()._prepare(managers_of=None)
        world.lose_leases()
    assert world.lease() is not None
    assert (world.action(number).state, world.action(number).last_error) == ("failed", "lease_lost")


def test_an_action_follows_its_page_to_another_connection(world):
    """A page that was connected anew sends with its new tokens."""
    number = world.add_action(world.add_comment())
    other = world.add_connection()
    world.sql("UPDATE page SET connection_id = :other", other=other)
    assert world.work_off() == [Step.SETTLED, Step.IDLE]
    assert world.executor(world.lease(other)).step() is Step.SENT
    assert world.action(number).state == ActionState.DONE
