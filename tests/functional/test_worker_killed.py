"""`kill -9` of a real worker between VK's deed and our record of it; two real workers beside each other."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.clock import SECOND
from app.settings import Settings
from app.storage.tables import Page
from app.wiring import open_house
from tests.fakes.world import World, wait_until
from tests.functional.running import DVORNIK, START_SECONDS, Installation
from tests.simulators.vk import VkSimulator


@pytest.fixture
def world(vk: VkSimulator, installation: Installation) -> Iterator[World]:
    """A page on both sides, with two tokens, and nobody who sends."""
    settings = Settings(data_dir=installation.data_dir, database_url=installation.database_url)
    made = World.inside(open_house(settings))
    group = int(made.row(Page, made.page).external_id)
    vk.add_community(group, managers=[5])
    vk.add_token("user", group, value="token-user")
    vk.add_token("community", group, value="token-community")
    yield made
    made.assert_journal_whole()
    made.close()


@contextmanager
def worker(installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    """One `dvornik worker`, killed at the end if it still lives."""
    with (installation.data_dir / "worker.log").open("ab") as log:
        process = subprocess.Popen([DVORNIK, "worker"], env=installation.environment(), stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=START_SECONDS)


def post(vk: VkSimulator, world: World, author: int = 700_000_001) -> int:
    """A comment on both sides; ours."""
    group = int(world.row(Page, world.page).external_id)
    comment = vk.post_comment(group, "Текст", author=author)
    return world.add_comment(author=str(author), external_id=str(comment.id), post_external_id=str(comment.thing))


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("method", "outcome"), [("wall.deleteComment", {"gone", "already"}), ("groups.ban", {"acted"})]
)
def test_a_kill_between_the_deed_and_its_record(
    vk: VkSimulator, installation: Installation, world: World, method: str, outcome: set[str]
) -> None:
    """VK has done it, the worker dies before it hears so: the next one repeats the call, and no harm is done."""
    comment = post(vk, world)
    number = world.add_action(comment) if method == "wall.deleteComment" else world.add_ban(comment)
    vk.slow_answers(30)
    vk.fail_next(method, "slow")
    with worker(installation) as first:
        assert vk.wait_for(lambda: bool(vk.calls_of(method)), timeout=START_SECONDS)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=START_SECONDS)
    assert world.action(number).state == "sending"
    ban_until = world.action(number).ban_until
    world.lose_leases()
    with worker(installation) as second:
        wait_until(lambda: world.action(number).state == "done", seconds=START_SECONDS)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=START_SECONDS) == 0
    action = world.action(number)
    assert (action.claim, action.attempts, action.outcome in outcome) == (2, 2, True)
    calls = vk.calls_of(method)
    assert len(calls) == 2
    # The same comment, or the same author until the same instant.
    assert calls[0].params == calls[1].params
    if ban_until is not None:
        assert calls[0].params["end_date"] == str(ban_until // SECOND)


@pytest.mark.timeout(180)
def test_two_real_workers_send_each_action_once(vk: VkSimulator, installation: Installation, world: World) -> None:
    """Two processes share the work of one connection and never overlap: VK sees each comment deleted once."""
    numbers = [world.add_action(post(vk, world, 700_000_100 + index)) for index in range(12)]
    with worker(installation), worker(installation):
        wait_until(lambda: {world.action(n).state for n in numbers} == {"done"}, seconds=120)
    calls = vk.calls_of("wall.deleteComment")
    # The pace is each process's own: a call right after the other's may be one too many for VK, which then does nothing.
    assert {call.error for call in calls} <= {None, 6}
    deleted = [call.params["comment_id"] for call in calls if call.error is None]
    assert len(set(deleted)) == len(deleted) == len(numbers)
    assert {world.action(n).outcome for n in numbers} == {"acted"}
