"""The report of a week, a month or a quarter: numbers, charts, a table for Excel, and a variant for the public."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from app.console import charts
from app.console.charts import Bar
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.clock import day_of
from app.domain.errors import ConflictError
from app.domain.principals import Principal
from app.domain.states import UNFINISHED_JOBS
from app.domain.wording import CATEGORIES, OFFICES
from app.pipeline.administration.page_overview import list_pages
from app.pipeline.jobs import orders
from app.pipeline.jobs.report import REPORT, asked, counted
from app.pipeline.process import Services
from app.pipeline.reports.asking import note_export, pages_of, report, wanted_pages
from app.pipeline.reports.periods import Length, Period, name_of, parse_period
from app.pipeline.reports.report import Report
from app.pipeline.reports.sheet import FORCES, said, sheet

router = APIRouter()

_LENGTHS: Final = {Length.WEEK: "Неделя", Length.MONTH: "Месяц", Length.QUARTER: "Квартал"}
#: Without a page nobody's midnight is meant; then it is the capital's.
_ZONE: Final = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the address asks for; `page` and `job` '' = none."""

    period: Period
    page: str
    job: str
    public: bool

    def address(self, **other: str) -> str:
        """The query of this wish with some things different; empty ones are left out."""
        parts = {
            "period": self.period.name,
            "page": self.page,
            "public": "1" if self.public else "",
            "job": self.job,
        }
        return "&".join(f"{name}={value}" for name, value in (parts | other).items() if value)

    @property
    def page_id(self) -> int | None:
        """The page, if one is meant."""
        return number(self.page, "такой страницы") if self.page else None


@router.get("/reports")
def show(request: Request, who: Signed, use: Use) -> Response:
    """The report, or the offer to have it counted when it is too much at once."""
    pages = list_pages(use.house, who.pages)
    zone = pages[0].timezone if pages else _ZONE
    wish = _wish(request, day_of_now=name_of(day_of(use.house.clock.now(), zone), Length.MONTH))
    today = name_of(day_of(use.house.clock.now(), zone), wish.period.length)
    known: dict[str, Any] = {
        "wish": wish,
        "pages": pages,
        "lengths": [(title, name_of(wish.period.first, length)) for length, title in _LENGTHS.items()],
        "is_latest": wish.period.first >= parse_period(today).first,
        "told": said,
        "offices": OFFICES,
        "forces": FORCES,
        "report": None,
        "job": None,
        "too_much": "",
        "charts": (),
    }
    running = _running(use, wish, who)
    if running is not None:
        return render(request, "report.html", **(known | {"job": running}))
    try:
        made, _ = _made(use, wish, who)
    except ConflictError as error:
        return render(request, "report.html", **(known | {"too_much": str(error)}))
    return render(request, "report.html", **(known | {"report": made, "charts": _charts(made)}))


@router.get("/reports/sheet")
def take(request: Request, who: Signed, use: Use) -> Response:
    """The report as a file for Excel; who takes it stands in the journal."""
    wish = _wish(request)
    made, about = _made(use, wish, who)
    note_export(use.house, wish.period.name, who=who, page_id=about, form="csv", public=wish.public)
    name = f"dvornik-{wish.period.name}{'-public' if wish.public else ''}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(sheet(made), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/reports/order")
def order(request: Request, who: Signed, use: Use, sent: Form) -> Response:
    """Have the worker count."""
    page = text(sent, "page")
    page_id = number(page, "такой страницы") if page else None
    wanted = wanted_pages(who, page_id)
    pages_of(use.house, wanted)
    period = parse_period(text(sent, "period"))
    params = asked(period.name, None if wanted is None else sorted(wanted))
    job = orders.start(use.house, REPORT, params, who=who, page_id=page_id)
    wish = _Wish(period, page, str(job), text(sent, "public") == "1")
    return redirect(request, f"/reports?{wish.address()}")


def _wish(request: Request, day_of_now: str = "") -> _Wish:
    query = request.query_params
    period = parse_period(query.get("period") or day_of_now)
    page, job = query.get("page", ""), query.get("job", "")
    for one, what in ((page, "такой страницы"), (job, "такой работы")):
        if one:
            number(one, what)
    return _Wish(period, page, job, query.get("public", "") == "1")


def _made(use: Services, wish: _Wish, who: Principal) -> tuple[Report, int | None]:
    """The report, and the one page that it is about; what a job has counted is about the job's own."""
    period, public = wish.period.name, wish.public
    if wish.job:
        job = orders.show(use.house, number(wish.job), who=who)
        return counted(use.house, use.configuration, job, period, public=public), job.page_id
    made = report(use.house, use.configuration, period, who=who, page_id=wish.page_id, public=public)
    return made, wish.page_id


def _running(use: Services, wish: _Wish, who: Principal) -> object:
    """The job, while it counts."""
    if not wish.job:
        return None
    job = orders.show(use.house, number(wish.job), who=who)
    return job if job.state in UNFINISHED_JOBS else None


def _charts(made: Report) -> tuple[Markup, ...]:
    cells = {cell.key: cell.value for section in made.sections for cell in section.cells}
    days = [Bar(f"{step.first:%d.%m}", step.comments, step.removed) for step in made.steps]
    shown = [(bar.whole, bar.label) for bar in days if bar.whole]
    most = f"Больше всего: {max(shown)[1]}, {max(shown)[0]}. " if shown else ""
    grounds = [
        Bar(title, _whole(cells[f"machine.removed.{key}"]), _whole(cells[f"person.removed.{key}"]))
        for key, title in CATEGORIES.items()
    ]
    told = "; ".join(f"{bar.label}: {_told(bar.whole)} и {_told(bar.part)}" for bar in grounds)
    return (
        charts.columns(
            "days",
            "Комментарии и решения об удалении по дням",
            f"{most}Все числа есть в таблице под графиком.",
            days,
            whole="комментарии",
            part="решено удалить",
        ),
        charts.lines(
            "grounds",
            "За что решено удалить",
            f"Сначала программа, потом сотрудники. {told}.",
            grounds,
            whole="программа",
            part="сотрудники",
        ),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _told(value: int | None) -> str:
    return "скрыто" if value is None else str(value)
