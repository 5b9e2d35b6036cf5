"""Deliveries that come at awkward moments: after an outage, after a withdrawal, long after an action of ours."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select

from app.domain.events import Act, AuthorBanned, Event
from app.networks.vk.inbound import parse
from app.networks.vk.verify import decode
from app.pipeline.house import House
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.writer import Ticket, Writer
from app.storage.nodes import bump_config
from app.storage.tables import Action, Comment, Decision, Journal, Page, ReviewCase
from tests.fakes.clock import FakeClock
from tests.fakes.house import INSULT, make_house, removed, written
from tests.integration.test_hostile import Collector, hand_over
from tests.integration.test_record import SECOND, Desk, states

DAY = 86_400 * SECOND


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house on each engine."""
    house = make_house(database_url, FakeClock())
    yield house
    house.database.dispose()


@pytest.fixture
def desk(house: House) -> Desk:
    """A page that enforces Novokuznetsk's act."""
    return Desk(house, house.clock, "enforce")


def vk_event(desk: Desk, kind: str, thing: dict[str, object]) -> Item:
    """A delivery as VK sends it."""
    raw = json.dumps({"type": kind, "group_id": 229000001, "event_id": kind, "object": thing}).encode()
    event = parse(decode(raw), raw=raw)
    assert isinstance(event, Event)
    return Item(event, desk.page_id, desk.clock.now())


def _set_managers(desk: Desk, names: str) -> None:
    with desk.house.database.write() as session:
        page = session.get_one(Page, desk.page_id)
        page.managers_json, page.managers_read_at = names, desk.clock.now()
        session.add(page)
        bump_config(session)


def test_the_journal_names_no_manager(desk: Desk) -> None:
    """Who became a manager, and who changed the settings, stand in the journal as pseudonyms."""
    officers = {"admin_id": 900000001, "user_id": 900000002, "level_old": 0, "level_new": 2}
    settings = {"user_id": 900000001, "changes": {"access": {"old_value": 0, "new_value": 1}}}
    desk.one(vk_event(desk, "group_officers_edit", officers))
    desk.one(vk_event(desk, "group_change_settings", settings))

    with desk.house.database.read() as session:
        bodies = session.exec(select(Journal.body).where(Journal.kind == "page_changed")).all()
    assert len(bodies) == 2
    assert all("90000000" not in body for body in bodies)
    by = [json.loads(body)["details"]["by"] for body in bodies]
    assert len(set(by)) == 1


def test_an_edit_that_waited_out_an_outage_with_its_comment_is_judged(desk: Desk) -> None:
    """Both were first sent while we were away: an edit follows the text that it edits, whenever that came."""
    desk.one(written("Спасибо", page_id=desk.page_id))
    edit = written("дурак", page_id=desk.page_id, act=Act.EDIT, scores=INSULT, delayed_by=10 * SECOND)
    edit = replace(edit, received_at=desk.clock.now() + SECOND)

    assert desk.one(edit) is Outcome.DECIDED
    assert states(desk)["delete_comment"] == "pending"


def test_an_edit_that_was_first_sent_before_a_deletion_is_late(desk: Desk) -> None:
    """The comment went after it, so there is nothing to judge any more."""
    desk.one(written("Спасибо", page_id=desk.page_id))
    desk.one(removed(page_id=desk.page_id))
    edit = written("дурак", page_id=desk.page_id, act=Act.EDIT, scores=INSULT, delayed_by=10 * SECOND)

    assert desk.one(replace(edit, received_at=desk.clock.now() + SECOND)) is Outcome.LATE
    assert not desk.rows(Action)


def test_a_deletion_of_a_withdrawn_comment_changes_nothing(desk: Desk) -> None:
    """A manager's deletion, or the echo of ours, comes after the author has taken the comment back."""
    desk.one(written(page_id=desk.page_id))
    desk.one(removed(page_id=desk.page_id, deleter="777"))

    assert desk.one(removed(page_id=desk.page_id, deleter="5", key="again")) is Outcome.RECORDED
    assert desk.rows(Comment)[0].state == "withdrawn"


