"""One incident is open for each matter, and every channel that it concerns is left word of it once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

from app.domain.watching import Matter
from app.pipeline.watching import incidents
from app.storage.tables import AlertChannel, AlertMessage, Incident
from app.telemetry import REGISTRY
from tests.fakes.house import make_house


@pytest.fixture
def either(database_url):
    """A house on each engine."""
    yield from _house(database_url)


@pytest.fixture
def house(sqlite_url):
    """A house for what no engine changes."""
    yield from _house(sqlite_url)


def _house(url):
    made = make_house(url)
    yield made
    made.database.dispose()


def channel(house, pages=None):
    row = AlertChannel(
        id=house.ids(),
        kind="email",
        target_enc="",
        pages_json=pages,
        timezone="UTC",
        created_at=house.clock.now(),
        created_by="cli",
        removed_at=None,
    )
    with house.database.write() as session:
        session.add(row)
    return row.id


def rows(house, table):
    with house.database.read() as session:
        return session.exec(select(table).order_by(table.id)).all()


def counted():
    return REGISTRY.get_sample_value("dvornik_alerts_total", {"what": "polling"}) or 0.0


def test_an_incident_opens_once_until_it_has_ended(either):
    """A second beginning of what is open already is none; after the end the same matter is an incident again."""
    before = counted()
    with either.database.write() as session:
        assert incidents.begin(session, either, Matter.POLLING, page_id=7, code="timeout")
        assert not incidents.begin(session, either, Matter.POLLING, page_id=7, code="timeout")
        assert incidents.begin(session, either, Matter.POLLING, page_id=8)
        assert incidents.end(session, either, Matter.POLLING, page_id=7)
        assert not incidents.end(session, either, Matter.POLLING, page_id=7)
        assert incidents.begin(session, either, Matter.POLLING, page_id=7, code="http_502")
    assert [(one.page_id, one.code, one.ended_at is None) for one in rows(either, Incident)] == [
        (7, "timeout", False),
        (8, "", True),
        (7, "http_502", True),
    ]
    assert counted() - before == 3


def test_what_is_undone_was_never_told(house):
    """An incident belongs to the caller's transaction: rolled back with it, it can begin again."""
    channel(house)

    def begin_and_fail():
        with house.database.write() as session:
            incidents.begin(session, house, Matter.MODEL)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        begin_and_fail()
    assert rows(house, Incident) == rows(house, AlertMessage) == []


def test_channels_are_left_word_of_what_concerns_them(house):
    """A channel of one page hears of that page, a channel of everything of the service too; of an end, who was told."""
    everything, seven = channel(house), channel(house, "[7]")
    with house.database.write() as session:
        incidents.begin(session, house, Matter.SILENCE, page_id=7)
        incidents.begin(session, house, Matter.SILENCE, page_id=8)
        incidents.begin(session, house, Matter.MODEL)
    late = channel(house)
    with house.database.write() as session:
        incidents.end(session, house, Matter.SILENCE, page_id=7)
    told = [(one.channel_id, one.part) for one in rows(house, AlertMessage)]
    assert sorted(told) == sorted(
        [(everything, "began")] * 3 + [(seven, "began"), (everything, "ended"), (seven, "ended")]
    )
    assert late not in {channel_id for channel_id, _ in told}


def test_eight_at_once_open_one(either):
    """Whoever is faster opens it; the others go on without an error, and one message is left."""
    channel(either)
    together = Barrier(8)

    def open_it(_):
        together.wait()
        with either.database.write() as session:
            return incidents.begin(session, either, Matter.MODEL, code="broken")

    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_it, range(8)))
    assert opened.count(True) == 1
    assert len(rows(either, Incident)) == len(rows(either, AlertMessage)) == 1
