"""Erases what has had its time, or tells what would be erased: every kind of data by its own term."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from app.domain.clock import DAY
from app.journal.chain import Entry, append
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.retention.terms import Data, Terms, terms_of
from app.pipeline.retention.walk import PORTION, Walk
from app.settings import Settings
from app.storage.retention import (
    ALERT_CHANNELS,
    ALERT_MESSAGES,
    ERASURE_GROUNDS,
    EVENT_KEYS,
    INCIDENTS,
    JOBS,
    REJECTED_KEYS,
    REPEATED_TEXTS,
    REREADS,
    SESSIONS,
    SIGN_IN_LINKS,
    ShortLived,
    count_over,
    forget_over,
)

_log = structlog.get_logger()
_SHORT_LIVED: Final[Mapping[Data, ShortLived]] = {
    Data.REPEATED_TEXTS: REPEATED_TEXTS,
    Data.EVENT_KEYS: EVENT_KEYS,
    Data.REJECTED_KEYS: REJECTED_KEYS,
    Data.ERASURE_GROUNDS: ERASURE_GROUNDS,
    Data.SESSIONS: SESSIONS,
    Data.SIGN_IN_LINKS: SIGN_IN_LINKS,
    Data.JOBS: JOBS,
    # In this order: a message names its incident and its channel.
    Data.ALERT_MESSAGES: ALERT_MESSAGES,
    Data.ALERT_CHANNELS: ALERT_CHANNELS,
    Data.INCIDENTS: INCIDENTS,
    Data.REREADS: REREADS,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of data: its term in days (None: not by a term), rows that are (or would be) erased, rows held and why.

    A row may wait for several things, so `waits` may add up to more than `held`.
    """

    kind: Data
    days: int | None
    erased: int
    held: int
    waits: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found; `applied` False: nothing was changed. `stopped`: it was ended before its end."""

    applied: bool
    stopped: bool
    lines: tuple[Line, ...]

    @property
    def erased(self) -> int:
        """Rows of all kinds."""
        return sum(line.erased for line in self.lines)


def run(house: House, terms: Terms, *, apply: bool, by: str, stop: threading.Event | None = None) -> Report:
    """Go over everything once; with `apply` what has had its time is erased and the run is journalled.

    It may be stopped and repeated at any point, and runs beside writers.
    """
    stop = stop or threading.Event()
    walk = Walk(house, terms, stop, apply=apply, by=by)
    walk.run()
    for kind in _SHORT_LIVED:
        walk.counts[kind].due = _short_lived(house, kind, terms, stop, apply=apply)
    lines = tuple(_line(kind, walk, terms) for kind in Data)
    if apply:
        _journal(house, lines, by, stopped=stop.is_set())
    return Report(apply, stop.is_set(), lines)


def _line(kind: Data, walk: Walk, terms: Terms) -> Line:
    found = walk.counts[kind]
    return Line(kind, terms.days.get(kind), found.due, found.held, dict(sorted(found.waits.items())))


def _short_lived(house: House, kind: Data, terms: Terms, stop: threading.Event, *, apply: bool) -> int:
    what, now = _SHORT_LIVED[kind], house.clock.now()
    before = now - terms.days[kind] * DAY
    if not apply:
        with house.database.read() as session:
            return count_over(session, what, before=before)
    total, done = 0, PORTION
    while done == PORTION and not stop.is_set():
        with house.database.write() as session:
            done = forget_over(session, what, before=before, limit=PORTION, at=now)
        total += done
    return total


def _journal(house: House, lines: tuple[Line, ...], by: str, *, stopped: bool) -> None:
    counts = {str(line.kind): line.erased for line in lines if line.erased}
    held = {str(line.kind): line.held for line in lines if line.held}
    body = {"by": by, "erased": counts, "held": held, "stopped": stopped}
    at = house.clock.now()
    with house.database.write() as session:
        append(session, house.journal_key, [Entry("retention_run", None, body)], at)


#: How often it is done by itself.
EVERY: Final = DAY
NAME: Final = "retention"


def daily_with(settings: Settings) -> Callable[[House, Configuration, threading.Event], None]:
    """The daily duty under an installation's terms."""

    def daily(house: House, _: Configuration, stop: threading.Event) -> None:
        if settings.retention_daily:
            report = run(house, terms_of(settings), apply=True, by="machine", stop=stop)
            _log.info("retention", erased=report.erased, stopped=report.stopped)

    return daily
