"""The page's own posts, week by week of a period, beside what its act asks of pages of its kind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.words import Office
from app.pipeline.answers.norms import PageNorm, norms, week_of
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.reports.periods import Period
from app.pipeline.reports.suppression import LEAST
from app.policy.duties import Force
from app.storage.tables import Page


@dataclass(frozen=True, slots=True)
class Week:
    """Posts that count towards the norm, and how many are lacking; None = hidden. `running`: it is not over yet."""

    monday: date
    counted: int | None
    missing: int | None
    running: bool

    @property
    def hidden(self) -> bool:
        """Whether its numbers are kept from the public."""
        return self.counted is None


@dataclass(frozen=True, slots=True)
class PagePosts:
    """One page: what the act in force asks for in a week (`needed` None = nothing), and the weeks."""

    page_id: int
    title: str
    office: Office
    needed: int | None
    force: Force | None
    clause: str
    #: Only posts with a photo or video count.
    media: bool
    weeks: tuple[Week, ...]


def publications(
    house: House, configuration: Configuration, period: Period, pages: Collection[Page]
) -> tuple[PagePosts, ...]:
    """Pages that are moderated still, with the weeks that begin in the period.

    Weeks that have not begun are left out, and those that ended before the page was added: nobody told of their posts.
    """
    known = {page.id: page for page in pages}
    now = house.clock.now()
    found: dict[int, list[PageNorm]] = {}
    for monday in period.mondays:
        for norm in norms(house, configuration, known, monday=monday):
            page = known[norm.page_id]
            weeks = found.setdefault(page.id, [])
            _, begins, ends = week_of(page, monday, now)
            if begins <= now and page.created_at < ends:
                weeks.append(norm)
    return tuple(_posts(weeks) for weeks in found.values() if weeks)


def for_public(posts: Sequence[PagePosts]) -> tuple[PagePosts, ...]:
    """The same with small counts hidden, and with them what is lacking."""
    return tuple(replace(one, weeks=tuple(_hidden(week) for week in one.weeks)) for one in posts)


def _hidden(week: Week) -> Week:
    return replace(week, counted=None, missing=None) if week.counted is not None and week.counted < LEAST else week


def _posts(weeks: Sequence[PageNorm]) -> PagePosts:
    last = weeks[-1]
    shown = tuple(Week(one.monday, one.counted, one.missing, one.running) for one in weeks)
    return PagePosts(last.page_id, last.title, last.office, last.needed, last.force, last.clause, last.media, shown)
