"""Routes that show how far long work has got, and stop it."""

import msgspec
from fastapi import APIRouter

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use
from app.api.fields import Cursor, IdIn, Limit, read_cursor, write_cursor
from app.api.job_schemas import JOB_EXAMPLE, JobList, JobOut
from app.pipeline.jobs import orders
from app.storage.jobs import list_jobs
from app.storage.tables import Job

router = APIRouter(route_class=StrictRoute, tags=["jobs"])


@router.get(
    "/v1/jobs",
    summary="List jobs, newest first",
    responses={**errors(), **example({"items": [JOB_EXAMPLE], "next_cursor": None}, "One page of the list.")},
)
def jobs(who: Caller, use: Use, cursor: Cursor = None, limit: Limit = 50) -> JobList:
    """Long work about the token's pages, whoever asked for it."""
    with use.house.database.read() as session:
        rows, before = list_jobs(session, who.pages, before=read_cursor(cursor), limit=limit)
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
