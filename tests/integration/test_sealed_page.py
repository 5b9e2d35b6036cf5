"""A page whose secret does not open is refused alone, and taken again when its key is put back."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from app.domain.errors import BusyError, SignatureRejectedError
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.configuration import RELOOK, Configuration
from app.pipeline.house import House
from app.pipeline.intake import Intake
from app.pipeline.record.committing import Committer
from app.pipeline.record.writer import Writer
from app.storage.keyring import KeyRing
from app.storage.tables import Page
from app.storage.vault import Vault
from tests.fakes.clock import FakeClock
from tests.fakes.gates import gate_of, vk_intake
from tests.fakes.house import make_house
from tests.fakes.thresholds import FakeThresholds
from tests.integration.test_record import Desk

SOUND, LOST = "229000001", "229000002"


@dataclass
class Door:
    """Two pages, the second of which was sealed with a key that is kept elsewhere."""

    house: House
    intake: Intake
    file: Path
    other_key: bytes

    def knock(self, page: str, secret: str) -> bytes:
        """What a delivery of this page is answered."""
        body = {"type": "like_add", "group_id": int(page), "secret": secret, "object": {}}
        return asyncio.run(self.intake.take(json.dumps(body).encode(), None))


@pytest.fixture
def door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    """The door of a process that lacks one key."""
    file = tmp_path / "encryption.key"
    file.write_bytes(Fernet.generate_key())
    clock = FakeClock()
    house = replace(make_house(database_url, clock), vault=Vault(KeyRing(file)))
    Desk(house, clock, "enforce")
    other_key = Fernet.generate_key()
    foreign = replace(house, vault=Vault(other_key))
    add_page(foreign, NewPage("vk", LOST, "Другая", secret="other"), by="cli")
    configuration = Configuration(house, FakeThresholds())
    writer = Writer(Committer(house, configuration, 1))
    yield Door(house, vk_intake(configuration, gate_of(writer), clock), file, other_key)
    house.database.dispose()


def test_a_page_that_does_not_open_stops_no_other(door: Door) -> None:
    """Its deliveries, right or wrong, are to come again; the neighbour's are taken, strangers are refused."""
    assert door.knock(SOUND, "s") == b"ok"
    for secret in ("other", "guess"):
        with pytest.raises(BusyError):
            door.knock(LOST, secret)
    with pytest.raises(SignatureRejectedError):
        door.knock("229000003", "s")
    assert len(door.intake.configuration.sealed) == 1


def test_a_key_that_is_put_back_opens_the_page_without_a_restart(door: Door) -> None:
    """The file is read again when something does not open; what was sealed with its first key opens as before."""
    with pytest.raises(BusyError):
        door.knock(LOST, "other")
    door.file.write_bytes(door.file.read_bytes() + b"\n" + door.other_key)
    door.house.clock.advance(2 * RELOOK)

    assert door.knock(LOST, "other") == door.knock(SOUND, "s") == b"ok"
    assert not door.intake.configuration.sealed


def test_the_secret_before_is_believed_for_its_time(door: Door) -> None:
    """Until its moment both secrets are good, after it the old one is nobody's; an empty one never is."""
    now, vault = door.house.clock.now(), door.house.vault
    with door.house.database.write() as session:
        values = {"previous_secret_enc": vault.seal("before"), "previous_secret_until": now + 10 * RELOOK}
        session.execute(update(Page).where(Page.external_id == SOUND).values(values))

    assert door.knock(SOUND, "before") == door.knock(SOUND, "s") == b"ok"
    door.house.clock.advance(10 * RELOOK)
    for wrong in ("before", ""):
        with pytest.raises(SignatureRejectedError):
            door.knock(SOUND, wrong)
    assert door.knock(SOUND, "s") == b"ok"
