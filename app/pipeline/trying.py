"""Trying a change before it is made: a preview is asked for, read with its examples, and stands behind the change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.clock import DAY
from app.domain.errors import ConflictError, NotFoundError
from app.domain.principals import Principal
from app.domain.states import JobState
from app.domain.words import Mode
from app.pipeline.administration.page_overview import missing
from app.pipeline.administration.pages import ChangedPage, PageChanges, change_page
from app.pipeline.administration.policies import policy_in_force
from app.pipeline.administration.policy_levels import levels_of
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.jobs import orders
from app.pipeline.jobs.preview import MODE_DAYS, POLICY_DAYS, PREVIEW, Asked, Found, asked, found_in, params_of
from app.policy.levels import LEVELS, Level, level_named
from app.storage import pages as page_queries
from app.storage.decisions import DecisionRecord, read_decisions
from app.storage.jobs import done_jobs
from app.storage.tables import Job, Page, PolicyVersion

#: A preview stands behind a change for so long; then it is made anew.
FRESH: Final = DAY
_UNTRIED: Final = (
    "за последние сутки никто не смотрел, что было бы удалено по этим правилам: "
    "посмотрите в консоли («Страницы») или запросом POST /v1/previews"
)


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview as it stands: `level` None = the policy as it is, tried for a change of the page's mode."""

    job: Job
    asked: Asked
    found: Found
    version: PolicyVersion
    level: Level | None
    pages: tuple[Page, ...]
    examples: tuple[DecisionRecord, ...]
    kept_examples: tuple[DecisionRecord, ...]

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.job.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def is_done(self) -> bool:
        """Whether it has found all that there is."""
        return self.job.state == JobState.DONE


def try_level(house: House, configuration: Configuration, name: str, code: str, *, who: Principal) -> int:
    """Ask what a policy would have removed at another level in the last days; returns the job.

    Raises:
        NotFoundError: there is no such policy.
        InvalidInputError: there is no such level.
        ConflictError: no page follows the policy, or the person waits for too much already.
    """
    level = level_named(code)
    shown = levels_of(house, configuration, name, who=who)
    if not shown.pages:
        raise ConflictError("по этим правилам не работает ни одна ваша страница: примерить их не на чем")
    params = asked(
        shown.version,
        [page.id for page in shown.pages],
        days=POLICY_DAYS,
        now=house.clock.now(),
        level=level.code,
    )
    return orders.start(house, PREVIEW, params, who=who)


def try_enforcing(house: House, page_id: int, *, who: Principal) -> int:
    """Ask what a page would have removed by itself in the last days; returns the job.

    Raises:
        NotFoundError: there is no such page, or not for this person.
    """
    if not who.may_touch(page_id):
        raise missing(page_id)
    with house.database.read() as session:
        page = page_queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        version = policy_in_force(session, page.policy_name)
    params = asked(version, [page_id], days=MODE_DAYS, now=house.clock.now())
    return orders.start(house, PREVIEW, params, who=who, page_id=page_id)


def read_preview(house: House, job_id: int, *, who: Principal) -> Preview:
    """A preview with the comments that it names.

    Raises:
        NotFoundError: there is no such preview, or not for this person.
    """
    job = orders.show(house, job_id, who=who)
    if job.kind != PREVIEW:
        raise NotFoundError(f"примерки {job_id} нет")
    wish, found = params_of(job), found_in(job)
    with house.database.read() as session:
        version = session.get_one(PolicyVersion, wish.version)
        pages = page_queries.live_pages(session, frozenset(wish.pages))
        examples, kept = (_records(read_decisions(session, ids)) for ids in (found.examples, found.kept_examples))
    level = LEVELS[wish.level] if wish.level else None
    return Preview(job, wish, found, version, level, tuple(pages), examples, kept)


def _records(found: Sequence[DecisionRecord]) -> tuple[DecisionRecord, ...]:
    """Private messages are never among what would be removed; should one be, its words stay out of sight."""
    return tuple(record for record in found if not record.comment.private)


def switch_mode(house: House, page_id: int, mode: str, *, was: str, job_id: int | None, who: Principal) -> None:
    """Change a page's mode; towards `enforce` only on a fresh preview of what that would have removed.

    Raises:
        NotFoundError: there is no such page or preview, or not for this person.
        InvalidInputError: the mode is unknown, or the page's policy does not allow it.
        ConflictError: the page is not in mode `was` any more, or no fresh preview of its policy was looked at.
    """
    if not who.may_touch(page_id):
        raise missing(page_id)
    with house.database.read() as session:
        page = page_queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        version = policy_in_force(session, page.policy_name)
    if page.mode != was:
        raise ConflictError("режим страницы тем временем сменил кто-то другой: посмотрите, какой он теперь")
    if mode == Mode.ENFORCE and not (job_id and _stands_behind(house, job_id, page, version, who)):
        raise ConflictError("сначала посмотрите, что было бы удалено за последние дни по действующим правилам")
    change_page(house, page_id, PageChanges(mode=mode), by=who.by, pages=who.pages)


def change(
    house: House,
    page_id: int,
    changes: PageChanges,
    *,
    by: str,
    pages: frozenset[int] | None = None,
    version: str | None = None,
) -> ChangedPage:
    """Change a page as `change_page` does; a step to `enforce` that nobody has tried is taken, with a warning."""
    with house.database.read() as session:
        page = page_queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        was = page.mode
    changed = change_page(house, page_id, changes, by=by, pages=pages, version=version)
    if changed.page.mode == Mode.ENFORCE != was and not _was_tried(house, page_id):
        return replace(changed, warnings=(*changed.warnings, _UNTRIED))
    return changed


def _was_tried(house: House, page_id: int) -> bool:
    """Whether anybody has a fresh preview of what the page would have removed by itself under its policy."""
    with house.database.read() as session:
        page = page_queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        version = policy_in_force(session, page.policy_name)
        ended = done_jobs(session, PREVIEW, page_id, since=house.clock.now() - FRESH)
    return any(_is_of(house, job, page, version) for job in ended)


def _stands_behind(house: House, job_id: int, page: Page, version: PolicyVersion, who: Principal) -> bool:
    job = orders.show(house, job_id, who=who)
    return job.kind == PREVIEW and job.state == JobState.DONE and _is_of(house, job, page, version)


def _is_of(house: House, job: Job, page: Page, version: PolicyVersion) -> bool:
    wish = params_of(job)
    is_fresh = house.clock.now() - wish.until < FRESH
    return is_fresh and (wish.pages, wish.version, wish.level) == ([page.id], version.id, "")
