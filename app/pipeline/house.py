"""What every act needs at hand; made once by the wiring and passed along, never looked up."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.clock import Clock
from app.domain.ids import IdMaker
from app.domain.ports import Adapter
from app.storage.session import Database
from app.storage.vault import JournalKey, Vault


@dataclass(frozen=True, slots=True)
class House:
    """Database, keys, clock and ids of one process, and the networks that it knows, also those switched off."""

    database: Database
    vault: Vault
    journal_key: JournalKey
    clock: Clock
    ids: IdMaker
    networks: Mapping[str, Adapter]
