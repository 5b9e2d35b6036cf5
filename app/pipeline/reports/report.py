"""Makes a report out of counts: whole for the office, and with small counts hidden for the public; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.pipeline.reports.outline import ADDED_UP, OUTLINE, SUMS, UNSEEN
from app.pipeline.reports.periods import Period
from app.pipeline.reports.publications import PagePosts, for_public
from app.pipeline.reports.suppression import LEAST, Sum, hide
from app.pipeline.reports.tally import AUDIT, Tally, median
from app.review.agreement import Agreement

CLOSED_HOURS: Final = "Сколько часов комментарии были закрыты, сеть не сообщает: этого числа в отчёте нет."
PUBLIC: Final = (
    f"Числа меньше {LEAST} скрыты, и ещё некоторые, чтобы первые нельзя было вычислить. "
    "Публикуйте отчёты одного вида: если выложить и квартал, и его месяцы, или все страницы вместе и каждую отдельно, "
    "скрытое можно найти вычитанием."
)
_STEP: Final = "comments@"
_REMOVED_STEP: Final = "removed@"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number; None = there is nothing to tell, or it is `hidden`. `unit` is '', '%', 'мин' or 'κ'."""

    key: str
    title: str
    value: int | float | None
    unit: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers under one heading."""

    key: str
    title: str
    cells: tuple[Cell, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the chart: what began on this day; None = hidden."""

    first: date
    comments: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """A period's numbers; `pages` are titles, `posts` what they published, `notes` what is to know about all of it."""

    period: Period
    pages: tuple[str, ...]
    public: bool
    sections: tuple[Section, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    posts: tuple[PagePosts, ...] = ()


def make(
    period: Period, pages: Sequence[str], tally: Tally, *, public: bool, posts: Sequence[PagePosts] = ()
) -> Report:
    """The report of a finished count."""
    counts = whole(tally)
    sums = sums_of(len(period.steps))
    hidden = hide(counts, sums, UNSEEN) if public else frozenset()
    sections = [
        Section(
            part.key,
            part.title,
            (*(_cell(row.key, row.title, counts, hidden) for row in part.rows), *_derived(part.key, counts, hidden)),
            part.note,
        )
        for part in OUTLINE
    ]
    sections = [_with_medians(one, tally, counts, hidden) for one in sections]
    steps = tuple(
        Step(first, _shown(f"{_STEP}{at}", counts, hidden), _shown(f"{_REMOVED_STEP}{at}", counts, hidden))
        for at, first in enumerate(period.steps)
    )
    notes = (PUBLIC, CLOSED_HOURS) if public else (CLOSED_HOURS,)
    shown = for_public(posts) if public else tuple(posts)
    return Report(period, tuple(pages), public, tuple(sections), steps, notes, shown)


def whole(tally: Tally) -> dict[str, int]:
    """Every count of the outline, with the totals that are added up, and the steps of the chart."""
    counts = {row.key: tally.counts.get(row.key, 0) for part in OUTLINE for row in part.rows}
    counts |= {f"{_STEP}{at}": number for at, number in enumerate(tally.comments)}
    counts |= {f"{_REMOVED_STEP}{at}": number for at, number in enumerate(tally.removed)}
    for name in ADDED_UP:
        # The last one: a total that stands in two sums is added up from what it is split into.
        counts[name] = next(sum(counts[part] for part in one.parts) for one in reversed(SUMS) if one.total == name)
    return counts


def sums_of(steps: int) -> tuple[Sum, ...]:
    """What adds up to what in a report with so many steps."""
    return (
        *SUMS,
        Sum("comments", tuple(f"{_STEP}{at}" for at in range(steps))),
        Sum("removed", tuple(f"{_REMOVED_STEP}{at}" for at in range(steps))),
    )


def _cell(key: str, title: str, counts: Mapping[str, int], hidden: frozenset[str]) -> Cell:
    return Cell(key, title, _shown(key, counts, hidden), hidden=key in hidden)


def _shown(key: str, counts: Mapping[str, int], hidden: frozenset[str]) -> int | None:
    return None if key in hidden else counts[key]


def _derived(part: str, counts: Mapping[str, int], hidden: frozenset[str]) -> tuple[Cell, ...]:
    """What follows from counts: it is hidden as soon as one of them is."""
    if part == "appeals":
        base = ("appeals.in_term", "appeals.late", "appeals.overdue")
        total = sum(counts[one] for one in base)
        share = 100 * counts[base[0]] / total if total else None
        return (_number("appeals.share", "доля отвеченных в срок", share, "%", any(one in hidden for one in base)),)
    if part not in {"audit", "judged"}:
        return ()
    source = AUDIT if part == "audit" else "other"
    names = [f"agreement.{source}.{machine}.{person}" for machine, person in _PAIRS]
    both = Agreement(*(counts[name] for name in names))
    secret = any(name in hidden for name in names)
    share = None if both.share is None else 100 * both.share
    return (
        _number(f"{part}.share", "доля совпадений", share, "%", secret),
        _number(f"{part}.kappa", "согласие сверх случайного (каппа Коэна)", both.kappa, "κ", secret),
    )


_PAIRS: Final = (("keep", "keep"), ("keep", "remove"), ("remove", "keep"), ("remove", "remove"))


def _with_medians(one: Section, tally: Tally, counts: Mapping[str, int], hidden: frozenset[str]) -> Section:
    if one.key != "appeals":
        return one
    answered = ("appeals.in_term", "appeals.late")
    secret = bool(hidden) and (
        any(name in hidden for name in answered) or sum(counts[name] for name in answered) < LEAST
    )
    cells = (
        _number("appeals.median", "от сообщения до первого ответа, медиана", median(tally.replies), "мин", secret),
        _number("appeals.median_working", "то же в рабочих часах страницы", median(tally.working), "мин", secret),
    )
    return Section(one.key, one.title, (*one.cells, *cells), one.note)


def _number(key: str, title: str, value: float | None, unit: str, secret: bool) -> Cell:  # noqa: FBT001 - a fact of it
    rounded = None if value is None else round(value, 2 if unit == "κ" else 1)
    return Cell(key, title, None if secret else rounded, unit, hidden=secret)
