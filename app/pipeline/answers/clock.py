"""The walk of residents' clocks: who waits, who was answered, whose message is gone, whose term is near."""

import threading
from functools import partial
from typing import Final

import structlog
from sqlmodel import Session

from app.domain.answers import AppealEnd
from app.domain.clock import DAY, MINUTE
from app.domain.ids import first_id_at
from app.journal.chain import Entry, append
from app.pipeline.answers import answered, opening
from app.pipeline.answers.ending import MACHINE, begin_again, end
from app.pipeline.answers.terms import TermsOf
from app.pipeline.configuration import Configuration
from app.pipeline.gently import walk
from app.pipeline.house import House
from app.storage import appeals as queries
from app.storage import duties
from app.storage.outbox import lock_comment
from app.telemetry import APPEALS

EVERY: Final = MINUTE
#: On the first walk of an installation that has a history.
_HISTORY: Final = 7 * DAY
#: An id is made before its row is seen by others: a stretch is walked once more for so long.
_OVERLAP: Final = 2 * MINUTE
#: A message that was gone for longer than this is not waited for again.
_BACK_WITHIN: Final = 30 * DAY
_AT_ONCE: Final = 500

_log = structlog.get_logger()


def run(house: House, configuration: Configuration, stop: threading.Event) -> None:
    """One walk; each step is a short transaction, and whatever is left is found by the next walk."""
    started = house.clock.now()

    def since(cursor: int | None) -> int:
        present = first_id_at(started)
        if cursor is None:
            return first_id_at(started - _HISTORY)
        return min(cursor, present) - (present - first_id_at(started - _OVERLAP))

    def beyond(cursor: int | None) -> int:
        return since(None) if cursor is None else cursor

    for find in (opening.find_judged, opening.find_labelled):
        if find(house, configuration, since):
            walk(partial(find, house, configuration, beyond), stop)
    with house.database.read() as session:
        position: int | None = since(duties.read_cursor(session, answered.CURSOR))
    while position is not None and not stop.is_set():
        # What came after the start may answer somebody whose clock is not set yet.
        position = answered.find_answers(house, position, first_id_at(started))
    for step in (_stop_gone, _go_on, _warn):
        while not stop.is_set() and step(house, configuration) == _AT_ONCE:
            pass


def _stop_gone(house: House, _configuration: Configuration) -> int:
    """What was withdrawn or removed waits for nothing; returns how many were looked at."""
    with house.database.read() as session:
        found = queries.open_and_gone(session, _AT_ONCE)
    if found:
        with house.database.write() as session:
            at = house.clock.now()
            entries = []
            for comment_id in sorted(found):
                comment, appeal = lock_comment(session, comment_id), queries.lock_appeal(session, comment_id)
                if comment and appeal and appeal.closed_at is None and not opening.may_wait(comment):
                    entries.append(end(appeal, AppealEnd.GONE, MACHINE, at))
            append(session, house.journal_key, entries, at)
    return len(found)


def _go_on(house: House, _configuration: Configuration) -> int:
    """What was restored waits again, within its old term."""
    at = house.clock.now()
    with house.database.read() as session:
        found = queries.gone_and_back(session, at - _BACK_WITHIN, _AT_ONCE)
    if found:
        with house.database.write() as session:
            entries = []
            for comment_id in sorted(found):
                comment, appeal = lock_comment(session, comment_id), queries.lock_appeal(session, comment_id)
                if comment and appeal and appeal.ended == AppealEnd.GONE.value and opening.may_wait(comment):
                    entries.append(begin_again(appeal))
            append(session, house.journal_key, entries, at)
    return len(found)


def _warn(house: House, configuration: Configuration) -> int:
    """Tell people, once, of everybody whose term is near or over."""
    at = house.clock.now()
    with house.database.read() as session:
        found = _to_warn(session, configuration, at)
    if not found:
        return 0
    with house.database.write() as session:
        entries: list[Entry] = []
        for comment_id in sorted(found):
            appeal = queries.lock_appeal(session, comment_id)
            if appeal is None or appeal.closed_at is not None or appeal.warned_at is not None:
                continue
            appeal.warned_at = at
            entries.append(Entry("appeal_warned", comment_id, {"page": appeal.page_id, "due_at": appeal.due_at}))
        append(session, house.journal_key, entries, at)
    for entry in entries:
        APPEALS.labels("warned").inc()
        _log.warning("appeal_due_soon", comment=entry.subject_id, **entry.body)
    return len(found)


def _to_warn(session: Session, configuration: Configuration, now: int) -> list[int]:
    terms_of = TermsOf(configuration)
    found: list[int] = []
    for page_id in queries.pages_with_unwarned(session):
        terms = terms_of.page(session, page_id)
        if terms is not None:
            found += queries.unwarned(session, page_id, terms.warned_until(now), _AT_ONCE - len(found))
        if len(found) == _AT_ONCE:
            break
    return found
