"""The way of one person through the queue: what is filtered, which question is next, what can still be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlmodel import col, select

from app.console.shell import ROOT
from app.domain.clock import HOUR, SECOND
from app.domain.principals import Principal
from app.domain.words import Category, Reason
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.process import Services
from app.storage.accounts import is_id
from app.storage.basis import person_basis
from app.storage.cases import CaseFilter, case_ids, count_open
from app.storage.tables import Decision, ReviewCase

#: Questions that are looked at to find one that nobody holds, and to know what was before this one.
_NEAR: Final = 20
#: How many at a time when all of those are held.
_FAR: Final = 500
#: Waiting questions are counted so far: nobody plans by the difference, and counting all would take longer and longer.
_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Way:
    """What of the queue is walked; it travels in the address, so that the next question is of the same kind."""

    page: int | None = None
    category: str = ""
    reason: str = ""
    older: int = 0
    mine: bool = False

    @property
    def query(self) -> str:
        """The address's parameters; '' for the whole queue."""
        known = {
            "page": self.page or "",
            "category": self.category,
            "reason": self.reason,
            "older": self.older or "",
            "mine": "1" if self.mine else "",
        }
        return urlencode({name: value for name, value in known.items() if value})

    def wanted(self, who: Principal, now: int) -> CaseFilter:
        """The same for the storage; a foreign page leads to an empty queue, as one that does not exist does."""
        pages = who.page_ids
        if self.page is not None:
            pages = (self.page,) if who.may_touch(self.page) else ()
        return CaseFilter(
            pages=pages,
            category=self.category or None,
            reason=self.reason or None,
            older_than=now - self.older * HOUR if self.older else None,
            mine=who.by if self.mine else None,
            passed_by=who.by,
        )


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody on a way."""

    use: Services
    who: Principal
    way: Way

    @property
    def now(self) -> int:
        """The present instant."""
        return self.use.house.clock.now()

    def next_path(self, **more: object) -> str:
        """Where to go on: the first question for this person, else the page that says there is none."""
        found, way = self._first_free(self.way), self.way
        if found is None and way != Way():
            # Whoever has finished a part goes on with the rest.
            found, way = self._first_free(Way()), Way()
        return address(f"/queue/{found}" if found else "/queue/done", way, **more)

    def link(self, path: str, **more: object) -> str:
        """What a page links to: a path of the console, with the way."""
        return ROOT + address(path, self.way, **more)

    def _first_free(self, way: Way) -> int | None:
        now, place, size = self.now, None, _NEAR
        with self.use.house.database.read() as session:
            while True:
                ids, place = case_ids(session, way.wanted(self.who, now), after=place, limit=size)
                cases = {one.id: one for one in session.scalars(select(ReviewCase).where(col(ReviewCase.id).in_(ids)))}
                found = next((one for one in ids if one in cases and self._is_free(cases[one], now)), None)
                if found is not None or place is None:
                    return found
                size = _FAR

    def _is_free(self, case: ReviewCase, now: int) -> bool:
        """Handed over, everybody may take it from the list, but it is offered to its addressee alone."""
        return case.assigned_to in {"", self.who.by} and not is_held_by_other(case, self.who, now)

    def surroundings(self, case: ReviewCase) -> "Surroundings":
        """The question before and after this one, and how many there are."""
        wanted = self.way.wanted(self.who, self.now)
        with self.use.house.database.read() as session:
            first, _ = case_ids(session, wanted, after=None, limit=_NEAR)
            waiting = count_open(session, wanted.pages, at_most=_COUNTED + 2)
            before = first[first.index(case.id) - 1] if case.id in first[1:] else None
            if case.id in first[:-1]:
                return Surroundings(before, first[first.index(case.id) + 1], waiting)
            following, _ = case_ids(session, wanted, after=(case.rank, case.id), limit=1)
        return Surroundings(before, next((one for one in following if one != case.id), None), waiting)

    def undoable(self, decision: str) -> "Undoable | None":
        """The decision named in an address, if it is this person's and there is time."""
        number = _number(decision)
        if number is None:
            return None
        with self.use.house.database.read() as session:
            found = session.get(Decision, number)
        if found is None or found.decided_by != self.who.by:
            return None
        left = (person_basis(found.basis_json).undo_until - self.now) // SECOND
        return Undoable(found.id, found.verdict, left) if left > 0 else None


def read_way(parameters: Mapping[str, str]) -> Way:
    """The way of an address; what is no filter of ours is left out of it."""
    page, older = parameters.get("page", ""), parameters.get("older", "")
    category, reason = parameters.get("category", ""), parameters.get("reason", "")
    return Way(
        page=_number(page),
        category=category if category in set(Category) else "",
        reason=reason if reason in set(Reason) else "",
        older=min(_number(older) or 0, 24 * 365),
        mine=parameters.get("mine") == "1",
    )


def _number(value: str) -> int | None:
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else 0
    return number if is_id(number) else None


def address(path: str, way: Way, **more: object) -> str:
    """A path of the console with the way and whatever else is said."""
    parts = [way.query, urlencode({name: value for name, value in more.items() if value})]
    joined = "&".join(filter(None, parts))
    return f"{path}?{joined}" if joined else path


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a question in the queue; None = the end."""

    before: int | None
    after: int | None
    #: This one among them; counting ends where more than `_COUNTED` wait beside it.
    waiting: int

    @property
    def further(self) -> str:
        """How many wait beside this one, in words."""
        others = max(self.waiting - 1, 0)
        return f"больше {_COUNTED}" if others > _COUNTED else str(others)


@dataclass(frozen=True, slots=True)
class Undoable:
    """A decision of this person that can still be called back, for so many seconds."""

    decision_id: int
    verdict: str
    seconds: int
