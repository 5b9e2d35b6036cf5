"""An action's way from `pending` to its end, on both engines."""

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.ports import Done, Failed, Lesson, Manual, Retry
from app.domain.states import ActionState, CommentState, Outcome, WaitingFor
from app.domain.words import ActionKind, Mode
from app.outbox import claim
from app.outbox.backoff import LIMIT
from app.pipeline.carry_out import Step
from app.storage.outbox import wake_waiting
from app.storage.tables import Capability, Comment, Connection, Credential, Evidence, Page
from app.telemetry import REGISTRY
from tests.fakes.world import World, hours


@pytest.fixture
def world(database_url):
    """A page with a living token."""
    made = World(database_url)
    yield made
    made.assert_journal_whole()
    made.close()


def alerts(what):
    """How often people were told about something."""
    return REGISTRY.get_sample_value("dvornik_alerts_total", {"what": what}) or 0.0


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
    assert world.network.calls[0].ban_comment == world.action(ban).clause


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


def test_a_failed_attempt_is_tried_again_later_until_the_limit(world):
    """Each failed attempt counts and pushes the next one away; the last one fails the action, aloud."""
    number = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    told = alerts("action_failed")
    for attempt in range(1, LIMIT + 1):
        world.network.answers.append(Retry("vk_10"))
        assert world.work_off() == [Step.SENT, Step.IDLE]
        action = world.action(number)
        assert action.attempts == attempt
        if attempt < LIMIT:
            assert action.state == "pending"
            assert action.due_at > world.clock.now()
            world.clock.instant = action.due_at
    assert (action.state, action.last_error) == ("failed", "vk_10")
    assert alerts("action_failed") == told + 1


def test_a_client_that_breaks_costs_an_attempt_and_nothing_else(world):
    """An error in an adapter is a failed attempt of one action; the next one still goes out."""
    first, second = world.add_action(world.add_comment()), world.add_action(world.add_comment())

    def break_once(_order):
        world.network.on_call = lambda _order: None
        raise ZeroDivisionError

    world.network.on_call = break_once
    world.work_off()
    assert (world.action(first).state, world.action(first).last_error) == ("pending", "client_error")
    assert world.action(second).state == "done"


def test_waiting_costs_no_attempts(world):
    """A limit, a captcha or a missing token may hold an action back as long as it likes."""
    number = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    for _ in range(LIMIT + 5):
        world.network.answers.append(Retry("vk_6", after=SECOND, waiting=WaitingFor.LIMIT))
        world.work_off()
        world.clock.advance(SECOND)
    action = world.action(number)
    assert (action.state, action.attempts, action.waiting_for) == ("pending", 0, "limit")
    world.work_off()
    assert (world.action(number).state, world.action(number).waiting_for) == ("done", None)


def test_a_pause_of_the_connection_holds_everything_and_is_told_once(world):
    """After a captcha nothing of the connection is sent until the pause ends; the same captcha is one alert."""
    numbers = [world.add_action(world.add_comment()) for _ in range(3)]
    captcha = Retry("vk_14", after=HOUR, waiting=WaitingFor.CAPTCHA, pause_connection=True, alert=True)
    world.network.answers.extend([captcha, captcha])
    told = alerts("connection_paused")
    assert world.work_off() == [Step.SENT, Step.IDLE]
    assert claim.find_work(world.database, ["vk"], world.clock.now()) is None
    world.clock.advance(HOUR)
    assert world.work_off() == [Step.SENT, Step.IDLE]
    assert alerts("connection_paused") == told + 1
    world.clock.advance(HOUR)
    world.work_off()
    assert [world.action(number).state for number in numbers] == ["done"] * 3
    row = world.row(Connection, world.connection)
    assert (row.paused_until, row.pause_code) == (None, "")
    world.add_action(world.add_comment())
    world.network.answers.append(captcha)
    world.work_off()
    assert alerts("connection_paused") == told + 2


def test_a_dead_token_keeps_the_actions_and_is_told_once(world):
    """The actions wait for a new token, the page's events go on; a renewed token sends them at once."""
    numbers = [world.add_action(world.add_comment()) for _ in range(2)]
    with world.database.read() as session:
        (token,) = session.exec(select(Credential)).all()
    told, missing = alerts("token_dead"), alerts("no_token")
    world.network.answers.append(Retry("vk_5", waiting=WaitingFor.TOKEN, dead=(token.id,), alert=True))
    world.work_off()
    assert [world.action(n).waiting_for for n in numbers] == ["token", "token"]
    assert [world.action(n).attempts for n in numbers] == [0, 0]
    assert (world.row(Credential, token.id).dead_code, alerts("token_dead")) == ("vk_5", told + 1)
    assert (len(world.network.calls), alerts("no_token")) == (1, missing)
    world.sql("UPDATE credential SET dead_at = NULL, dead_code = ''")
    with world.database.write() as session:
        assert wake_waiting(session, world.connection, ["token"], world.clock.now()) == 2
    world.work_off()
    assert [world.action(n).state for n in numbers] == ["done", "done"]


