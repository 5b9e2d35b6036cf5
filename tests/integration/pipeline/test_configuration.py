"""What is known of pages is renewed page by page: only what has changed is read anew and opened."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update
from sqlmodel import col, select

from app.domain.words import Mode
from app.pipeline.administration.pages import NewPage, add_page, remove_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration, Snapshot
from app.pipeline.house import House
from app.storage.keyring import KeyRing
from app.storage.nodes import bump_config
from app.storage.tables import Page, PolicyVersion
from app.storage.vault import Vault
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.fakes.thresholds import FakeThresholds

PAGES = 6


class CountingVault(Vault):
    """Remembers what was opened."""

    opened: list[str]

    def open(self, sealed: str) -> str:
        """Open and remember."""
        self.opened.append(plain := super().open(sealed))
        return plain


@dataclass
class Office:
    """Some pages, each with a secret of its own."""

    house: House
    vault: CountingVault
    file: Path
    pages: list[int] = field(default_factory=list)

    def renewed(self) -> Snapshot:
        """The snapshot of this moment; `vault.opened` holds what was opened for it."""
        self.vault.opened.clear()
        with self.house.database.read() as session:
            return self.configuration.current(session)

    def change(self, page: int, **values: object) -> None:
        """Change columns of a page, as some process does."""
        with self.house.database.write() as session:
            session.execute(update(Page).where(col(Page.id) == page).values(**values))
            bump_config(session)

    def __post_init__(self) -> None:
        ensure_presets(self.house)
        for number in range(PAGES):
            page = NewPage(
                "vk", str(1000 + number), f"Страница {number}", secret=f"secret{number}", policy="talmenka-414"
            )
            self.pages.append(int(add_page(self.house, page, by="cli").id))
        self.configuration = Configuration(self.house, FakeThresholds())


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office whose vault counts."""
    file = tmp_path / "encryption.key"
    file.write_bytes(Fernet.generate_key())
    vault = CountingVault(KeyRing(file))
    vault.opened = []
    house = replace(make_house(database_url, FakeClock()), vault=vault)
    yield Office(house, vault, file)
    house.database.dispose()


def test_a_changed_page_opens_no_other_pages_secret(office: Office) -> None:
    """A change renews its own page alone; all others are the very same values as before, a new secret is opened."""
    first = office.renewed()
    assert sorted(office.vault.opened) == [f"secret{number}" for number in range(PAGES)]

    office.change(office.pages[2], mode="enforce", managers_json=json.dumps(["5"]), managers_read_at=7)
    second = office.renewed()
    assert office.vault.opened == ["secret2"]
    assert second.version > first.version
    changed = second.by_id[office.pages[2]]
    assert (changed.mode, changed.managers, changed.managers_read_at) == (Mode.ENFORCE, frozenset({"5"}), 7)
    assert changed is second.pages["vk", "1002"]
    assert all(second.by_id[page] is first.by_id[page] for page in office.pages if page != office.pages[2])

    office.change(office.pages[3], secret_enc=office.vault.seal("other"))
    third = office.renewed()
    assert office.vault.opened == ["other"]
    assert third.by_id[office.pages[3]].secret == "other"


def test_pages_come_and_go(office: Office) -> None:
    """A page that is removed is known no more, one that is added is; nothing else is opened."""
    office.renewed()
    remove_page(office.house, office.pages[0], by="cli")
    added = int(add_page(office.house, NewPage("vk", "2000", "Новая", secret="new"), by="cli").id)

    snapshot = office.renewed()
    assert set(snapshot.by_id) == {*office.pages[1:], added}
    assert ("vk", "1000") not in snapshot.pages
    assert office.vault.opened == ["new"]


def test_a_new_version_of_a_policy_reaches_its_pages(office: Office) -> None:
    """Pages follow the highest version of their policy's name, although their own rows stay the same."""
    before = office.renewed()
    with office.house.database.write() as session:
        old = session.exec(select(PolicyVersion).where(PolicyVersion.name == "talmenka-414")).one()
        newer = PolicyVersion(
            id=office.house.ids(),
            name=old.name,
            version=2,
            digest="-",
            source=old.source,
            created_at=0,
            created_by="cli",
        )
        number = newer.id
        session.add(newer)
        bump_config(session)

    snapshot = office.renewed()
    assert {page.policy_version_id for page in before.by_id.values()} == {old.id}
    assert {page.policy_version_id for page in snapshot.by_id.values()} == {number}


def test_an_encryption_key_that_is_taken_away_opens_nothing_any_more(office: Office) -> None:
    """What was opened is not remembered beyond the keys that opened it."""
    assert not office.renewed().sealed
    office.file.write_bytes(Fernet.generate_key())
    office.vault.ring.renew()
    office.change(office.pages[0], confirmation="x")

    assert office.renewed().sealed == frozenset(office.pages)
