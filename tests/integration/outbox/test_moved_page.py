"""A page whose network gives it another id goes on under that one, on both engines."""

from sqlmodel import select

from app.domain.ports import Retry
from app.domain.watching import Matter
from app.pipeline.carry_out.sending import Step
from app.pipeline.configuration import Configuration
from app.pipeline.watching.closing import close_ended
from app.storage.tables import Comment, Connection, Control, Incident, Page
from tests.fakes.thresholds import FakeThresholds


def _open_incidents(world) -> list[tuple[str, int, str]]:
    with world.database.read() as session:
        found = session.exec(select(Incident).where(Incident.ended_at.is_(None)))
        return [(one.what, one.page_id, one.code) for one in found]


def test_an_action_follows_its_page_to_the_new_id_at_once(world):
    """The page is called by its new id from the next call on; the comment keeps its scope, the journal knows both."""
    comment = world.add_comment(scope="-4001")
    number = world.add_action(comment)
    was = world.row(Page, world.page).external_id
    version = world.row(Control, 1).config_version
    world.network.answers.append(Retry("migrated", moved_to="-1009001"))
    assert world.work_off() == [Step.SENT, Step.SENT, Step.IDLE]

    assert [(order.page, order.scope) for order in world.network.calls] == [(was, "-4001"), ("-1009001", "-4001")]
    assert (world.action(number).state, world.action(number).attempts) == ("done", 2)
    assert world.row(Page, world.page).external_id == "-1009001"
    assert world.row(Control, 1).config_version > version
    assert world.journal(world.page) == ["page_moved"]
    assert world.row(Comment, comment).scope == "-4001"
    # It is no trouble of the network's.
    assert world.row(Connection, world.connection).trouble_began_at is None


def test_an_id_that_another_page_has_is_refused_aloud(world):
    """Nothing is overwritten: people are told once, the action waits, and the incident ends with the spare page."""
    other = world.add_page(world.connection)
    taken, own = world.row(Page, other).external_id, world.row(Page, world.page).external_id
    number = world.add_action(world.add_comment())
    world.network.answers.append(Retry("migrated", moved_to=taken))
    assert world.work_off() == [Step.SENT, Step.IDLE]

    assert world.row(Page, world.page).external_id == own
    assert world.action(number).state == "pending"
    assert world.action(number).due_at > world.clock.now()
    assert _open_incidents(world) == [(Matter.PAGE_MOVED, world.page, taken)]
    world.sql("UPDATE page SET removed_at = 1 WHERE id = :id", id=world.page)
    close_ended(world.house, Configuration(world.house, FakeThresholds()), world.executor().stop)
    assert _open_incidents(world) == []
