"""Encryption keys are turned over and nothing that depends on them is lost, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select, update
from sqlmodel import SQLModel

from app.domain.errors import ConfigurationError, ConflictError
from app.journal.verify import verify
from app.pipeline.administration.keys import add_key, reseal, retire_keys, show_keys, start_over
from app.pipeline.decision_number import number_of
from app.pipeline.house import House
from app.settings import Settings
from app.storage.keyring import KeyRing, key_name
from app.storage.pepper import keep_pepper
from app.storage.sealed import PORTION, Sealed, exchange, portion, sealed_columns
from app.storage.tables import AlertChannel, Connection, Control, Credential, Journal, Page, Poll
from app.storage.vault import Vault
from app.wiring import open_house
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house
from tests.integration.test_record import Desk

#: What stands in each sealed column of a full house.
PLAIN = {
    "alert_channel.target_enc": "duty@example.org",
    "connection.secret_enc": "of-the-bot",
    "credential.token_enc": "u",
    "page.previous_secret_enc": "before",
    "page.secret_enc": "s",
    "poll.key_enc": "session-key",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A key's file, as the first start makes it."""
    file = tmp_path / "keys" / "encryption.key"
    file.parent.mkdir()
    file.write_bytes(Fernet.generate_key())
    return file


@pytest.fixture
def house(database_url: str, file: Path) -> Iterator[House]:
    """A house with something in every sealed column."""
    clock = FakeClock()
    house = make_house(database_url, clock)
    house = replace(house, vault=opened(house, file))
    desk = Desk(house, clock, "enforce")
    seal = house.vault.seal
    with house.database.write() as session:
        session.execute(update(Connection).values(secret_enc=seal(PLAIN["connection.secret_enc"])))
        session.execute(update(Page).values(previous_secret_enc=seal(PLAIN["page.previous_secret_enc"])))
        session.execute(insert(Poll).values(page_id=desk.page_id, key_enc=seal(PLAIN["poll.key_enc"])))
        about = {"kind": "mail", "timezone": "UTC", "created_at": 1, "created_by": "cli"}
        target = seal(PLAIN["alert_channel.target_enc"])
        session.execute(insert(AlertChannel).values(id=house.ids(), target_enc=target, **about))
    yield house
    house.database.dispose()


def opened(house: House, file: Path) -> Vault:
    """The vault of a process that starts now."""
    with house.database.write() as session:
        return keep_pepper(session, Vault(KeyRing(file)))


def plain(house: House, vault: Vault) -> dict[str, set[str]]:
    """Everything sealed, opened."""
    found: dict[str, set[str]] = {}
    with house.database.read() as session:
        for table, column in sealed_columns():
            for one in portion(session, table, column, -1):
                found.setdefault(f"{one.table}.{one.column}", set()).add(vault.open(one.value))
    return found


def marks_of(house: House) -> tuple[str, int, str]:
    """What outlives every key."""
    return house.vault.fingerprint("u"), house.vault.number("text"), number_of(house, 1_234_567_890_123_456)


def test_every_column_is_turned_and_nothing_else_changes(house: House, file: Path) -> None:
    """After a turn the old key opens nothing, the new one everything; fingerprints and numbers stay what they were."""
    old = file.read_bytes()
    running = replace(house, vault=opened(house, file))
    marks = marks_of(house)
    before = plain(house, house.vault)
    assert {place: values for place, values in before.items() if place in PLAIN} == {
        place: {value} for place, value in PLAIN.items()
    }
    assert before.keys() == PLAIN.keys() | {"control.pepper_enc"}

    added = add_key(house, by="cli")
    assert add_key(house, by="cli") is None, "a second new key before the old one is gone"
    done = reseal(house, by="cli")

    new = file.read_bytes().split()[0]
    assert (done.key, done.values, done.unopened) == (added, len(before), {})
    assert key_name(new) == added
    assert plain(house, Vault(new)) == before
    assert show_keys(house).values == {key_name(new): len(before), key_name(old): 0}
    assert retire_keys(house, by="cli") == (key_name(old),)
    assert file.read_bytes().split() == [new]
    for one in (house, running, replace(house, vault=opened(house, file))):
        assert plain(house, one.vault) == before
        assert marks_of(one) == marks
    with house.database.read() as session:
        kinds = session.execute(select(Journal.kind).order_by(Journal.seq)).scalars().all()
    assert kinds[-3:] == ["encryption_key_added", "encryption_key_rotated", "encryption_keys_retired"]
    assert verify(house.database, house.journal_key).is_whole


def test_a_key_that_something_still_needs_stays(house: House, file: Path) -> None:
    """Retiring looks for itself; the file stays as it is."""
    add_key(house, by="cli")
    written = file.read_bytes()
    with pytest.raises(ConflictError, match="keys rotate"):
        retire_keys(house, by="cli")
    assert file.read_bytes() == written


