"""How many posts each page has published in a week, beside the norm that its act sets for pages of its kind."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from app.domain.clock import day_of, midnight
from app.domain.words import Office
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.policy.duties import Force, NormRules
from app.storage.norms import posts_between
from app.storage.pages import live_pages
from app.storage.tables import Page

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PageNorm:
    """One page in one week (Monday to Sunday in its time zone).

    `counted` are the posts that count towards the norm; `needed` is None where no norm is set for such a page.
    """

    page_id: int
    title: str
    network: str
    office: Office
    monday: date
    published: int
    with_media: int
    counted: int
    needed: int | None
    force: Force | None
    #: The place in the act, '' where nobody has named it.
    clause: str
    #: Only posts with a photo or video count.
    media: bool
    #: The week is not over yet.
    running: bool

    @property
    def missing(self) -> int:
        """How many posts are lacking."""
        return max(0, (self.needed or 0) - self.counted)


def norms(
    house: House, configuration: Configuration, pages: Iterable[int] | None, *, monday: date | None = None
) -> tuple[PageNorm, ...]:
    """A week of these pages (None: all), in the order in which they were added.

    `monday` = any day of the week; None = the week that runs at present, wherever the page is.
    """
    now = house.clock.now()
    with house.database.read() as session:
        known = configuration.current(session).by_id
        shown = [one for one in live_pages(session, None if pages is None else frozenset(pages)) if one.id in known]
        counts = _counts(session, shown, monday, now)
        return tuple(_norm(page, known[page.id].policy.policy.norm, counts[page.id], monday, now) for page in shown)


def week_of(page: Page, day: date | None, now: int) -> tuple[date, int, int]:
    """The Monday of a week, and the instants at which it begins and ends for the page; `day` None = today."""
    day = day or day_of(now, page.timezone)
    monday = day - timedelta(days=day.weekday())
    return monday, midnight(monday, page.timezone), midnight(monday + _WEEK, page.timezone)


def _counts(session: Session, pages: list[Page], day: date | None, now: int) -> dict[int, tuple[int, int]]:
    """Posts of each page in its own week: all, and those with a photo or video."""
    weeks: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for page in pages:
        _, begin, end = week_of(page, day, now)
        weeks[begin, end].append(page.id)
    counts = {page.id: (0, 0) for page in pages}
    for (begin, end), together in weeks.items():
        counts |= posts_between(session, together, begin, end)
    return counts


def _norm(page: Page, rules: NormRules | None, counts: tuple[int, int], day: date | None, now: int) -> PageNorm:
    monday, _, end = week_of(page, day, now)
    published, with_media = counts
    office = Office(page.office)
    needed = rules.weekly.get(office) if rules else None
    media = rules.media if rules else False
    return PageNorm(
        page_id=page.id,
        title=page.title,
        network=page.network,
        office=office,
        monday=monday,
        published=published,
        with_media=with_media,
        counted=with_media if media else published,
        needed=needed,
        force=rules.force if rules and needed is not None else None,
        clause=str(rules.clause) if rules and rules.clause and needed is not None else "",
        media=media,
        running=end > now,
    )
