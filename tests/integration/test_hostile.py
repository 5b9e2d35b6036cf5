"""Hostile values never fail a neighbour's event, on both engines."""

import threading
from collections.abc import Sequence

import pytest
from sqlmodel import select

from app.domain.errors import BusyError
from app.domain.events import Act, CommentRef, Event, Written
from app.domain.words import Kind
from app.pipeline.house import House
from app.pipeline.record.committing import Answer, Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.writer import Ticket, Writer
from app.storage.nodes import bump_config
from app.storage.tables import Comment, PolicyVersion, RejectedEvent, RevisionBody
from tests.fakes.clock import FakeClock
from tests.fakes.house import INSULT, make_house, written
from tests.integration.test_record import Desk

HOSTILE = {
    "nul": "а\x00б",
    "surrogate": "лишний \ud83d суррогат",
    "long": "я" * 16_000,
    "quotes": "'; DROP TABLE comment; --",
    "json": '\\u0000 {"a": [1, 2',
    "braces": "{} {0} %s %(x)s ? :x",
}


class Collector:
    """Waits for the answers of the writer's thread."""

    def __init__(self, expected: int) -> None:
        self.answers: dict[Item, Answer] = {}
        self._expected = expected
        self._all = threading.Event()

    def deliver(self, pairs: Sequence[tuple[Ticket, Answer]]) -> None:
        """Called by the writer."""
        self.answers.update({ticket.item: answer for ticket, answer in pairs})
        if len(self.answers) == self._expected:
            self._all.set()

    def wait(self) -> None:
        """All have come."""
        assert self._all.wait(30)


def hand_over(house: House, writer: Writer, tickets: Sequence[Ticket]) -> None:
    """Somebody else writes this very moment, so that all of it waits for the writer's thread."""
    with house.database.write():
        assert writer.write(tickets) == []


def hostile(text: str, *, page_id: int, external_id: str, at: int = 1) -> Item:
    """An event whose fields no network of ours would send; parsers clean them, the writer must not rely on it."""
    body = Written(Act.NEW, CommentRef(Kind.WALL, "", external_id), "777", text, written_at=at)
    item = written(page_id=page_id, scores=INSULT)
    return Item(Event("vk", "229000001", "wall_reply_new", external_id, body), page_id, 1, item.judgement)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_event_costs_its_neighbours_nothing(database_url: str, name: str) -> None:
    """The neighbours are decided; the hostile one is decided or set aside, and never lost."""
    house = make_house(database_url, FakeClock())
    desk = Desk(house, FakeClock(), "enforce")
    items = [written(page_id=desk.page_id, number=n, scores=INSULT) for n in range(1, 4)]
    items.insert(1, hostile(HOSTILE[name], page_id=desk.page_id, external_id="900"))
    items.insert(3, hostile("x", page_id=desk.page_id, external_id=HOSTILE[name][:200], at=2**63))
    collector = Collector(len(items))
    writer = Writer(Committer(house, desk.configuration, 1))

    hand_over(house, writer, [Ticket(item, collector.deliver) for item in items])
    writer.start()
    collector.wait()
    writer.close()

    answers = [collector.answers[item] for item in items]
    assert [answers[0], answers[2], answers[4]] == [Outcome.DECIDED] * 3
    assert not any(isinstance(answer, BusyError) for answer in answers)
    aside = sum(answer is Outcome.REJECTED for answer in answers)
    assert len(desk.rows(RejectedEvent)) == aside
    assert len(desk.rows(Comment)) == len(items) - aside
    with house.database.read() as session:
        assert len(session.exec(select(RevisionBody)).all()) == len(items) - aside
    house.database.dispose()


def test_a_full_queue_takes_nothing_of_what_does_not_fit(sqlite_url: str) -> None:
    """Beyond the limit the network is asked to come again; what waited before is still written."""
    house = make_house(sqlite_url, FakeClock())
    desk = Desk(house, FakeClock(), "enforce")
    collector = Collector(2)
    writer = Writer(Committer(house, desk.configuration, 1), queue_limit=2)
    tickets = [Ticket(written(page_id=desk.page_id, number=n), collector.deliver) for n in range(1, 6)]

    hand_over(house, writer, tickets[:2])
    with pytest.raises(BusyError):
        writer.write(tickets[2:])
    writer.start()
    collector.wait()
    writer.close()

    assert len(desk.rows(Comment)) == 2
    with pytest.raises(BusyError):
        writer.write(tickets[2:3])
    house.database.dispose()


def test_a_database_that_fails_says_come_again(database_url: str) -> None:
    """Nobody is told `ok`, nothing is set aside as if the data were to blame."""
    house = make_house(database_url, FakeClock())
    desk = Desk(house, FakeClock(), "enforce")
    with house.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE decision RENAME TO decision_away")
    collector = Collector(1)
    writer = Writer(Committer(house, desk.configuration, 1))
    item = written(page_id=desk.page_id)

    hand_over(house, writer, [Ticket(item, collector.deliver)])
    writer.start()
    collector.wait()
    writer.close()

    assert isinstance(collector.answers[item], BusyError)
    with house.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE decision_away RENAME TO decision")
    assert not desk.rows(Comment)
    assert not desk.rows(RejectedEvent)
    house.database.dispose()


def test_a_row_that_a_stuck_session_holds_says_come_again(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer waits as long as SQLite would, not for ever; what comes after is written."""
    monkeypatch.setattr("app.storage.session.BUSY_TIMEOUT_MS", 100)
    house = make_house(postgres_url, FakeClock())
    desk = Desk(house, FakeClock(), "enforce")
    desk.one(written(page_id=desk.page_id))
    collector = Collector(2)
    writer = Writer(Committer(house, desk.configuration, 1), batch_limit=1)
    edit = written("другое", page_id=desk.page_id, act=Act.EDIT)
    other = written(page_id=desk.page_id, number=2)

    with house.database.write() as stuck:
        stuck.exec(select(Comment).with_for_update()).one()
        assert writer.write([Ticket(edit, collector.deliver), Ticket(other, collector.deliver)]) == []
        writer.start()
        collector.wait()
    writer.close()

    assert isinstance(collector.answers[edit], BusyError)
    assert collector.answers[other] is Outcome.DECIDED
    house.database.dispose()


def test_a_configuration_that_cannot_be_read_says_come_again(database_url: str) -> None:
    """A policy that this version cannot read is no fault of anybody's event: nothing is answered `ok` and lost."""
    house = make_house(database_url, FakeClock())
    desk = Desk(house, FakeClock(), "enforce")
    desk.configuration.look_again()
    house.clock.advance(2_000_000)
    with house.database.write() as session:
        broken = {"digest": "", "source": "no policy", "created_at": 1, "created_by": "cli"}
        session.add(PolicyVersion(id=house.ids(), name="novokuznetsk-59", version=99, **broken))
        bump_config(session)
    collector = Collector(1)
    writer = Writer(Committer(house, desk.configuration, 1))
    item = written(page_id=desk.page_id)

    hand_over(house, writer, [Ticket(item, collector.deliver)])
    writer.start()
    collector.wait()
    writer.close()

    assert isinstance(collector.answers[item], BusyError)
    assert not desk.rows(RejectedEvent)
    with pytest.raises(BusyError):
        desk.configuration.look_again()
    house.database.dispose()
