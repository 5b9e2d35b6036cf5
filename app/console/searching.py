"""Reads the journal's search line: what was typed becomes a filter, and stands there again with the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from app.domain.clock import midnight
from app.domain.errors import InvalidInputError
from app.domain.principals import Principal
from app.domain.words import Category, Reason, Verdict
from app.storage.decisions import DecisionFilter
from app.storage.tables import Page

FIELDS: Final = ("page", "verdict", "category", "reason", "by", "since", "until", "author", "words", "before")
#: Whom a decision may be by.
DECIDERS: Final = {"machine": "программа", "person": "сотрудник", "network": "человек в самой сети"}
_LONGEST: Final = 200
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed, field by field, and the filter that it stands for."""

    typed: Mapping[str, str]
    wanted: DecisionFilter
    before: int | None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is looked for at all."""
        return any(value for name, value in self.typed.items() if name != "before")

    @property
    def has_conditions(self) -> bool:
        """Whether more than words is asked for."""
        return any(value for name, value in self.typed.items() if name not in {"before", "words"})

    def next_page(self, before: int | None) -> str:
        """The query of the list's next page; '' at the end."""
        if before is None:
            return ""
        fields = {name: value for name, value in self.typed.items() if value} | {"before": str(before)}
        return urlencode(fields)


def read_search(query: Mapping[str, str], pages: Sequence[Page], who: Principal) -> Search:
    """The search of an address; `pages` are those that the reader may touch.

    Raises:
        InvalidInputError: a field holds what cannot be looked for.
    """
    typed = {name: query.get(name, "").replace("\0", "").strip()[:_LONGEST] for name in FIELDS}
    page = _page(typed["page"], pages)
    zone = (page or pages[0]).timezone if pages else "UTC"
    until = _day(typed["until"], "until")
    wanted = DecisionFilter(
        pages=(page.id,) if page else who.page_ids,
        author=typed["author"] or None,
        verdict=_code(Verdict, typed["verdict"]),
        category=_code(Category, typed["category"]),
        reason=_code(Reason, typed["reason"]),
        by=_decider(typed["by"]),
        since=_midnight(_day(typed["since"], "since"), zone),
        until=_midnight(until + timedelta(days=1) if until else None, zone),
        words=typed["words"],
        private_too=who.reads_private,
    )
    return Search(typed, wanted, _id(typed["before"]))


def _page(value: str, pages: Sequence[Page]) -> Page | None:
    if not value:
        return None
    found = next((page for page in pages if str(page.id) == value), None)
    if found is None:
        raise InvalidInputError("page", "такой страницы в списке нет")
    return found


def _code(codes: type[_E], value: str) -> _E | None:
    if not value:
        return None
    if value not in set(codes):
        raise InvalidInputError(codes.__name__.lower(), "такого значения в списке нет")
    return codes(value)


def _decider(value: str) -> str | None:
    kind = value.partition(":")[0]
    if value and kind not in DECIDERS:
        raise InvalidInputError("by", "такого значения в списке нет")
    return value or None


def _day(value: str, where: str) -> date | None:
    try:
        day = date.fromisoformat(value) if value else None
    except ValueError:
        day = date.min
    if day is not None and not 2000 <= day.year < 2100:
        raise InvalidInputError(where, "ожидается дата, например 2026-11-22")
    return day


def _midnight(day: date | None, zone: str) -> int | None:
    return None if day is None else midnight(day, zone)


def _id(value: str) -> int | None:
    if value and not (value.isascii() and value.isdecimal() and len(value) < 20 and int(value) < 1 << 63):
        raise InvalidInputError("before", "ожидается ссылка «дальше» в том виде, в каком она была")
    return int(value) if value else None
