"""Reads what residents write to the page privately and opens the objections among it.

It walks behind the recording and not inside it: the callback answers within milliseconds whatever a message says, a
rule that breaks here loses no event, and an objection that is noticed a minute later has lost nothing of its 30 days.
Each objection is opened in the transaction that moves the walk past its message, so none is opened twice or missed.
"""

import threading
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from app.domain import decision_number
from app.domain.clock import DAY, MINUTE
from app.domain.ids import first_id_at
from app.journal.chain import Entry, append
from app.pipeline.configuration import Configuration
from app.pipeline.decision_number import find_decision
from app.pipeline.house import House
from app.pipeline.objections.opening import LONGEST_TEXT, Channel, ask, open_objection
from app.review.objecting import is_objection
from app.storage import objections as queries
from app.storage.duties import read_cursor, write_cursor
from app.storage.objections import PrivateMessage
from app.storage.outbox import lock_comment
from app.storage.tables import Decision

EVERY: Final = MINUTE
#: How old a removal may be that an unnumbered message can mean.
MEANT: Final = 90 * DAY
#: An id is made before its row is committed: what is younger may still get neighbours.
_SETTLED: Final = MINUTE
_CURSOR: Final = "objections in messages"
_CHUNK: Final = 500
#: Whose words started it.
_AUTHOR: Final = "author"


@dataclass(frozen=True, slots=True)
class _Meant:
    """The removal that a message objects to; None where there is none that the machine knows."""

    decision: Decision | None


def read_messages(house: House, _: Configuration, stop: threading.Event) -> None:
    """Walk the private messages that came since the last walk; the first walk begins where it stands."""
    end = first_id_at(house.clock.now() - _SETTLED)
    with house.database.write() as session:
        position = read_cursor(session, _CURSOR)
        if position is None:
            write_cursor(session, _CURSOR, end, house.clock.now())
            return
    while not stop.is_set():
        with house.database.read() as session:
            walked, messages = queries.private_messages(session, after=position, before=end, limit=_CHUNK)
        for message in messages:
            if _objects(message):
                _take(house, message)
        if walked is None:
            break
        position = walked
        with house.database.write() as session:
            write_cursor(session, _CURSOR, position, house.clock.now())


def _objects(message: PrivateMessage) -> bool:
    return is_objection(message.text) or bool(decision_number.found_in(message.text))


def _take(house: House, message: PrivateMessage) -> None:
    """Open the objection, or ask a person what is meant, and move the walk past the message."""
    at = house.clock.now()
    with house.database.write() as session:
        position = read_cursor(session, _CURSOR) or 0
        if position >= message.comment_id:
            return
        meant = _meant(session, house, message, at)
        if meant is not None and meant.decision is not None:
            text = message.text[:LONGEST_TEXT]
            open_objection(session, house, meant.decision, channel=Channel.MESSAGE, text=text, by=_AUTHOR, at=at)
        elif meant is not None:
            append(session, house.journal_key, _ask_what_is_meant(session, house, message, at), at)
        write_cursor(session, _CURSOR, message.comment_id, at)


def _meant(session: Session, house: House, message: PrivateMessage, at: int) -> _Meant | None:
    """The numbered decision if it is about this page, else the author's newest removal on it; None: no objection."""
    for number in decision_number.found_in(message.text):
        found = find_decision(session, house, number)
        decision = None if found is None else session.get(Decision, found)
        if decision is not None and decision.page_id == message.page_id:
            return _Meant(decision)
    if not is_objection(message.text):
        return None
    return _Meant(queries.newest_removal(session, message.author_id, message.page_id, since=at - MEANT))


def _ask_what_is_meant(session: Session, house: House, message: PrivateMessage, at: int) -> list[Entry]:
    """Nothing of this author was removed by us lately: a person reads the message, first in the queue.

    One question an author is enough: whoever writes it a hundred times does not fill the head of the queue.
    """
    if queries.asks_already(session, message.author_id, message.page_id):
        return [Entry("objection_repeated", message.comment_id, {"objection": None, "page": message.page_id})]
    comment = lock_comment(session, message.comment_id)
    if comment is None:
        return []
    _, asked = ask(session, house, comment, category="", at=at)
    return asked
