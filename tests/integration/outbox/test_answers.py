"""What the network's answers do to actions, tokens and connections, on both engines."""

from sqlmodel import select

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.credentials import on_page
from app.domain.ports import Failed, Lesson, Manual, Retry
from app.domain.states import WaitingFor
from app.outbox import claim
from app.outbox.backoff import LIMIT
from app.pipeline.carry_out.sending import Step
from app.storage.outbox import wake_waiting
from app.storage.tables import Capability, Connection, Credential
from tests.integration.outbox.conftest import alerts


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


def test_what_a_self_test_ruled_out_goes_to_a_person_at_once(world):
    """A token that may not do it on this page is not tried there; on another page and for another act it is."""
    other = world.add_page(world.connection)
    [token] = world.ids_of(Credential)
    with world.database.write() as session:
        name = on_page("delete_comment", world.page)
        session.add(Capability(credential_id=token, method=name, code="no_rights", until_at=world.clock.now() + DAY))
    here, there = world.add_comment(), world.add_comment(page=other)
    removal, elsewhere, ban = world.add_action(here), world.add_action(there), world.add_ban(here)
    world.work_off()

    assert (world.action(removal).state, world.action(removal).last_error) == ("manual", "no_capable_token")
    assert [world.action(one).state for one in (elsewhere, ban)] == ["done", "done"]
    world.clock.advance(DAY)
    again = world.add_action(world.add_comment())
    world.work_off()
    assert world.action(again).state == "done"
