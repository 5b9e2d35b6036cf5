"""What the outbox and the budget have always told of opens an incident, and ends it when it is over."""

import threading

import pytest
from sqlmodel import select

from app.domain.clock import HOUR
from app.domain.ports import Retry
from app.domain.states import WaitingFor
from app.domain.watching import Matter
from app.domain.words import Mode
from app.pipeline.record.budget import fall_to_review
from app.pipeline.watching.closing import close_ended
from app.storage.tables import Credential, Incident


def open_now(world):
    with world.database.read() as session:
        return [(one.what, one.code) for one in session.exec(select(Incident).where(Incident.ended_at.is_(None)))]


@pytest.mark.parametrize(
    ("answer", "matter"),
    [
        (Retry("timeout"), Matter.SENDING),
        (Retry("vk_14", after=HOUR, waiting=WaitingFor.CAPTCHA, pause_connection=True, alert=True), Matter.HELD_BACK),
    ],
)
def test_what_holds_sending_up_is_an_incident_until_a_call_goes_through(either, answer, matter):
    """The second failure opens no second one; the next success ends it."""
    either.add_action(either.add_comment())
    either.network.answers.extend([answer, answer])
    for _ in range(2):
        either.work_off()
        assert open_now(either) == [(matter, answer.code)]
        either.clock.advance(HOUR + 1)
    either.work_off()
    assert open_now(either) == []


def test_a_token_that_dies_while_sending_is_an_incident_until_it_is_renewed(either):
    """Exchanging the token ends it, without a word of whoever exchanged it."""
    [token] = either.ids_of(Credential)
    either.add_action(either.add_comment())
    either.network.answers.append(Retry("vk_5", waiting=WaitingFor.TOKEN, dead=(token,), alert=True))
    either.work_off()
    assert open_now(either) == [(Matter.TOKEN_DEAD, "vk_5")]
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == [(Matter.TOKEN_DEAD, "vk_5")]
    either.sql("DELETE FROM credential")
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == []


def test_a_page_that_falls_to_review_is_an_incident(either):
    """It goes on until a person has set the mode, which the journal tells."""
    with either.database.write() as session:
        fall_to_review(session, either.house, either.page, either.clock.now())
    assert open_now(either) == [(Matter.BUDGET, "")]
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == [(Matter.BUDGET, "")]
    from app.pipeline.administration.pages import PageChanges, change_page
    from app.pipeline.administration.policies import ensure_presets

    ensure_presets(either.house)
    either.clock.advance(HOUR)
    change_page(either.house, either.page, PageChanges(mode=Mode.ENFORCE.value), by="cli")
    close_ended(either.house, None, threading.Event())
    assert open_now(either) == []
