"""An action's way to the network and what can keep it from going there, on both engines."""

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.domain.clock import DAY, HOUR
from app.domain.decision_number import found_in
from app.domain.notices import LONGEST
from app.domain.ports import Retry
from app.domain.states import CommentState
from app.domain.words import ActionKind, Mode
from app.outbox import claim
from app.pipeline.carry_out.sending import Step
from app.pipeline.decision_number import decision_of
from app.pipeline.notices import ban_notice
from app.storage.tables import Comment, Evidence, Page
from tests.fakes.world import hours
from tests.integration.outbox.conftest import alerts


def test_a_removal_is_sent_once_and_written_down(world):
    """A pending removal reaches the network once; action, comment, journal and evidence say so."""
    comment = world.add_comment()
    number = world.add_action(comment)
    assert world.work_off() == [Step.SENT, Step.IDLE]
    action = world.action(number)
    assert (action.state, action.outcome, action.attempts, action.claim) == ("done", "acted", 1, 1)
    assert world.row(Comment, comment).state == CommentState.REMOVED
    assert world.network.effects == [(ActionKind.DELETE_COMMENT, str(comment))]
    assert world.journal(comment) == ["action_sent", "action_done", "comment_removed"]
    with world.database.read() as session:
        kept = session.exec(select(Evidence)).one()
    assert kept.body == b'{"action":"delete_comment","attempt":1,"code":"","result":"acted"}'
    assert world.network.credentials[0][0].token == "token-user"


def test_sending_is_committed_before_the_call(world):
    """While the network is being called, every other process sees the action as `sending`."""
    number = world.add_action(world.add_comment())
    seen = []
    world.network.on_call = lambda _order: seen.append(world.action(number).state)
    world.work_off()
    assert seen == ["sending"]


def test_the_comments_removal_goes_before_its_authors_ban(world):
    """A ban that is due earlier still waits until the comment's removal has gone out."""
    comment = world.add_comment()
    world.add_ban(comment, due_at=world.clock.now() - HOUR)
    world.add_action(comment)
    world.work_off()
    assert [kind for kind, _ in world.network.effects] == [ActionKind.DELETE_COMMENT, ActionKind.BAN_AUTHOR]


def test_a_ban_waits_for_a_removal_that_waits(world):
    """While the removal is put off the ban is not due either, and the connection has no work."""
    comment = world.add_comment()
    world.add_action(comment, due_at=world.clock.now() + HOUR)
    ban = world.add_ban(comment)
    assert claim.find_work(world.database, ["vk"], world.clock.now()) is None
    assert world.work_off() == [Step.IDLE]
    assert world.action(ban).state == "pending"


def test_a_bans_end_is_fixed_when_it_is_first_sent(world):
    """Attempts an hour apart ask for the same end of the ban."""
    ban = world.add_ban(world.add_comment(state="removed"))
    world.network.answers.append(Retry("vk_10"))
    world.work_off()
    first = world.action(ban).ban_until
    assert first == world.clock.now() + DAY
    world.clock.advance(hours(1))
    world.work_off()
    assert [order.ban_until for order in world.network.calls] == [first, first]


def test_a_banned_author_reads_a_notice(world):
    """The visible comment of a ban names its reason, its clause, its end and a number that leads back to the decision."""
    ban = world.add_ban(world.add_comment(state="removed"))
    world.work_off()
    told, action = world.network.calls[0].ban_comment, world.action(ban)
    assert told == ban_notice(world.house, action, world.row(Page, world.page))
    assert len(told) <= LONGEST
    assert "Причина: оскорбление (п. 2.5, Порядок" in told
    assert "решил сотрудник" in told
    [number] = found_in(told)
    assert decision_of(world.house, number) == action.decision_id


def test_nobody_is_banned_while_the_managers_are_unknown(world):
    """A ban stays pending with a code that people see, costs no attempt, and goes out once the list is there."""
    world.sql("UPDATE page SET managers_read_at = NULL")
    world.network.team = None
    ban = world.add_ban(world.add_comment(state="removed"))
    before = alerts("managers_unknown")
    for _ in range(3):
        world.work_off()
        world.clock.advance(hours(0.5))
    action = world.action(ban)
    assert (action.state, action.waiting_for, action.last_error) == ("pending", "token", "managers_unknown")
    assert (action.attempts, world.network.calls) == (0, [])
    assert alerts("managers_unknown") == before + 1
    world.network.team = frozenset({"42"})
    world.work_off()
    assert world.action(ban).state == "done"
    assert world.row(Page, world.page).managers_json == '["42"]'


