"""Keeps seals of the journal: a file a day in the data folder, which a copy of that folder takes elsewhere.

A seal only proves something where whoever could rewrite the database cannot reach it; the log gets its checksum too.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from app.domain.clock import HOUR, SECOND
from app.domain.errors import InvalidInputError
from app.journal.chain import Entry, append
from app.journal.seal import Seal, departures, head_seals, make_seal, read_seal, seal_text
from app.outbox.endings import alert
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.storage.folders import private_folder, write_once

FOLDER: Final = "seals"
NAME: Final = "seal of the day"
#: How often it is looked whether the day has its seal.
EVERY: Final = HOUR

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal and where it lies."""

    file: Path
    seal: Seal


def seal_now(house: House, file: Path) -> Sealed:
    """Write a seal into a new file, and say so in the journal.

    Raises:
        FileExistsError: there is such a file; a seal is never overwritten.
        OSError: it cannot be written.
    """
    at = house.clock.now()
    with house.database.read() as session:
        seal = make_seal(head_seals(session), at, house.journal_key)
    data = seal_text(seal)
    write_once(file, data)
    digest = hashlib.sha256(data).hexdigest()
    with house.database.write() as session:
        body = {"sha256": digest, "chains": sum(1 for head in seal.heads if head.seq)}
        append(session, house.journal_key, [Entry("journal_sealed", None, body)], at)
    _log.info("journal_sealed", sha256=digest, entries=sum(head.seq for head in seal.heads))
    return Sealed(file, seal)


def seal_of_moment(house: House, folder: Path) -> Sealed:
    """A seal under the name of this second."""
    private_folder(folder)
    return seal_now(house, folder / f"{_named(house.clock.now(), '%Y-%m-%dT%H%M%SZ')}.json")


def seal_daily(data_dir: Path) -> Callable[[House, Configuration, threading.Event], None]:
    """The duty that gives each day (UTC) its seal and looks whether the journal still holds what the last one says."""
    folder = data_dir / FOLDER

    def run(house: House, _: Configuration, __: threading.Event) -> None:
        private_folder(folder)
        file = folder / f"{_named(house.clock.now(), '%Y-%m-%d')}.json"
        if file.exists():
            return
        look_back(house, folder)
        # Another process may have been faster.
        with suppress(FileExistsError):
            seal_now(house, file)

    return run


def look_back(house: House, folder: Path) -> tuple[int, ...]:
    """Tell people if the journal has lost or changed what the newest seal lists; returns those chains."""
    newest = newest_seal(folder)
    if newest is None:
        return ()
    with house.database.read() as session:
        departed = tuple(departures(session, newest.seal))
    for chain in departed:
        alert("journal_departs_from_seal", chain=chain)
    return departed


def newest_seal(folder: Path) -> Sealed | None:
    """The latest seal in a folder, by its own instant; None if there is none. A file that is no seal is told of."""
    found: list[Sealed] = []
    for file in _files(folder):
        try:
            found.append(Sealed(file, read_seal(file.read_bytes(), file.name)))
        except InvalidInputError:
            alert("seal_unreadable", file=file.name)
    return max(found, key=lambda one: one.seal.at, default=None)


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.json")) if folder.is_dir() else ()


def _named(instant: int, pattern: str) -> str:
    return f"{datetime.fromtimestamp(instant // SECOND, UTC):{pattern}}"