def test_a_ban_that_is_served_is_no_echo_of_the_next(desk: Desk) -> None:
    """A person bans somebody whose ban by us is long over: the act is theirs and calls our proposals back."""
    desk.one(written("дурак", page_id=desk.page_id, scores=INSULT))
    desk.set_action("done", outcome="acted", kind="ban_author")
    with desk.house.database.write() as session:
        ban = session.exec(select(Action).where(Action.kind == "ban_author")).one()
        ban.ban_until = desk.clock.now() + DAY
        session.add(ban)
    assert desk.one(desk.event(AuthorBanned("777", "5", None), "echo")) is Outcome.ECHO
    desk.clock.advance(2 * DAY)
    desk.one(written("дурак", page_id=desk.page_id, number=2, scores=INSULT, at=desk.clock.now()))

    assert desk.one(desk.event(AuthorBanned("777", "5", None), "person")) is Outcome.BOUND
    assert [a.state for a in desk.rows(Action) if a.kind == "ban_author"] == ["done", "cancelled"]


def test_a_restore_by_a_person_is_no_echo_of_an_older_one_of_ours(desk: Desk) -> None:
    """We restored the comment once; it was removed since, and a person's restore binds the machine."""
    desk.one(written("дурак", page_id=desk.page_id, scores=INSULT))
    desk.set_action("done", outcome="acted")
    with desk.house.database.write() as session:
        ours = session.exec(select(Action).where(Action.kind == "ban_author")).one()
        ours.kind, ours.state = "restore_comment", "done"
        session.add(ours)

    assert desk.one(written("дурак", page_id=desk.page_id, act=Act.RESTORE)) is Outcome.BOUND
    assert desk.rows(Decision)[-1].decided_by == "network:unknown"


def test_a_text_whose_author_stopped_being_a_manager_meanwhile_is_not_kept_silently(desk: Desk) -> None:
    """It was let through unjudged as a manager's; by the time it is written down a person must look at it."""
    item = replace(written(page_id=desk.page_id), judgement=None)

    assert desk.one(item) is Outcome.DECIDED
    assert desk.rows(ReviewCase)[0].reason == "indeterminate"
    assert desk.rows(Comment)[0].decision_id == desk.rows(Decision)[0].id


def test_an_edit_by_a_former_manager_is_judged(desk: Desk) -> None:
    """Whose words they are is asked anew for each text, not remembered from the first."""
    _set_managers(desk, '["777"]')
    assert desk.one(replace(written(page_id=desk.page_id), judgement=None)) is Outcome.RECORDED
    _set_managers(desk, "[]")

    assert desk.one(written("дурак", page_id=desk.page_id, act=Act.EDIT, scores=INSULT)) is Outcome.DECIDED
    assert desk.rows(Comment)[0].written_by == "citizen"
    assert states(desk)["delete_comment"] == "pending"


def test_what_a_person_was_asked_to_do_by_hand_is_done_when_the_network_says_so(desk: Desk) -> None:
    """No token of ours could: the deletion and the ban that a manager then makes are the end of what we asked for."""
    desk.one(written("дурак", page_id=desk.page_id, scores=INSULT))
    desk.set_action("manual")
    desk.set_action("manual", kind="ban_author")

    assert desk.one(removed(page_id=desk.page_id, deleter="5")) is Outcome.BOUND
    assert desk.one(desk.event(AuthorBanned("777", "5", None), "by hand")) is Outcome.BOUND
    assert [(a.state, a.outcome) for a in desk.rows(Action)] == [("done", "gone"), ("done", "already")]


def test_a_ban_that_comes_together_with_its_cause_calls_the_proposed_one_back(desk: Desk) -> None:
    """Both wait for the writer at one moment, and the ban still finds what the comment has led to."""
    items = [
        written("дурак", page_id=desk.page_id, scores=INSULT),
        desk.event(AuthorBanned("777", "5", None), "user_block"),
        written("другой", page_id=desk.page_id, number=2, author="778"),
    ]
    collector = Collector(len(items))
    writer = Writer(Committer(desk.house, desk.configuration, 1))
    hand_over(desk.house, writer, [Ticket(item, collector.deliver) for item in items])
    writer.start()
    collector.wait()
    writer.close()

    assert [collector.answers[item] for item in items] == [Outcome.DECIDED, Outcome.BOUND, Outcome.DECIDED]
    assert states(desk)["ban_author"] == "cancelled"
