"""What stands beside people's words has its term, too: keys of refused events, grounds of erasures."""

from sqlalchemy import update
from sqlmodel import select

from app.domain.clock import DAY
from app.domain.watching import Matter
from app.pipeline.administration.alert_channels import NewChannel, add_channel, remove_channel
from app.pipeline.persons.erase import erase
from app.pipeline.persons.holds import Who
from app.pipeline.retention.run import run
from app.pipeline.retention.terms import Data, terms_of
from app.pipeline.watching import incidents
from app.settings import Settings
from app.storage.rereads import open_gap
from app.storage.tables import AlertChannel, AlertMessage, Incident, Note, RejectedEvent, Reread
from tests.fakes.desk import Desk

TERMS = terms_of(Settings())


def erased(desk: Desk, kind: Data, *, apply: bool = True) -> int:
    """How many rows of a kind a run erases, or would."""
    report = run(desk.house, TERMS, apply=apply, by="cli")
    return next(line.erased for line in report.lines if line.kind is kind)


def test_a_refused_event_loses_its_key_and_stays_counted(desk: Desk) -> None:
    """After a week the key is empty; that an event of this type was refused, when and why stays."""
    row = {"id": 1, "page_id": desk.page, "type": "wall_reply_new", "code": "data", "received_at": desk.clock.now()}
    with desk.database.write() as session:
        session.add(RejectedEvent(**row, key="f" * 40))
    desk.clock.advance(6 * DAY)
    assert erased(desk, Data.REJECTED_KEYS) == 0

    desk.clock.advance(2 * DAY)
    assert erased(desk, Data.REJECTED_KEYS, apply=False) == 1
    assert erased(desk, Data.REJECTED_KEYS) == 1
    assert erased(desk, Data.REJECTED_KEYS) == 0
    assert desk.row(RejectedEvent, 1).model_dump() == {**row, "key": ""}


def test_the_ground_of_an_erasure_goes_after_the_term_of_notes(desk: Desk) -> None:
    """The words are null three years later and say since when; a note about a comment keeps its own clock."""
    desk.comment("Спасибо за дорогу")
    desk.clock.advance(DAY)
    erase(desk.house, "vk", "15170", ground="заявление от 1 ноября", who=Who("cli"))
    with desk.database.read() as session:
        ground = session.exec(select(Note).where(Note.comment_id == 0)).one()
    desk.clock.advance(1094 * DAY)
    assert erased(desk, Data.ERASURE_GROUNDS) == 0

    desk.clock.advance(2 * DAY)
    assert erased(desk, Data.ERASURE_GROUNDS) == 1
    after = desk.row(Note, ground.id)
    assert (ground.text, after.text, after.erased_at) == ("заявление от 1 ноября", None, desk.clock.now())
    desk.assert_journal_whole()


def test_an_ended_incident_goes_with_its_messages(desk: Desk) -> None:
    """A year after its end; one that goes on stays, however old, and so does the word of it."""
    add_channel(desk.house, NewChannel("email", "press@adm.example"), by="cli")
    with desk.database.write() as session:
        for matter in (Matter.MODEL, Matter.POLLING):
            incidents.begin(session, desk.house, matter)
    desk.clock.advance(400 * DAY)
    assert (erased(desk, Data.INCIDENTS), erased(desk, Data.ALERT_MESSAGES)) == (0, 0)
    with desk.database.write() as session:
        incidents.end(session, desk.house, Matter.MODEL)
    desk.clock.advance(366 * DAY)
    report = {line.kind: line.erased for line in run(desk.house, TERMS, apply=False, by="cli").lines}
    assert (report[Data.INCIDENTS], report[Data.ALERT_MESSAGES]) == (1, 2)
    report = {line.kind: line.erased for line in run(desk.house, TERMS, apply=True, by="cli").lines}
    assert (report[Data.INCIDENTS], report[Data.ALERT_MESSAGES]) == (1, 2)
    with desk.database.read() as session:
        assert session.exec(select(Incident.what)).all() == [Matter.POLLING]
        assert len(session.exec(select(AlertMessage)).all()) == 1


def test_a_removed_channel_goes_once_no_message_names_it(desk: Desk) -> None:
    """The empty row outlives what was sent there; a channel in use stays for good."""
    gone = add_channel(desk.house, NewChannel("email", "press@adm.example"), by="cli")
    used = add_channel(desk.house, NewChannel("email", "head@adm.example"), by="cli")
    with desk.database.write() as session:
        incidents.begin(session, desk.house, Matter.MODEL)
        session.execute(update(AlertMessage).values(sent_at=desk.clock.now()))
    remove_channel(desk.house, gone.id, by="cli")
    desk.clock.advance(366 * DAY)
    assert erased(desk, Data.ALERT_CHANNELS) == 0
    with desk.database.write() as session:
        incidents.end(session, desk.house, Matter.MODEL)
    desk.clock.advance(366 * DAY)
    assert erased(desk, Data.ALERT_CHANNELS) == 1
    with desk.database.read() as session:
        assert session.exec(select(AlertChannel.id)).all() == [used.id]


def test_a_gap_that_was_read_goes_with_the_incidents(desk: Desk) -> None:
    """A year after its end; one that still waits stays, however old."""
    now = desk.clock.now()
    with desk.database.write() as session:
        open_gap(session, desk.house.ids, desk.page, from_at=now - DAY, to_at=now, code="silence", at=now)
    desk.clock.advance(366 * DAY)
    assert erased(desk, Data.REREADS) == 0
    with desk.database.write() as session:
        session.execute(update(Reread).values(ended_at=desk.clock.now()))
    desk.clock.advance(364 * DAY)
    assert erased(desk, Data.REREADS) == 0
    desk.clock.advance(2 * DAY)
    assert erased(desk, Data.REREADS, apply=False) == 1
    assert erased(desk, Data.REREADS) == 1
