"""What people had to do by hand is ticked off for them when the network shows that it is done, on both engines."""

import threading
from dataclasses import replace

import pytest

from app.domain.abilities import BanTerms
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.states import ActionState
from app.domain.words import ActionKind
from app.networks.vk.abilities import ABILITIES
from app.pipeline.carry_out.manual_watch import OF_ONE, ManualWatch
from app.storage.tables import Action, Comment
from tests.fakes.world import World


def _watch(world: World) -> ManualWatch:
    """A watch that waits for nobody."""
    return ManualWatch(world.house, {"vk": world.network.client}, pause=lambda _seconds: None)


def _task(world: World, kind: ActionKind = ActionKind.DELETE_COMMENT, **columns) -> int:
    """Something that a person has to do."""
    comment = world.add_comment(**columns)
    return world.add_action(comment, kind, state=ActionState.MANUAL, last_error="vk_15", ordered_by="person:anna")


def _look(world: World, watch: ManualWatch, after: int = 10 * MINUTE) -> int:
    world.clock.advance(after)
    return watch.look(threading.Event())


@pytest.mark.parametrize(
    ("kind", "was", "becomes"),
    [
        (ActionKind.DELETE_COMMENT, "visible", "removed"),
        (ActionKind.RESTORE_COMMENT, "removed", "visible"),
        (ActionKind.BAN_AUTHOR, "visible", "visible"),
        (ActionKind.UNBAN_AUTHOR, "removed", "removed"),
    ],
)
def test_what_is_seen_done_is_done(world, kind, was, becomes) -> None:
    """Until then it stays a task; then it ends as acted by somebody in the network, and the comment is where it is."""
    number = _task(world, kind, state=was)
    comment = world.action(number).comment_id
    network, watch = world.network, _watch(world)
    undoes = kind in {ActionKind.RESTORE_COMMENT, ActionKind.UNBAN_AUTHOR}
    places = (network.banned, {"5001": None}) if "author" in kind else (network.removed, {str(comment)})
    if undoes:
        places[0].update(places[1])
    assert (_look(world, watch), world.action(number).state) == (0, "manual")
    places[0].clear() if undoes else places[0].update(places[1])
    assert _look(world, watch) == 1

    action = world.action(number)
    assert (action.state, action.outcome, action.ended_by) == ("done", "acted", "network:unknown")
    assert world.row(Comment, comment).state == becomes
    assert world.journal(comment)[0] == "action_done"
    assert network.calls == []


def test_a_page_is_asked_about_every_ten_minutes_and_old_tasks_ever_more_seldom(world) -> None:
    """A task of a day ago is looked at after four hours, and none is forgotten for longer than six."""
    number, watch = _task(world), _watch(world)
    world.network.blind = True
    _look(world, watch, 0)
    for _ in range(3):
        _look(world, watch, 4 * MINUTE)
    assert len(world.network.looks) == 2
    _look(world, watch, DAY)
    assert world.action(number).due_at - world.clock.now() == (DAY + 12 * MINUTE) // 6
    _look(world, watch, 30 * DAY)
    assert world.action(number).due_at - world.clock.now() == 6 * HOUR
    assert world.action(number).state == "manual"


def test_a_run_is_bounded_and_goes_on_with_the_others(world) -> None:
    """Many tasks of one page do not keep the others waiting: each run takes some of each page."""
    many = [_task(world) for _ in range(OF_ONE + 1)]
    page = world.add_page(world.connection)
    other = _task(world, page=page)
    watch = _watch(world)
    world.network.removed.update(str(world.action(one).comment_id) for one in (*many, other))
    assert _look(world, watch) == OF_ONE + 1
    assert world.action(other).state == "done"
    assert _look(world, watch) == 1


def test_whoever_ticks_it_off_meanwhile_is_believed(world) -> None:
    """An answer that comes late changes nothing; neither does a page without a token, or one that must wait."""
    number, watch = _task(world), _watch(world)
    [[task]] = watch._due().values()
    world.sql("UPDATE action SET state = 'cancelled'")
    world.network.removed.add(task.order.external_id)
    assert watch._one(world.network.client(), task) is False
    world.sql("UPDATE action SET state = 'manual'")
    world.sql("UPDATE connection SET paused_until = :until", until=world.clock.now() + HOUR)
    assert _look(world, watch) == 0
    world.sql("UPDATE connection SET paused_until = NULL")
    world.sql("UPDATE credential SET dead_at = 1")
    assert _look(world, watch) == 0
    assert world.action(number).state == "manual"


def test_a_client_that_breaks_costs_one_look(world) -> None:
    """The other tasks go on, and this one is looked at again."""
    first, second = _task(world), _task(world)
    broken = str(world.action(first).comment_id)
    world.network.removed.add(str(world.action(second).comment_id))
    client = world.network.client()
    looks = client.look

    def look(order, credentials):
        if order.external_id == broken:
            raise ZeroDivisionError
        return looks(order, credentials)

    client.look = look
    watch = ManualWatch(world.house, {"vk": lambda: client}, pause=lambda _seconds: None)
    assert _look(world, watch) == 1
    assert [world.action(one).state for one in (first, second)] == ["manual", "done"]


def test_a_ban_by_hand_that_is_seen_gets_its_end(world) -> None:
    """Where the network keeps no terms, the end of a ban is ordered when the ban is seen."""
    vk = replace(world.house.networks["vk"], abilities=replace(ABILITIES, ban_terms=BanTerms(dated=False)))
    world.house = replace(world.house, networks={"vk": vk})
    number = world.add_ban(world.add_comment(), state=ActionState.MANUAL)
    world.network.banned["5001"] = None
    assert _look(world, _watch(world)) == 1

    ends = [world.action(one) for one in world.ids_of(Action) if one != number]
    assert [(one.kind, one.state) for one in ends] == [("unban_author", "pending")]
    assert ends[0].due_at == world.clock.now() + DAY
