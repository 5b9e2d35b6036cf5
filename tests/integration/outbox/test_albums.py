"""Messages of one album stand and fall together, and what a restore takes back is named, on both engines."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.ports import Done, Manual
from app.domain.principals import Principal
from app.domain.states import ActionState, Outcome
from app.domain.words import ActionKind, Reason, Role
from app.outbox.moves import open_case
from app.pipeline.carry_out.manual_watch import ManualWatch
from app.pipeline.overrule.actions import done_by_hand
from app.storage import outbox
from app.storage.tables import Action, Comment, RevisionBody
from tests.fakes.world import World


def _message(world: World, album: str = "77", **columns: Any) -> int:
    """A comment with a picture of an album."""
    number = world.add_comment(scope="-100", **columns)
    revision = world.row(Comment, number).revision_id
    with world.database.write() as session:
        names = f'["album:{album}","photo:{number}"]'
        session.add(RevisionBody(revision_id=revision, text="", attachments_json=names, salt="s"))
    return number


def _states(world: World, *comments: int) -> list[str]:
    return [world.row(Comment, one).state for one in comments]


def test_the_rest_of_an_album_goes_with_the_message_that_is_removed(world):
    """One call names all of them; each is removed, and who was asked about one of them is asked no more."""
    first, second, third = _message(world), _message(world), _message(world)
    others = [_message(world, "78"), _message(world, author="5002"), _message(world, "7")]
    asked = world.add_action(second, state=ActionState.PROPOSED)
    with world.database.write() as session:
        action, comment = session.get_one(Action, asked), session.get_one(Comment, second)
        open_case(session, world.house.ids, action, comment, reason=Reason.MODE, at=world.clock.now())
    world.add_action(first)
    world.work_off()

    assert [order.together for order in world.network.calls] == [(str(second), str(third))]
    assert _states(world, first, second, third) == ["removed"] * 3
    assert _states(world, *others) == ["visible"] * 3
    assert [(case.state, case.ended) for case in world.cases()] == [("closed", "gone")]
    assert world.journal(third) == ["comment_removed"]


def test_what_a_person_let_stand_is_left_out(world):
    """A keep of one picture binds the machine also when another one of the album goes."""
    kept = _message(world)
    revision = world.row(Comment, kept).revision_id
    world.sql("UPDATE comment SET restored_revision_id = :revision WHERE id = :id", revision=revision, id=kept)
    first, gone = _message(world), _message(world, state="removed")
    world.add_action(first)
    world.work_off()

    assert [order.together for order in world.network.calls] == [()]
    assert _states(world, kept, first, gone) == ["visible", "removed", "removed"]


@pytest.mark.parametrize("kind", [ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR])
def test_an_author_is_no_part_of_an_album(world, kind):
    """A ban names no other messages."""
    first, second = _message(world), _message(world)
    world.add_action(first, kind, confirmed_by="person:anna")
    world.work_off()

    assert [order.together for order in world.network.calls] == [()]
    assert _states(world, first, second) == ["visible", "visible"]


def test_a_failed_removal_moves_nothing(world):
    """Nobody says of the others what did not happen to the first."""
    first, second = _message(world), _message(world)
    world.network.answers.append(Manual("no_right"))
    number = world.add_action(first)
    world.work_off()

    assert _states(world, first, second) == ["visible", "visible"]
    done_by_hand(world.house, number, who=Principal(7, "anna", Role.MODERATOR, None))
    assert _states(world, first, second) == ["removed", "removed"]


def _by_person(world: World, number: int) -> None:
    done_by_hand(world.house, number, who=Principal(7, "anna", Role.MODERATOR, None))


def _by_watch(world: World, number: int) -> None:
    world.network.removed.add(world.row(Comment, world.action(number).comment_id).external_id)
    watch = ManualWatch(world.house, {"vk": world.network.client}, pause=lambda _seconds: None)
    assert watch.look(threading.Event()) == 1


def _until_somebody_waits(world: World) -> None:
    """Until a transaction waits for a lock."""
    ends = time.monotonic() + 20
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while time.monotonic() < ends:
        with world.database.read() as session:
            if session.execute(query).scalar_one():
                return
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("tick", [_by_person, _by_watch])
def test_whoever_ticks_a_task_off_locks_an_album_as_everybody_does(
    postgres_url: str, tick: Callable[[World, int], None]
) -> None:
    """The worker that has just removed the first message and a person with a task about the last one do not cross."""
    world = World(postgres_url)
    first, last = _message(world), _message(world)
    number = world.add_action(last, state=ActionState.MANUAL, ordered_by="person:anna")
    with ThreadPoolExecutor(1) as other:
        with world.database.write() as session:
            assert outbox.lock_comment(session, first) is not None
            ticking = other.submit(tick, world, number)
            _until_somebody_waits(world)
            assert outbox.lock_comment(session, last) is not None
        ticking.result()

    assert world.action(number).state == "done"
    assert _states(world, first, last) == ["removed", "removed"]
    world.close()


@pytest.mark.parametrize("removal", [ActionKind.DELETE_COMMENT, ActionKind.HIDE_COMMENT])
def test_a_restore_says_what_it_takes_back(world, removal):
    """What was hidden is shown again, what was deleted comes back: networks do that by different calls."""
    comment = world.add_comment()
    world.add_action(comment, ActionKind.DELETE_COMMENT, state=ActionState.CANCELLED)
    world.add_action(comment, removal)
    world.work_off()
    world.add_action(comment, ActionKind.RESTORE_COMMENT)
    world.network.answers.append(Done(Outcome.ACTED))
    world.work_off()

    assert [(one.kind, one.undoes) for one in world.network.calls] == [
        (removal, None),
        (ActionKind.RESTORE_COMMENT, removal),
    ]