def test_a_manager_found_out_just_before_the_ban_is_spared(world):
    """The list is read again before a ban: who has become a manager since the order is not banned."""
    world.clock.advance(hours(1))
    ban = world.add_ban(world.add_comment(author="5001", state="removed"))
    world.network.team = frozenset({"5001"})
    world.work_off()
    assert (world.action(ban).state, world.action(ban).last_error) == ("cancelled", "protected_author")
    assert world.network.calls == []


def test_a_ban_is_asked_about_once_more_just_before_the_call(world):
    """A page paused after `sending` was committed keeps the ban from going out; no attempt is counted."""
    ban = world.add_ban(world.add_comment(state="removed"))
    watching = [True]

    def pause_as_soon_as_it_is_sending(*_):
        if watching:
            watching.clear()
            if world.action(ban).state == "sending":
                world.sql("UPDATE page SET paused_at = 1")
            else:
                watching.append(True)

    # A connection goes back to the pool right after each commit.
    event.listen(world.database.engine, "checkin", pause_as_soon_as_it_is_sending)
    assert world.work_off() == [Step.SETTLED, Step.IDLE]
    action = world.action(ban)
    assert (action.state, action.last_error, action.attempts) == ("pending", "paused", 0)
    assert (world.network.calls, watching) == ([], [])


@pytest.mark.parametrize(("mode", "state"), [(Mode.REVIEW, "proposed"), (Mode.SHADOW, "cancelled")])
def test_the_machines_action_needs_enforce_at_the_time_of_sending(world, mode, state):
    """An order from the time of `enforce` does not go out under another mode; a person's goes in every mode."""
    theirs = world.add_action(world.add_comment())
    persons = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    confirmed = world.add_action(world.add_comment(), confirmed_by="person:Иванова")
    world.sql("UPDATE page SET mode = :mode", mode=mode.value)
    world.work_off()
    assert world.action(theirs).state == state
    assert world.action(persons).state == world.action(confirmed).state == "done"
    assert [case.reason for case in world.cases()] == (["mode"] if mode is Mode.REVIEW else [])


def test_an_order_of_the_machine_goes_to_a_person_after_72_hours(world):
    """At 72 hours and later it is proposed with a case about its age instead of being sent."""
    comment = world.add_comment()
    old = world.add_action(comment)
    world.clock.advance(hours(72) + 1)
    young = world.add_action(world.add_comment())
    world.work_off()
    assert (world.action(old).state, world.action(old).last_error) == ("proposed", "age_limit")
    assert world.action(young).state == "done"
    (case,) = world.cases()
    assert (case.comment_id, case.reason, case.state) == (comment, "age_limit", "open")
    assert world.journal(comment) == ["action_proposed", "case_opened"]


def test_a_superseded_decision_is_not_carried_out(world):
    """An action whose decision is no longer the comment's current one is cancelled."""
    comment = world.add_comment()
    number = world.add_action(comment)
    world.sql("UPDATE comment SET decision_id = 1")
    world.work_off()
    assert (world.action(number).state, world.action(number).last_error) == ("cancelled", "superseded")
    assert world.network.calls == []


def test_what_is_gone_before_us_is_done_without_a_call(world):
    """A removal of a comment that is gone is `done/gone`; a ban for a withdrawn one is cancelled."""
    comment = world.add_comment(state="withdrawn")
    removal, ban = world.add_action(comment), world.add_ban(comment)
    world.work_off()
    assert (world.action(removal).state, world.action(removal).outcome) == ("done", "gone")
    assert (world.action(ban).state, world.action(ban).last_error) == ("cancelled", "withdrawn")
    assert world.row(Comment, comment).state == "withdrawn"
    assert world.network.calls == []


def test_pausing_stops_all_sending_and_resuming_lets_it_go_on(world):
    """Neither the red button nor a page's pause loses an action, and neither wakes a worker."""
    number = world.add_action(world.add_comment())
    for table in ("control", "page"):
        world.sql(f"UPDATE {table} SET paused_at = 1")
        assert claim.find_work(world.database, ["vk"], world.clock.now()) is None
        assert world.work_off() == [Step.IDLE]
        world.sql(f"UPDATE {table} SET paused_at = NULL")
    world.work_off()
    assert world.action(number).state == "done"
