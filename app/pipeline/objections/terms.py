"""Watches over objections that wait: writes down how their questions stand, warns before the term and after it."""

import threading
from typing import Final

from app.domain.clock import DAY, MINUTE
from app.journal.chain import Entry, append
from app.outbox.endings import alert
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.objections.answering import is_settled, settle
from app.storage import objections as queries
from app.storage.objections import ObjectionRecord
from app.storage.tables import Objection

EVERY: Final = MINUTE
#: How long before the term people are warned.
WARNED_BEFORE: Final = 5 * DAY
NEAR: Final = "objection_term_near"
OVER: Final = "objection_term_over"
_CHUNK: Final = 200


def watch_terms(house: House, _: Configuration, stop: threading.Event) -> None:
    """Go through all objections without an answer once."""
    position = 0
    while not stop.is_set():
        with house.database.read() as session:
            rows = queries.waiting(session, after=position, limit=_CHUNK)
            records = queries.read_objections(session, [row.id for row in rows])
            told = queries.warned(session, [row.comment_id for row in rows], (NEAR, OVER))
        at = house.clock.now()
        for record in records:
            _watch(house, record, told.get(record.objection.id, frozenset()), at)
        if len(rows) < _CHUNK:
            return
        position = rows[-1].id


def _watch(house: House, seen: ObjectionRecord, told: frozenset[str], at: int) -> None:
    kind = _warning(seen.objection, told, at)
    if not kind and is_settled(seen.objection, seen.case):
        return
    with house.database.write() as session:
        # Locked before it is read again: whoever answers it meanwhile is not overtaken.
        session.get(Objection, seen.objection.id, with_for_update=True)
        [record] = queries.read_objections(session, [seen.objection.id])
        entries = settle(session, record)
        if kind:
            body = {"objection": record.objection.id, "page": record.objection.page_id, "due": record.objection.due_at}
            entries.append(Entry(kind, record.objection.comment_id, body))
        append(session, house.journal_key, entries, at)
    if kind:
        alert(kind, objection=seen.objection.id, page=seen.objection.page_id)


def _warning(objection: Objection, told: frozenset[str], at: int) -> str:
    """What is to be told now and was not told before, or ''."""
    if objection.due_at < at:
        return "" if OVER in told else OVER
    return NEAR if objection.due_at - at <= WARNED_BEFORE and NEAR not in told else ""
