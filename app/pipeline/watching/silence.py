"""Notices that a page has been silent for longer than is usual for it, and that it is heard again."""

import threading
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from sqlmodel import Session

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.watching import Matter
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.storage import watches as queries
from app.storage.pages import last_events, live_pages
from app.storage.tables import Page, Watch

NAME: Final = "silence"
EVERY: Final = 5 * MINUTE
#: No page is called silent sooner: at night nobody writes.
SHORTEST: Final = 6 * HOUR
#: Where too little has come to know a page's rhythm.
UNKNOWN: Final = 3 * DAY
#: A page that was never heard of is told of after it.
NEVER_AFTER: Final = DAY
#: Comments that a page's rhythm is measured by, and the fewest that show one.
NEWEST: Final = 2_000
ENOUGH: Final = 20
#: A page's rhythm is measured anew once a day, so many pages in one run.
_AGAIN_AFTER: Final = DAY
_MEASURED_AT_ONCE: Final = 200
_PORTION: Final = 200


def limit_of(instants: Sequence[int]) -> int:
    """How long a page may be silent: the 99th percentile of the gaps between its comments, in microseconds.

    `instants` come newest first.
    """
    gaps = sorted(later - earlier for later, earlier in pairwise(instants))
    if len(gaps) < ENOUGH:
        return UNKNOWN
    # The nearest rank: the smallest gap that at least 99 of 100 do not exceed.
    return max(SHORTEST, gaps[-(-len(gaps) * 99 // 100) - 1])


def watch_silence(house: House, _configuration: Configuration, stop: threading.Event) -> None:
    """Measure the rhythm of pages where that is due, then begin and end incidents."""
    with house.database.read() as session:
        pages = live_pages(session, None)
        silent = {one.page_id: one.code for one in queries.open_incidents(session, Matter.SILENCE)}
    left = _MEASURED_AT_ONCE
    for start in range(0, len(pages), _PORTION):
        portion = pages[start : start + _PORTION]
        if stop.is_set():
            return
        left -= _measure(house, portion, left)
        _look(house, portion, silent)


def _measure(house: House, pages: Collection[Page], most: int) -> int:
    now = house.clock.now()
    with house.database.read() as session:
        known = queries.watches(session, [page.id for page in pages])
        old = [page for page in pages if _is_old(known.get(page.id), now)][:most]
        limits = {page.id: limit_of(queries.judged_at(session, page.id, NEWEST)) for page in old}
    if limits:
        with house.database.write() as session:
            for page_id, limit in limits.items():
                queries.note(session, page_id, silence_limit=limit, silence_limit_at=now)
    return len(limits)


def _is_old(watch: Watch | None, now: int) -> bool:
    return watch is None or watch.silence_limit_at is None or now - watch.silence_limit_at >= _AGAIN_AFTER


def _look(house: House, pages: Sequence[Page], silent: dict[int, str]) -> None:
    """Only changes are written."""
    now = house.clock.now()
    with house.database.read() as session:
        found = _silent_now(session, pages, now)
    # A transaction each: where all pages fall silent at once, nobody else has to wait for all of them.
    for page_id in found.keys() - silent.keys():
        with house.database.write() as session:
            incidents.begin(session, house, Matter.SILENCE, page_id=page_id, code=found[page_id])
    for page in pages:
        if page.id in silent and page.id not in found:
            with house.database.write() as session:
                incidents.end(session, house, Matter.SILENCE, page_id=page.id)


def _silent_now(session: Session, pages: Sequence[Page], now: int) -> dict[int, str]:
    """Pages that are silent for too long, with the incident's code."""
    heard = last_events(session, pages)
    known = queries.watches(session, [page.id for page in pages])
    found = {}
    for page in pages:
        last, watch = heard.get(page.id), known.get(page.id)
        limit = (watch.silence_limit if watch else None) or UNKNOWN
        if last is None and now - page.created_at > NEVER_AFTER:
            found[page.id] = "never"
        elif last is not None and now - last > limit:
            found[page.id] = ""
    return found
