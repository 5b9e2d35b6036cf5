"""What the newest seals say of the journal: a quick look for the console, no verification of the whole chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.clock import DAY
from app.domain.errors import InvalidInputError
from app.journal.seal import Seal, SealCheck, check_seal, departures, read_seal
from app.pipeline.administration.sealing import FOLDER
from app.pipeline.house import House

#: The next seal is made over whatever is there, so an older one has to tell what was changed before it.
_LOOKED_AT: Final = 7
#: A day without a seal is a night's stop; two are not.
_LATE: Final = 2 * DAY


@dataclass(frozen=True, slots=True)
class SealState:
    """Instants of seals in microseconds: the newest one, and the newest that does not fit; None = there is none."""

    newest: int | None
    departed: int | None
    #: It is high time for a new one.
    late: bool


def seal_state(house: House, data_dir: Path) -> SealState:
    """Whether the journal still holds what the newest seals of the data folder list, and nobody forged these."""
    seals = list(_newest(data_dir / FOLDER))
    if not seals:
        return SealState(None, None, late=False)
    key = house.journal_key
    with house.database.read() as session:
        departed = [
            seal.at
            for seal in seals
            if check_seal(seal, {key.id: key}) is SealCheck.FORGED or departures(session, seal)
        ]
    newest = max(seal.at for seal in seals)
    return SealState(newest, max(departed, default=None), late=house.clock.now() - newest > _LATE)


def _newest(folder: Path) -> Iterator[Seal]:
    """Seals are named by their moments; what is no seal is told of by the daily duty and passed by here."""
    for file in sorted(folder.glob("*.json"), reverse=True)[:_LOOKED_AT]:
        try:
            yield read_seal(file.read_bytes(), file.name)
        except (InvalidInputError, OSError):
            continue
