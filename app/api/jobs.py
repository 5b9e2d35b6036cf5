"""Routes that show how far long work has got, and stop it."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use, check_page
from app.api.fields import Cursor, IdIn, Limit, read_cursor, write_cursor
from app.api.job_schemas import JOB_EXAMPLE, JobList, JobOut
from app.domain.states import JobState
from app.pipeline.jobs import orders
from app.pipeline.jobs.kinds import KINDS
from app.storage.jobs import JobFilter, list_jobs
from app.storage.tables import Job

router = APIRouter(route_class=StrictRoute, tags=["jobs"])
_Kind = Annotated[str | None, Query(pattern=f"^({'|'.join(sorted(KINDS))})$", description="What sort of work.")]


@router.get(
    "/v1/jobs",
    summary="List jobs, newest first",
    responses={**errors(404), **example({"items": [JOB_EXAMPLE], "next_cursor": None}, "One page of the list.")},
)
def jobs(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    kind: _Kind = None,
    state: JobState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> JobList:
    """Long work about the token's pages, whoever asked for it; with `page_id` what was asked about that page alone.

    A filter that lets few through may give fewer items than `limit`, even none, and still a `next_cursor`.
    """
    if page_id is not None:
        check_page(who, page_id)
    wanted = JobFilter(who.pages, page_id, kind, state)
    with use.house.database.read() as session:
        rows, before = list_jobs(session, wanted, before=read_cursor(cursor), limit=limit)
    return JobList(items=[_shown(row) for row in rows], next_cursor=write_cursor(before))


@router.get(
    "/v1/jobs/{job_id}", summary="Show a job", responses={**errors(404), **example(JOB_EXAMPLE, "How far it has got.")}
)
def job(job_id: IdIn, who: Caller, use: Use) -> JobOut:
    """How far a job has got and what it has found."""
    return _shown(orders.show(use.house, job_id, who=who))


@router.post(
    "/v1/jobs/{job_id}/cancel",
    summary="Stop a job",
    responses={**errors(404, 409), **example({**JOB_EXAMPLE, "state": "cancelled"}, "It is stopped.")},
)
def cancel(job_id: IdIn, who: Caller, use: Use) -> JobOut:
    """Stop a job that has not ended, whoever asked for it; what it has found so far stays."""
    return _shown(orders.cancel(use.house, job_id, who=who))


def _shown(row: Job) -> JobOut:
    columns = {name: getattr(row, name) for name in JobOut.model_fields if name != "result"}
    return JobOut(**columns, result=msgspec.json.decode(row.result_json))
