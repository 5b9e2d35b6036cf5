"""Secrets that do not open are told of once, and secrets whose time is over are forgotten."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlmodel import col, select

from app.domain.clock import HOUR
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.watching import Matter
from app.pipeline.administration.page_secret import rotate_secret
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page, remove_page
from app.pipeline.administration.secret_watch import watch_secrets
from app.pipeline.house import House
from app.storage.keyring import KeyRing
from app.storage.tables import Incident, Page
from app.storage.vault import Vault
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.integration.test_record import Desk


@dataclass
class Watched:
    """A house whose page is sound, and how its duty sees it."""

    house: House
    desk: Desk
    file: Path

    def look(self) -> list[tuple[int, int, bool]]:
        """Do the duty; incidents about secrets as (page, connection, over)."""
        watch_secrets(self.house, self.desk.configuration, threading.Event())
        query = select(Incident).where(Incident.what == Matter.SEALED.value).order_by(col(Incident.id))
        with self.house.database.read() as session:
            return [(one.page_id, one.connection_id, one.ended_at is not None) for one in session.exec(query)]

    def page(self) -> Page:
        """The page as it is stored."""
        with self.house.database.read() as session:
            return session.get_one(Page, self.desk.page_id)


@pytest.fixture
def watched(database_url: str, tmp_path: Path) -> Iterator[Watched]:
    """On each engine."""
    file = tmp_path / "encryption.key"
    file.write_bytes(Fernet.generate_key())
    clock = FakeClock()
    house = replace(make_house(database_url, clock), vault=Vault(KeyRing(file)))
    yield Watched(house, Desk(house, clock, "enforce"), file)
    house.database.dispose()


def test_what_does_not_open_is_told_of_once_until_it_opens(watched: Watched) -> None:
    """A page by its secret, a connection by its token; the key that is put back ends both."""
    assert watched.look() == []
    other = Fernet.generate_key()
    foreign = replace(watched.house, vault=Vault(other))
    lost = add_page(foreign, NewPage("vk", "229000002", "Другая", secret="s", user_token="t"), by="cli")
    with watched.house.database.read() as session:
        connection = session.get_one(Page, lost.id).connection_id

    assert watched.look() == watched.look()
    assert sorted(watched.look()) == [(0, connection, False), (lost.id, 0, False)]
    watched.file.write_bytes(watched.file.read_bytes() + b"\n" + other)
    assert sorted(watched.look()) == [(0, connection, True), (lost.id, 0, True)]


def test_a_removed_page_ends_what_was_told_of_it(watched: Watched) -> None:
    """Nobody has to mend what is not there any more."""
    foreign = replace(watched.house, vault=Vault(Fernet.generate_key()))
    lost = add_page(foreign, NewPage("vk", "229000002", "Другая", secret="s"), by="cli")
    assert watched.look() == [(lost.id, 0, False)]
    remove_page(watched.house, lost.id, by="cli")
    assert watched.look() == [(lost.id, 0, True)]


def test_the_secret_before_is_forgotten_when_its_time_is_over(watched: Watched) -> None:
    """Until then it is kept; a third secret has to wait, unless the one before ends at once."""
    house, page_id = watched.house, watched.desk.page_id
    rotate_secret(house, page_id, by="cli", hours=2)
    watched.look()
    assert house.vault.open(watched.page().previous_secret_enc or "") == "s"
    with pytest.raises(ConflictError, match="--hours 0"):
        rotate_secret(house, page_id, by="cli", hours=2)

    house.clock.advance(2 * HOUR)
    watched.look()
    assert (watched.page().previous_secret_enc, watched.page().previous_secret_until) == (None, None)
    rotate_secret(house, page_id, by="cli", hours=2)
    rotate_secret(house, page_id, by="cli", hours=0, secret="at-once")
    assert watched.page().previous_secret_enc is None
    assert house.vault.open(watched.page().secret_enc or "") == "at-once"


def test_a_secret_that_a_person_sets_stands_alone(watched: Watched) -> None:
    """Whoever enters one by hand has changed the network's side already; a removed page keeps none."""
    house, page_id = watched.house, watched.desk.page_id
    rotate_secret(house, page_id, by="cli")
    change_page(house, page_id, PageChanges(secret="by-hand"), by="cli")
    assert watched.page().previous_secret_enc is None
    rotate_secret(house, page_id, by="cli")
    remove_page(house, page_id, by="cli")
    assert (watched.page().secret_enc, watched.page().previous_secret_enc) == (None, None)


def test_a_network_that_keeps_no_secrets_by_page_says_how_to_change_it(watched: Watched) -> None:
    """One bot's secret is that of all its pages."""
    bot = add_page(watched.house, NewPage("telegram", "-1001", "Район", community_token="t"), by="cli")
    with pytest.raises(InvalidInputError, match="page set"):
        rotate_secret(watched.house, bot.id, by="cli")
    for hours in (-1, 24 * 365):
        with pytest.raises(InvalidInputError, match="hours"):
            rotate_secret(watched.house, watched.desk.page_id, by="cli", hours=hours)
