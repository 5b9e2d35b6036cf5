"""Routes of reports: a period's numbers as JSON or as a table for Excel, whole or fit to be published."""

from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import ConfigDict

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use
from app.api.fields import Id, IdIn, Model
from app.domain.principals import Principal
from app.pipeline.jobs import orders
from app.pipeline.jobs.report import REPORT, asked, counted
from app.pipeline.process import Services
from app.pipeline.reports.asking import note_export, pages_of, report, wanted_pages
from app.pipeline.reports.publications import PagePosts
from app.pipeline.reports.report import Report
from app.pipeline.reports.sheet import sheet

router = APIRouter(route_class=StrictRoute, tags=["reports"])

_Period = Annotated[str, Path(max_length=16, description="2026-W47, 2026-11 or 2026-Q4.", examples=["2026-11"])]
_Public = Annotated[bool, Query(description="Small counts hidden, so that it may be published.")]
_JobId = Annotated[IdIn | None, Query(description="What the worker has counted (POST), instead of counting now.")]
_REPORT_EXAMPLE: Final[dict[str, Any]] = {
    "period": "2026-11",
    "title": "ноябрь 2026 года",
    "pages": ["Администрация Новокузнецкого района"],
    "public": False,
    "sections": [
        {
            "key": "machine",
            "title": "Решения программы",
            "note": "",
            "cells": [
                {"key": "machine.removed", "title": "удалить", "value": 14, "unit": "", "hidden": False},
            ],
        }
    ],
    "steps": [{"first": "2026-11-01", "comments": 212, "removed": 3}],
    "publications": [
        {
            "page_id": "7301844400000000001",
            "title": "Администрация Новокузнецкого района",
            "office": "administration",
            "needed": 7,
            "force": "advice",
            "clause": "",
            "media": False,
            "weeks": [{"monday": "2026-11-02", "counted": 6, "missing": 1, "running": False, "hidden": False}],
        }
    ],
    "notes": ["Сколько часов комментарии были закрыты, сеть не сообщает: этого числа в отчёте нет."],
}
_CSV: Final[dict[str, Any]] = {
    "schema": {"type": "string"},
    "example": "\ufeffРаздел;Показатель;Значение;Единица\r\nРешения программы;удалить;14;\r\n",
}


class Form(StrEnum):
    """What a report is given as."""

    JSON = "json"
    CSV = "csv"


class CellOut(Model):
    """One number; null = nothing to tell, or `hidden`. `unit` is '', '%', 'мин' or 'κ'."""

    key: str
    title: str
    value: int | float | None
    unit: str
    hidden: bool


class SectionOut(Model):
    """Numbers under one heading."""

    key: str
    title: str
    note: str
    cells: list[CellOut]


class StepOut(Model):
    """What began on this day: a day of a week or a month, a week of a quarter; null = hidden."""

    first: str
    comments: int | None
    removed: int | None


class WeekOut(Model):
    """Posts that count towards the norm and how many are lacking; null = hidden. `running`: it is not over yet."""

    monday: str
    counted: int | None
    missing: int | None
    running: bool
    hidden: bool


class PublishedOut(Model):
    """What a page published beside what its act asks for in a week (`needed` null = nothing)."""

    page_id: Id
    title: str
    office: str
    needed: int | None
    force: str | None
    clause: str
    media: bool
    weeks: list[WeekOut]


class ReportOut(Model):
    """A period's numbers; days begin at midnight in each page's time zone."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REPORT_EXAMPLE]})
    period: str
    title: str
    pages: list[str]
    public: bool
    sections: list[SectionOut]
    steps: list[StepOut]
    publications: list[PublishedOut]
    notes: list[str]


class OrderedOut(Model):
    """The worker counts; `GET /v1/jobs/{job_id}` says how far it has got."""

    job_id: Id


@router.get(
    "/v1/reports/{period}",
    summary="A period's numbers",
    responses={
        **errors(404, 409),
        200: {
            "model": ReportOut,
            "description": "The report.",
            "content": {"application/json": {"example": _REPORT_EXAMPLE}, "text/csv": _CSV},
        },
    },
)
def show(  # noqa: PLR0917 - FastAPI passes everything by name
    period: _Period,
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    job_id: _JobId = None,
    public: _Public = False,  # noqa: FBT002 - a query parameter
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    """Comments, verdicts, answers, objections and bans of a week, a month or a quarter; taking one is journalled.

    `format=csv` is a table for Russian Excel. With `public=true` counts under 5 are null and `hidden`, with as many
    others as keep them unknown. 409: too much to count at once, so order it with POST and name the job here.
    """
    made, about = _made(use, who, period, page_id, job_id, public=public)
    note_export(use.house, period, who=who, page_id=about, form=form, public=public)
    if form is Form.CSV:
        name = f"dvornik-{made.period.name}{'-public' if public else ''}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(sheet(made), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(report_out(made).model_dump_json(), media_type="application/json")


@router.post(
    "/v1/reports/{period}",
    summary="Have a long report counted",
    status_code=202,
    responses={
        **errors(404, 409),
        **example({"job_id": "7301844407214080009"}, "The worker counts.", status=202),
    },
)
def order(period: _Period, who: Caller, use: Use, page_id: IdIn | None = None) -> OrderedOut:
    """Count a report of any size in the worker; asking twice gives the same job."""
    wanted = wanted_pages(who, page_id)
    pages_of(use.house, wanted)
    params = asked(period, None if wanted is None else sorted(wanted))
    return OrderedOut(job_id=orders.start(use.house, REPORT, params, who=who, page_id=page_id))


def _made(
    use: Services, who: Principal, period: str, page_id: int | None, job_id: int | None, *, public: bool
) -> tuple[Report, int | None]:
    """The report, and the one page that it is about; what a job has counted is about the job's own."""
    if job_id is None:
        return report(use.house, use.configuration, period, who=who, page_id=page_id, public=public), page_id
    wanted_pages(who, page_id)
    job = orders.show(use.house, job_id, who=who)
    return counted(use.house, use.configuration, job, period, public=public), job.page_id


def report_out(made: Report) -> ReportOut:
    """A report's shape."""
    return ReportOut(
        period=made.period.name,
        title=made.period.title,
        pages=list(made.pages),
        public=made.public,
        sections=[
            SectionOut(
                key=one.key,
                title=one.title,
                note=one.note,
                cells=[
                    CellOut(key=cell.key, title=cell.title, value=cell.value, unit=cell.unit, hidden=cell.hidden)
                    for cell in one.cells
                ],
            )
            for one in made.sections
        ],
        steps=[
            StepOut(first=step.first.isoformat(), comments=step.comments, removed=step.removed) for step in made.steps
        ],
        publications=[_published(one) for one in made.posts],
        notes=list(made.notes),
    )


def _published(posts: PagePosts) -> PublishedOut:
    weeks = [
        WeekOut(
            monday=week.monday.isoformat(),
            counted=week.counted,
            missing=week.missing,
            running=week.running,
            hidden=week.hidden,
        )
        for week in posts.weeks
    ]
    return PublishedOut(
        page_id=posts.page_id,
        title=posts.title,
        office=posts.office,
        needed=posts.needed,
        force=posts.force,
        clause=posts.clause,
        media=posts.media,
        weeks=weeks,
    )
