"""Walks what a report counts, slice by slice, each in a short reading transaction of its own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from time import monotonic
from typing import Final

import msgspec
from sqlmodel import Session

from app.domain.clock import DAY, midnight
from app.pipeline.house import House
from app.pipeline.objections.answering import stands
from app.pipeline.reports import tally as adding
from app.pipeline.reports.periods import Period, parse_period
from app.pipeline.reports.tally import Ruler, Tally
from app.review import calendar
from app.storage import report_numbers as numbers
from app.storage.tables import Page

#: How far before the period an objection may have come that was decided in it.
_OBJECTION_TERM: Final = 40 * DAY
#: Pages that are walked together; the index of each is read on its own.
_TOGETHER: Final = 50


class Stage(msgspec.Struct, frozen=True):
    """One walk: what is counted, over which pages that share a time zone."""

    source: str
    pages: list[int]
    zone: str


class Count(msgspec.Struct):
    """How far the counting has got; JSON-able."""

    period: str
    stages: list[Stage]
    tally: Tally
    stage: int = 0
    #: Where the next slice begins: an id, or an instant and an id; empty = at the beginning.
    place: list[int] = []
    rows: int = 0

    @property
    def ended(self) -> bool:
        """Whether everything is counted."""
        return self.stage >= len(self.stages)


@dataclass(frozen=True, slots=True)
class _Slice:
    """What one slice needs: the period's bounds and steps in the stage's time zone."""

    stage: Stage
    ruler: Ruler
    place: Sequence[int]
    now: int

    @property
    def before(self) -> int | None:
        return self.place[0] if self.place else None


def begin(period: Period, pages: Collection[Page]) -> Count:
    """A count that has not begun."""
    zones = sorted(pages, key=lambda page: page.timezone)
    stages = []
    for zone, same in groupby(zones, key=lambda page: page.timezone):
        ids = sorted(page.id for page in same)
        for at in range(0, len(ids), _TOGETHER):
            stages += [Stage(source, ids[at : at + _TOGETHER], zone) for source in _SOURCES]
    steps = len(period.steps)
    return Count(period.name, stages, Tally([0] * steps, [0] * steps))


def advance(house: House, count: Count, *, seconds: float, most: int | None = None) -> Count:
    """Go on counting for some time, and no further than `most` rows in all; the same object, changed."""
    period, end = parse_period(count.period), monotonic() + seconds
    while not count.ended and (most is None or count.rows <= most):
        stage = count.stages[count.stage]
        since, until = period.bounds(stage.zone)
        ruler = Ruler(since, until, [midnight(day, stage.zone) for day in period.steps])
        part = _Slice(stage, ruler, count.place, house.clock.now())
        with house.database.read() as session:
            rows, place = _SOURCES[stage.source](session, part, count.tally)
        count.rows += rows
        count.place = place if rows == numbers.SIZE else []
        count.stage += rows < numbers.SIZE
        if monotonic() >= end:
            break
    return count


def _decisions(session: Session, part: _Slice, tally: Tally) -> tuple[int, list[int]]:
    ruler = part.ruler
    rows = numbers.decisions(session, part.stage.pages, ruler.since, ruler.until, part.before)
    inside = [row for row in rows if ruler.holds(row[5])]
    for row in inside:
        adding.add_decision(tally, ruler, row)
    replaced = [row for row in inside if row[6] is not None and (adding.is_undoing(row) or adding.is_reversing(row))]
    earlier = numbers.earlier_decisions(session, [row[6] for row in replaced])
    for row in replaced:
        before = earlier.get(row[6])
        if before is None:
            continue
        _, verdict, categories, by, at = before
        if adding.is_undoing(row) and ruler.holds(at):
            adding.add_verdict(tally, ruler, verdict, categories, by, at, -1)
        elif adding.is_reversing(row) and verdict == "remove":
            tally.add("reversed")
    return len(rows), [rows[-1][0]] if rows else []


def _actions(session: Session, part: _Slice, tally: Tally) -> tuple[int, list[int]]:
    ruler = part.ruler
    rows = numbers.actions(session, part.stage.pages, ruler.since, ruler.until, part.before)
    for row in rows:
        if ruler.holds(row[5]):
            adding.add_action(tally, ruler, row)
    return len(rows), [rows[-1][0]] if rows else []


def _objections(session: Session, part: _Slice, tally: Tally) -> tuple[int, list[int]]:
    ruler = part.ruler
    since = ruler.since - _OBJECTION_TERM
    rows = numbers.objections(session, part.stage.pages, since, ruler.until, part.before)
    for objection, case in rows:
        tally.suspects.append(objection.comment_id)
        if ruler.holds(objection.received_at):
            adding.add_objection(tally, stands(objection, case)[1])
    return len(rows), [rows[-1][0].id] if rows else []


def _appeals(session: Session, part: _Slice, tally: Tally) -> tuple[int, list[int]]:
    ruler = part.ruler
    after = (part.place[0], part.place[1]) if part.place else None
    rows = numbers.appeals(session, part.stage.pages, ruler.since, ruler.until, after)
    hours = {page: calendar.read(*kept) for page, *kept in numbers.calendars(session, {row[5] for row in rows})}
    for row in rows:
        adding.add_appeal(tally, row, part.now, hours[row[5]])
    return len(rows), [rows[-1][0], rows[-1][1]] if rows else []


def _labels(session: Session, part: _Slice, tally: Tally) -> tuple[int, list[int]]:
    ruler = part.ruler
    rows = numbers.labels(session, part.stage.pages, ruler.since, ruler.until, part.before)
    for row in rows:
        if ruler.holds(row[4]):
            adding.add_label(tally, row)
    return len(rows), [rows[-1][0]] if rows else []


def _absences(session: Session, part: _Slice, tally: Tally) -> tuple[int, list[int]]:
    """Comes after the walks that found the suspects."""
    suspects, tally.suspects = tally.suspects, []
    tally.add("alone", numbers.absences(session, suspects, part.ruler.since, part.ruler.until))
    return 0, []


_SOURCES: Final[Mapping[str, Callable[[Session, _Slice, Tally], tuple[int, list[int]]]]] = {
    "decisions": _decisions,
    "actions": _actions,
    "objections": _objections,
    "appeals": _appeals,
    "labels": _labels,
    "absences": _absences,
}
