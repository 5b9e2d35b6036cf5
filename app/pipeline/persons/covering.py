"""The duty of covering other people's data in our own copies, once nobody can take the verdict back any more."""

import threading
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.clock import MINUTE
from app.domain.ids import first_id_at
from app.journal.chain import append
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.persons.doxxed import mask_stored
from app.storage import duties
from app.storage.fates import personal_data_at
from app.storage.tables import Decision

#: How often it is done, and its name in the list of duties.
EVERY: Final = MINUTE
NAME: Final = "personal data"
_CURSOR: Final = "personal data walk"
_STRETCH: Final = 1_000
_WRITING: Final = MINUTE


def cover_decided(house: House, _: Configuration, stop: threading.Event) -> None:
    """Walk the decisions that came since the last time; those under a hold are left to the daily retention."""
    with house.database.read() as session:
        after = duties.read_cursor(session, _CURSOR) or 0
    more = True
    while more and not stop.is_set():
        with house.database.read() as session:
            comments, last, more = _decided(session, after, house.clock.now())
        for comment in sorted(comments):
            _cover(house, comment)
        if last > after:
            with house.database.write() as session:
                duties.write_cursor(session, _CURSOR, last, house.clock.now())
        after = last


def _decided(session: Session, after: int, now: int) -> tuple[set[int], int, bool]:
    """Comments to cover, the last decision that is settled, and whether more may follow."""
    names = (Decision.id, Decision.comment_id, Decision.decided_by, Decision.decided_at, Decision.basis_json)
    columns: list[Any] = [col(name) for name in names]
    # A decision that is being written may have an id under those that are there already.
    written = col(Decision.id) < first_id_at(now - _WRITING)
    query = select(*columns).where(col(Decision.id) > after, written)
    rows = session.execute(query.order_by(col(Decision.id)).limit(_STRETCH)).all()
    found: set[int] = set()
    last = after
    for id_, comment, by, at, basis in rows:
        since = personal_data_at(by, at, basis)
        if since is not None and since > now:
            # What follows waits, too: the cursor never leaves anything behind.
            return found, last, False
        if since is not None:
            found.add(comment)
        last = id_
    return found, last, len(rows) == _STRETCH


def _cover(house: House, comment: int) -> None:
    with house.database.write() as session:
        append(session, house.journal_key, mask_stored(session, house, comment), house.clock.now())
