"""`kill -9` at every point where a process holds something: nothing is lost, nothing is done twice.

`CRASH_RUNS` kills as often at each point; `make crash` sets it to 20.
"""

import os
from signal import SIGKILL

import pytest

from tests.functional.crash.points import CALLBACK, POLL, RECEIVED, SENDING, arm, is_armed
from tests.functional.crash.town import CALLED, POLLED, Town

RUNS = int(os.environ.get("CRASH_RUNS", "1"))
pytestmark = pytest.mark.timeout(120 + 60 * RUNS)


def kill_at(town: Town, point: str, *, group: int, passes: int) -> None:
    """Kill at a point while citizens write, start again, and see that all is as if nothing had been."""
    arm(town.scene.installation.data_dir, point, passes)
    with town.telling(town.write(group, texts=8, rude=2)):
        assert town.service.wait() == -SIGKILL
        assert not is_armed(town.scene.installation.data_dir)
        town.kills += 1
        town.rise_again()
    town.settle()
    town.check()


@pytest.mark.parametrize("point", CALLBACK)
def test_a_kill_on_the_way_of_a_callback(town: Town, point: str) -> None:
    """VK repeats what was not answered; every `ok` has its decision, no event has two."""
    for _ in range(RUNS):
        # Eight events are judged and committed together with others, perhaps in three turns: the first are the sure ones.
        most = 8 if point == RECEIVED else 2
        kill_at(town, point, group=CALLED, passes=town.dice.randint(1, most))


@pytest.mark.parametrize("point", SENDING)
def test_a_kill_around_a_call(town: Town, point: str) -> None:
    """VK deletes every violation once; a repeated call finds it gone."""
    for _ in range(RUNS):
        kill_at(town, point, group=CALLED, passes=town.dice.randint(1, 2))


@pytest.mark.parametrize("point", POLL)
def test_a_kill_in_the_middle_of_a_poll(town: Town, point: str) -> None:
    """The cursor is stored with the events: the next process asks from where the dead one stood."""
    for _ in range(RUNS):
        kill_at(town, point, group=POLLED, passes=1)


def test_a_kill_at_any_moment(town: Town) -> None:
    """The moment is chance: some of the events are in, and the service is gone."""
    for _ in range(RUNS):
        comments = [*town.write(CALLED, texts=24, rude=2), *town.write(POLLED, texts=4, rude=1)]
        with town.telling(comments) as told:
            told[town.dice.randint(1, 20)].result()
            town.service.kill()
            town.kills += 1
            town.rise_again()
        town.settle()
        town.check()


def test_the_journal_stands_after_all_of_it(town: Town) -> None:
    """After all these kills its chains are whole."""
    assert town.kills >= RUNS
    town.scene.installation.run("journal", "verify")
