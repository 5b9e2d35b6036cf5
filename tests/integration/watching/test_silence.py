"""Silence is measured by a page's own rhythm: what is usual for a village would be an outage in a city."""

import threading

import pytest
from sqlmodel import select

from app.domain.clock import DAY, HOUR, MINUTE
from app.pipeline.watching.silence import SHORTEST, UNKNOWN, limit_of, watch_silence
from app.storage.tables import Decision, Incident, SeenEvent, Watch


def every(gap, number):
    """Instants that far apart, newest first."""
    return [10**15 - gap * one for one in range(number)]


@pytest.mark.parametrize(
    ("instants", "limit"),
    [
        ([], UNKNOWN),
        (every(HOUR, 20), UNKNOWN),
        (every(MINUTE, 500), SHORTEST),
        (every(8 * HOUR, 100), 8 * HOUR),
        # One gap of 200 is an outage of the past, not the page's rhythm.
        ([*every(7 * HOUR, 200), 10**15 - 200 * 7 * HOUR - 9 * DAY], 7 * HOUR),
        # Three of 100 are: some weeks nobody writes.
        ([10**15 + one * 9 * DAY for one in (3, 2, 1)] + every(7 * HOUR, 98), 9 * DAY),
    ],
)
def test_the_limit_is_the_99th_percentile_but_six_hours_at_least(instants, limit):
    """Nearest rank over the gaps; too few of them show no rhythm."""
    assert limit_of(instants) == limit


def look(world):
    watch_silence(world.house, None, threading.Event())
    with world.database.read() as session:
        return [(one.code, one.ended_at is None) for one in session.exec(select(Incident).order_by(Incident.id))]


def test_a_page_that_falls_silent_is_an_incident_until_it_speaks(either):
    """Over its limit it is told once, the next comment ends it; the rhythm is kept for a day."""
    for _ in range(30):
        either.add_comment()
        either.clock.advance(7 * HOUR)
    assert look(either) == []
    assert either.row(Watch, either.page).silence_limit == 7 * HOUR
    either.clock.advance(MINUTE)
    assert look(either) == look(either) == [("", True)]
    either.add_comment()
    assert look(either) == [("", False)]


def test_only_the_network_breaks_the_silence(either):
    """A verdict that a person gives, and comments that were read again, are not heard from the network."""
    either.add_comment()
    either.clock.advance(UNKNOWN + MINUTE)
    with either.database.write() as session:
        for number, about in enumerate(({"decided_by": "person:anna"}, {"basis_json": '{"read_again":true}'}), start=1):
            made = either.decision(either.house.ids(), number, number, either.page)
            session.add(Decision(**made.model_dump() | about))
        event = {"id": either.house.ids(), "page_id": either.page, "key_hash": 1, "key": "reread:1", "type": "new"}
        session.add(SeenEvent(**event, outcome="recorded", received_at=either.clock.now()))
    assert look(either) == look(either) == [("", True)]
    either.add_comment()
    assert look(either) == [("", False)]


def test_a_page_that_was_never_heard_of_is_told_after_a_day(world):
    """Somebody added it and nothing comes: a setting in the network is missing."""
    assert look(world) == []
    world.clock.advance(DAY + MINUTE)
    assert look(world) == [("never", True)]