def test_a_secret_that_somebody_changes_meanwhile_wins(house: House) -> None:
    """What was read a moment ago is not written over what a person has just entered."""
    with house.database.write() as session:
        table, column = next(one for one in sealed_columns() if one[0].name == "credential")
        (seen,) = portion(session, table, column, -1)
        session.execute(update(Credential).values(token_enc=house.vault.seal("a newer token")))
        assert not exchange(session, seen, house.vault.seal("u"))
        assert not exchange(session, Sealed("credential", "token_enc", 1, seen.value), "x")
    assert plain(house, house.vault)["credential.token_enc"] == {"a newer token"}


def test_two_who_turn_keys_at_once_make_one_key(house: House, file: Path) -> None:
    """Each looks at the file under the lock: the second finds the first one's key and adds none."""
    other = replace(house, vault=opened(house, file))
    assert add_key(house, by="cli")
    assert add_key(other, by="cli") is None
    assert len(file.read_bytes().split()) == 2
    assert other.vault.ring.keys == house.vault.ring.keys


def test_a_turn_that_was_interrupted_goes_on(house: House, file: Path) -> None:
    """Between two portions the database holds values of both keys; the next turn takes what is left."""
    add_key(house, by="cli")
    with house.database.write() as session:
        for table, column in sealed_columns()[:3]:
            for one in portion(session, table, column, -1):
                exchange(session, one, house.vault.seal(house.vault.open(one.value)))
    first = sum(show_keys(house).values.values())
    done = reseal(house, by="cli")

    assert 0 < done.values < first
    assert reseal(house, by="cli").values == 0


def test_what_no_key_opens_is_told_of_and_left(house: House) -> None:
    """It stays for the key that may turn up; retiring the others does not wait for it."""
    strange = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    with house.database.write() as session:
        session.execute(update(Credential).values(token_enc=strange))
    add_key(house, by="cli")

    assert reseal(house, by="cli").unopened == show_keys(house).unopened == {"credential.token_enc": 1}
    assert len(retire_keys(house, by="cli")) == 1
    with house.database.read() as session:
        assert session.execute(select(Credential.token_enc)).scalar_one() == strange


def test_a_database_of_another_key_is_refused_until_the_key_is_given_up(house: House, tmp_path: Path) -> None:
    """Neither a new key in place of a lost file nor a stranger's is taken silently; giving up is asked for and told."""
    settings = Settings(data_dir=tmp_path / "elsewhere", database_url=house.database.url)
    with pytest.raises(ConfigurationError, match=r"encryption\.key.*keys lost"):
        open_house(settings)
    assert not (tmp_path / "elsewhere" / "keys" / "encryption.key").exists()
    strange = Settings(
        data_dir=tmp_path / "elsewhere", database_url=house.database.url, encryption_key=Fernet.generate_key().decode()
    )
    with pytest.raises(ConfigurationError, match="keys lost"):
        open_house(strange)

    taken = replace(house, vault=Vault(strange.encryption_key.get_secret_value().encode()))
    lost = start_over(taken, by="cli")
    assert lost == dict.fromkeys(PLAIN, 1)
    assert start_over(taken, by="cli") is None
    with house.database.write() as session:
        assert keep_pepper(session, taken.vault).pepper == taken.vault.pepper != house.vault.pepper


def test_a_database_from_before_the_pepper_keeps_its_fingerprints(house: House, file: Path) -> None:
    """It is derived from the oldest key once, also where the newer one was added first, and refused to a stranger."""
    derived = Vault(file.read_bytes())
    with house.database.write() as session:
        session.execute(update(Control).values(pepper_enc=None))
    with pytest.raises(ConfigurationError, match="keys lost"), house.database.write() as session:
        keep_pepper(session, Vault(Fernet.generate_key()))

    file.write_bytes(Fernet.generate_key() + b"\n" + file.read_bytes())
    assert opened(house, file).fingerprint("u") == derived.fingerprint("u")
    file.write_bytes(file.read_bytes().split()[0])
    assert opened(house, file).fingerprint("u") == derived.fingerprint("u")


def test_more_values_than_one_portion_are_all_turned(house: House) -> None:
    """Three thousand pages are as good as three."""
    about = {"kind": "mail", "timezone": "UTC", "created_at": 1, "created_by": "cli"}
    target = house.vault.seal("duty@example.org")
    rows = [{"id": house.ids(), "target_enc": target, **about} for _ in range(2 * PORTION + 1)]
    with house.database.write() as session:
        session.execute(insert(AlertChannel), rows)
    add_key(house, by="cli")

    assert reseal(house, by="cli").values == len(rows) + len(PLAIN) + 1
    assert len(retire_keys(house, by="cli")) == 1


def test_sealed_columns_are_those_that_say_so() -> None:
    """Every text column whose name promises a sealed value is turned, in whichever table it comes to stand."""
    found = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert found == PLAIN.keys() | {"control.pepper_enc"}
    for table, _ in sealed_columns():
        assert len(SQLModel.metadata.tables[table.name].primary_key.columns) == 1
