"""Lets the journal go on under another key, when the one that signed it is lost or must no longer be used."""

from app.journal.keys import change_key
from app.pipeline.house import House
from app.storage.accounts import actor


def take_over(house: House, *, by: str) -> int:
    """Record the change to this house's key; returns how many chains changed, 0 where the key signs them already."""
    with house.database.write() as session:
        return change_key(session, house.journal_key, house.clock.now(), actor(session, by))
