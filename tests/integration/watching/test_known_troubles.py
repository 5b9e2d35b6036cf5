"""What the outbox and the budget have always told of opens an incident, and ends it when it is over."""

import threading

from sqlmodel import select

from app.domain.clock import HOUR, MINUTE
from app.domain.ports import Retry
from app.domain.states import WaitingFor
from app.domain.watching import Matter
from app.domain.words import Mode
from app.outbox.trouble import PATIENCE
from app.pipeline.record.budget import fall_to_review
from app.pipeline.watching.closing import close_ended
from app.storage.tables import Credential, Incident


def open_now(world):
    with world.database.read() as session:
        return [(one.what, one.code) for one in session.exec(select(Incident).where(Incident.ended_at.is_(None)))]


def test_a_network_that_asks_for_a_person_is_an_incident_until_a_call_goes_through(world):
    """The second captcha opens no second one; the next success ends it."""
    world.add_action(world.add_comment())
    captcha = Retry("vk_14", after=HOUR, waiting=WaitingFor.CAPTCHA, pause_connection=True, alert=True)
    world.network.answers.extend([captcha, captcha])
    for _ in range(2):
        world.work_off()
        assert open_now(world) == [(Matter.HELD_BACK, "vk_14")]
        world.clock.advance(HOUR + 1)
    world.work_off()
    assert open_now(world) == []


def test_sending_that_fails_is_an_incident_when_it_does_not_pass(world):
    """One failure is a hiccup; a network that fails minutes later again is told once, until a call goes through."""
    world.add_action(world.add_comment())
    world.network.answers.extend([Retry("timeout")] * 3)
    for told in ([], [(Matter.SENDING, "timeout")], [(Matter.SENDING, "timeout")], []):
        world.work_off()
        assert open_now(world) == told
        world.clock.advance(PATIENCE + MINUTE)
    assert len(world.ids_of(Incident)) == 1


def test_a_token_that_dies_while_sending_is_an_incident_until_it_is_renewed(world):
    """Exchanging the token ends it, without a word of whoever exchanged it."""
    [token] = world.ids_of(Credential)
    world.add_action(world.add_comment())
    world.network.answers.append(Retry("vk_5", waiting=WaitingFor.TOKEN, dead=(token,), alert=True))
    world.work_off()
    assert open_now(world) == [(Matter.TOKEN_DEAD, "vk_5")]
    close_ended(world.house, None, threading.Event())
    assert open_now(world) == [(Matter.TOKEN_DEAD, "vk_5")]
    world.sql("DELETE FROM credential")
    close_ended(world.house, None, threading.Event())
    assert open_now(world) == []


def test_a_page_that_falls_to_review_is_an_incident(world):
    """It goes on until a person has set the mode, which the journal tells."""
    with world.database.write() as session:
        fall_to_review(session, world.house, world.page, world.clock.now())
    assert open_now(world) == [(Matter.BUDGET, "")]
    close_ended(world.house, None, threading.Event())
    assert open_now(world) == [(Matter.BUDGET, "")]
    from app.pipeline.administration.pages import PageChanges, change_page
    from app.pipeline.administration.policies import ensure_presets

    ensure_presets(world.house)
    world.clock.advance(HOUR)
    change_page(world.house, world.page, PageChanges(mode=Mode.ENFORCE.value), by="cli")
    close_ended(world.house, None, threading.Event())
    assert open_now(world) == []
