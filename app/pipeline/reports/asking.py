"""People ask for the numbers of a period; what leaves the house is journalled."""

from collections.abc import Collection
from typing import Final

from app.domain.errors import ConflictError, NotFoundError
from app.domain.principals import Principal
from app.journal.chain import Entry, append
from app.pipeline.administration.page_overview import missing
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.reports.counting import advance, begin
from app.pipeline.reports.periods import parse_period
from app.pipeline.reports.publications import publications
from app.pipeline.reports.report import Report, make
from app.storage.report_numbers import report_pages
from app.storage.tables import Page

#: What a request counts at once; more is left to the worker.
AT_ONCE_ROWS: Final = 200_000
_AT_ONCE_SECONDS: Final = 8.0
#: More pages than this are counted in the heading and not named.
_NAMED: Final = 10


def report(
    house: House,
    configuration: Configuration,
    period: str,
    *,
    who: Principal,
    page_id: int | None = None,
    public: bool = False,
) -> Report:
    """The report of a period about one page, or all that this person may see.

    Raises:
        InvalidInputError: there is no such period.
        NotFoundError: the page is not there, or not for this person.
        ConflictError: it is too much to count at once; the worker can.
    """
    parsed = parse_period(period)
    pages = pages_of(house, wanted_pages(who, page_id))
    count = advance(house, begin(parsed, pages), seconds=_AT_ONCE_SECONDS, most=AT_ONCE_ROWS)
    if not count.ended:
        raise ConflictError("решений за это время слишком много, чтобы сосчитать их сразу: закажите отчёт работой")
    posts = publications(house, configuration, parsed, pages)
    return make(parsed, titles(pages), count.tally, public=public, posts=posts)


def note_export(house: House, period: str, *, who: Principal, page_id: int | None, form: str, public: bool) -> None:
    """Write down who has taken a report out, of what, and in which form."""
    body = {"period": period, "page": page_id, "form": form, "public": public, "by": who.signed}
    with house.database.write() as session:
        append(session, house.journal_key, [Entry("report_exported", page_id, body)], house.clock.now())


def wanted_pages(who: Principal, page_id: int | None) -> Collection[int] | None:
    """The pages that are asked about: one, or all of the token; None = every page.

    Raises:
        NotFoundError: the page is foreign.
    """
    if page_id is None:
        return who.pages
    if not who.may_touch(page_id):
        raise missing(page_id)
    return (page_id,)


def pages_of(house: House, wanted: Collection[int] | None) -> list[Page]:
    """These pages as they stand, removed ones too.

    Raises:
        NotFoundError: there are none.
    """
    with house.database.read() as session:
        pages = report_pages(session, wanted)
    if wanted is not None and not pages:
        raise missing(next(iter(wanted))) if wanted else NotFoundError("страниц нет")
    return pages


def titles(pages: Collection[Page]) -> tuple[str, ...]:
    """What a report calls its pages."""
    if len(pages) > _NAMED:
        return (f"все страницы вместе: {len(pages)}",)
    return tuple(page.title for page in pages)
