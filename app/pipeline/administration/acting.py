"""An act of administration while it runs: its transaction, its moment, and who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.storage.accounts import actor
from app.storage.nodes import bump_config


@dataclass(frozen=True, slots=True)
class Acting:
    """One transaction; `at` in microseconds, `by` is `person:<account>`, `cli` or `preset`.

    `pages` are those that the actor may touch, None = every page.
    """

    session: Session
    house: House
    at: int
    by: str
    pages: frozenset[int] | None = None

    @property
    def who(self) -> str:
        """`by` as the journal may keep it: without a name."""
        return actor(self.session, self.by)

    def settle(self, entries: Sequence[Entry]) -> None:
        """Write the journal and tell every process; the last step, because the journal's chain stays locked."""
        append(self.session, self.house.journal_key, entries, self.at)
        bump_config(self.session)