def test_a_token_renewed_during_the_call_is_not_buried(world):
    """The answer speaks of the token that was used, not of the one that has taken its place."""
    world.add_action(world.add_comment())
    with world.database.read() as session:
        (token,) = session.exec(select(Credential)).all()
    fresh = world.house.vault.seal("fresh")
    world.network.on_call = lambda _order: world.sql("UPDATE credential SET token_enc = :fresh", fresh=fresh)
    world.network.answers.append(Retry("vk_5", waiting=WaitingFor.TOKEN, dead=(token.id,), alert=True))
    world.work_off()
    assert world.row(Credential, token.id).dead_at is None


def test_a_token_of_another_installation_is_left_out(world):
    """A token that cannot be opened counts as none: the action waits for a token and nothing breaks."""
    world.sql("UPDATE credential SET token_enc = 'not ours'")
    number = world.add_action(world.add_comment())
    world.work_off()
    action = world.action(number)
    assert (action.state, action.waiting_for, action.last_error) == ("pending", "token", "no_token")


def test_a_page_that_never_had_a_token_is_told_about_once(world):
    """However many actions wait for a token and however often they are looked at, people hear of it once."""
    world.sql("DELETE FROM credential")
    numbers = [world.add_action(world.add_comment()) for _ in range(3)]
    told = alerts("no_token")
    for _ in range(3):
        assert world.work_off().count(Step.SETTLED) == len(numbers)
        world.clock.advance(5 * MINUTE)
    assert alerts("no_token") == told + 1
    assert [world.journal(world.action(n).comment_id) for n in numbers] == [["action_waiting"]] * 3


def test_the_same_trouble_in_a_row_is_told_once(world):
    """An answer that wants to be told is told when it is new, not with each repetition."""
    number = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    told = alerts("action_held_up")
    for _ in range(3):
        world.network.answers.append(Retry("vk_29", waiting=WaitingFor.LIMIT, alert=True))
        world.work_off()
        assert world.action(number).last_error == "vk_29"
        world.clock.advance(HOUR)
    assert alerts("action_held_up") == told + 1


def test_lessons_about_tokens_last_a_day(world):
    """What a token was seen unable to do is told to the client for 24 hours, then forgotten."""
    with world.database.read() as session:
        (token,) = session.exec(select(Credential)).all()
    lesson = Lesson(token.id, "wall.deleteComment", "vk_27")
    world.network.answers.append(Retry("vk_27", lessons=(lesson,)))
    world.add_action(world.add_comment(), ordered_by="person:Иванова")
    world.work_off()
    with world.database.read() as session:
        assert session.exec(select(Capability)).one().until_at == world.clock.now() + DAY
    for wait in (MINUTE, DAY):
        world.clock.advance(wait)
        world.add_action(world.add_comment())
        world.work_off()
    seen = [used[0].blocked_methods for used in world.network.credentials]
    assert seen[1] == {"wall.deleteComment"}
    assert seen[-1] == frozenset()


def test_what_no_token_can_do_waits_for_a_person(world):
    """`Manual` ends the machine's part; while a token of the page is dead it waits for that token instead."""
    number = world.add_action(world.add_comment())
    told = alerts("action_manual")
    world.network.answers.append(Manual("vk_15"))
    world.work_off()
    assert (world.action(number).state, world.action(number).last_error) == ("manual", "vk_15")
    assert alerts("action_manual") == told + 1
    other = world.add_connection(tokens=2)
    world.sql("UPDATE credential SET dead_at = 1 WHERE connection_id = :c AND slot = 'user'", c=other)
    second = world.add_action(world.add_comment(world.add_page(other)))
    world.network.answers.append(Manual("vk_15"))
    world.executor(world.lease(other)).step()
    action = world.action(second)
    assert (action.state, action.waiting_for, action.last_error) == ("pending", "token", "vk_15")


def test_what_will_never_work_fails(world):
    """`Failed` ends the action with the network's code."""
    number = world.add_action(world.add_comment())
    world.network.answers.append(Failed("vk_8"))
    world.work_off()
    assert (world.action(number).state, world.action(number).last_error) == ("failed", "vk_8")


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
