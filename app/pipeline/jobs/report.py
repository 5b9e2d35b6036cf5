"""Counts reports of any size in the worker, and gives what was counted back as a report."""

from typing import Final

import msgspec

from app.domain.errors import ConflictError, InvalidInputError
from app.domain.states import JobState
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.jobs.step import Progress, Tools
from app.pipeline.reports.asking import pages_of, titles
from app.pipeline.reports.counting import Count, advance, begin
from app.pipeline.reports.periods import parse_period
from app.pipeline.reports.publications import publications
from app.pipeline.reports.report import Report, make
from app.storage.tables import Job

REPORT: Final = "report"
_STEP_SECONDS: Final = 0.4


class Asked(msgspec.Struct, frozen=True):
    """What a report is about; `pages` null = the whole installation."""

    period: str
    pages: list[int] | None = None


def asked(period: str, pages: list[int] | None) -> dict[str, object]:
    """Parameters of a report.

    Raises:
        InvalidInputError: there is no such period.
    """
    params: dict[str, object] = {"period": parse_period(period).name}
    return params if pages is None else params | {"pages": sorted(pages)}


def counted(house: House, configuration: Configuration, job: Job, period: str, *, public: bool) -> Report:
    """The report that a job has counted.

    Raises:
        InvalidInputError: it is no report, or one of another period.
        ConflictError: it has not ended, or has failed.
    """
    if job.kind != REPORT:
        raise InvalidInputError("job_id", "ожидается работа, которая считала отчёт")
    wish = msgspec.json.decode(job.params_json, type=Asked)
    if wish.period != period:
        raise InvalidInputError("job_id", f"эта работа считала отчёт за {wish.period}")
    if job.state != JobState.DONE:
        raise ConflictError(f"отчёт не сосчитан: {job.error}" if job.error else "отчёт ещё не сосчитан")
    count = msgspec.json.decode(job.result_json, type=Count)
    parsed, pages = parse_period(period), pages_of(house, wish.pages)
    posts = publications(house, configuration, parsed, pages)
    return make(parsed, titles(pages), count.tally, public=public, posts=posts)


def report_step(tools: Tools, job: Job) -> Progress:
    """Count on for less than a second.

    Raises:
        NotFoundError: the pages are gone.
    """
    count = msgspec.json.decode(job.result_json, type=Count | None)
    if count is None:
        wish = msgspec.json.decode(job.params_json, type=Asked)
        count = begin(parse_period(wish.period), pages_of(tools.house, wish.pages))
    advance(tools.house, count, seconds=_STEP_SECONDS)
    return Progress(count.stage, len(count.stages), count.stage, count, count.ended)
