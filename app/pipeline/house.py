"""What every act needs at hand; made once by the wiring and passed along, never looked up."""

from dataclasses import dataclass

from app.domain.clock import Clock
from app.domain.ids import IdMaker
from app.storage.session import Database
from app.storage.vault import JournalKey, Vault


@dataclass(frozen=True, slots=True)
class House:
    """Database, keys, clock and ids of one process."""

    database: Database
    vault: Vault
    journal_key: JournalKey
    clock: Clock
    ids: IdMaker
