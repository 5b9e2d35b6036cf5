"""Deliveries that come at awkward moments: after an outage, after a withdrawal, long after an action of ours."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import select

from app.domain.events import Event
from app.networks.vk.inbound import parse
from app.networks.vk.verify import decode
from app.pipeline.house import House
from app.pipeline.record.items import Item
from app.storage.nodes import bump_config
from app.storage.tables import Journal, Page
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.integration.test_record import SECOND, Desk

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
