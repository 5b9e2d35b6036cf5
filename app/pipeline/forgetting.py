"""The duty of forgetting what was kept for a short while only."""

from typing import Final

from app.domain.clock import HOUR, MINUTE
from app.pipeline.house import House
from app.policy.copies import LONGEST_WINDOW_HOURS
from app.storage.texts import forget_texts

#: How often it is done.
EVERY: Final = 10 * MINUTE
#: An hour over the longest window: a text that a ruling may still count is never gone.
TEXTS_KEPT: Final = (LONGEST_WINDOW_HOURS + 1) * HOUR
#: Rows in one transaction, so that writers hardly wait.
PORTION: Final = 1_000


def forget(house: House) -> int:
    """Delete the texts that nobody has repeated within any policy's hours; returns how many."""
    before = house.clock.now() - TEXTS_KEPT
    total = 0
    while True:
        with house.database.write() as session:
            deleted = forget_texts(session, before=before, limit=PORTION)
        total += deleted
        if deleted < PORTION:
            return total
