"""Turns the encryption keys over while the service runs: a new one comes, everything is sealed anew, old ones go.

Nothing else depends on these keys: fingerprints, numbers of decisions and prints of texts are keyed with the pepper.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.domain.errors import ConflictError
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.house import House
from app.storage import sealed as queries
from app.storage.keyring import key_name, new_key
from app.storage.sealed import Sealed
from app.storage.tables import Control


@dataclass(frozen=True, slots=True)
class KeysShown:
    """The keys by their public names, the one that seals first, with the number of values that each has sealed."""

    #: None = the keys are in a setting.
    file: Path | None
    values: dict[str, int]
    #: Values that no key opens, by `table.column`.
    unopened: dict[str, int]


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a turn has done: values under the newest key that were under another one, and those that do not open."""

    key: str
    values: int
    unopened: dict[str, int]


def show_keys(house: House) -> KeysShown:
    """Which keys there are, and what each of them still has to open."""
    values = Counter(dict.fromkeys(house.vault.key_names, 0))
    unopened: Counter[str] = Counter()
    with house.database.read() as session:
        for one in _all_sealed(session):
            key = house.vault.opener(one.value)
            if key is None:
                unopened[_place(one)] += 1
            else:
                values[key] += 1
    return KeysShown(house.vault.ring.file, dict(values), dict(unopened))


def _all_sealed(session: Session) -> Iterator[Sealed]:
    for table, column in queries.sealed_columns():
        after = -1
        while portion := queries.portion(session, table, column, after):
            yield from portion
            after = portion[-1].row


def _place(one: Sealed) -> str:
    return f"{one.table}.{one.column}"


def add_key(house: House, *, by: str) -> str | None:
    """Put a new key in front of the only one in the file; returns its name, None if there are several already.

    Running processes read the file when they seal, or when something does not open.

    Raises:
        ConfigurationError: the keys are in a setting, or the file cannot be written.
    """
    ring = house.vault.ring
    with house.database.write() as session:
        acting = _alone(session, house, by)
        # Read again now that nobody else turns keys: of two new ones, one would be lost with all that it has sealed.
        ring.renew()
        if len(ring.keys) > 1:
            return None
        key = new_key()
        ring.write((key, *ring.keys))
        name = key_name(key)
        acting.settle([Entry("encryption_key_added", None, {"by": acting.who, "key": name})])
    return name


def reseal(house: House, *, by: str) -> Resealed:
    """Seal with the newest key whatever another one has sealed, in short transactions; may be repeated at any point."""
    newest = house.vault.key_names[0]
    changed = 0
    unopened: Counter[str] = Counter()
    for table, column in queries.sealed_columns():
        after = -1
        while True:
            with house.database.read() as session:
                portion = queries.portion(session, table, column, after)
            if not portion:
                break
            after = portion[-1].row
            openers = {one: house.vault.opener(one.value) for one in portion}
            changed += _exchange(house, [one for one, key in openers.items() if key not in {None, newest}])
            unopened.update(_place(one) for one, key in openers.items() if key is None)
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        body = {"by": acting.who, "key": newest, "values": changed, "unopened": unopened.total()}
        # This moves the counter too: every process opens its secrets anew and so meets the new key.
        acting.settle([Entry("encryption_key_rotated", None, body)])
    return Resealed(newest, changed, dict(unopened))


def _exchange(house: House, due: list[Sealed]) -> int:
    if not due:
        return 0
    fresh = [(one, house.vault.seal(house.vault.open(one.value))) for one in due]
    with house.database.write() as session:
        return sum(queries.exchange(session, one, value) for one, value in fresh)


def retire_keys(house: House, *, by: str) -> tuple[str, ...]:
    """Take every key but the newest out of the file; returns their names. With keys in a setting it only looks.

    Raises:
        ConflictError: something is still sealed with one of them.
        ConfigurationError: the file cannot be written.
    """
    ring = house.vault.ring
    with house.database.write() as session:
        acting = _alone(session, house, by)
        ring.renew()
        newest, *old = house.vault.key_names
        left = sum(house.vault.opener(one.value) in old for one in _all_sealed(session)) if old else 0
        if left:
            raise ConflictError(f"прежними ключами ещё зашифровано значений: {left}; выполните `dvornik keys rotate`")
        if old and ring.file is not None:
            ring.write(ring.keys[:1])
            body = {"by": acting.who, "key": newest, "retired": old}
            acting.settle([Entry("encryption_keys_retired", None, body)])
    return tuple(old)


def start_over(house: House, *, by: str) -> dict[str, int] | None:
    """Go on with this house's key because the one before it is lost; returns what does not open, by `table.column`.

    Fingerprints change: numbers of decisions on papers and pseudonyms are not recognised any more. None = the key fits
    the database, so nothing is lost and nothing is done.
    """
    vault = house.vault
    with house.database.write() as session:
        acting = _alone(session, house, by)
        pepper = session.exec(select(Control.pepper_enc).where(Control.id == 1)).one()
        if pepper is not None and vault.opener(pepper) is not None:
            return None
        stored = vault.seal(vault.pepper.hex())
        session.execute(update(Control).where(col(Control.id) == 1).values(pepper_enc=stored))
        unopened = Counter(_place(one) for one in _all_sealed(session) if vault.opener(one.value) is None)
        body = {"by": acting.who, "key": vault.key_names[0], "unopened": unopened.total()}
        acting.settle([Entry("encryption_key_lost", None, body)])
    return dict(unopened)


def _alone(session: Session, house: House, by: str) -> Acting:
    """An act during which nobody else turns keys; SQLite has one writer anyway."""
    session.exec(select(Control.id).where(Control.id == 1).with_for_update()).one()
    return Acting(session, house, house.clock.now(), by)
