"""The register of official pages at the desk: what stands in it, files for the office's site, the quarterly review."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access import may_open
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.wording import OFFICES
from app.pipeline.registry import keeping, papers
from app.pipeline.registry.keeping import EntryChanges
from app.pipeline.registry.listing import whole

router = APIRouter()
_WHAT = "такой строки реестра"
_FIELDS = ("organisation", "responsible_post", "responsible_name", "responsible_since")


@router.get("/registry")
def show(request: Request, who: Signed, use: Use) -> Response:
    """The whole register."""
    lines = whole(use.house, who.pages)
    return render(
        request,
        "registry.html",
        lines=lines,
        due=sum(one.review_due for one in lines),
        offices=OFFICES,
        may_review=may_open(who.role, "POST /registry/review"),
        may_change=may_open(who.role, "POST /registry/{entry_id}"),
    )


@router.get("/registry/sheet")
def sheet(who: Signed, use: Use) -> Response:
    """The table for Excel, without names."""
    headers = {"Content-Disposition": 'attachment; filename="official-pages.csv"'}
    made = papers.as_csv(whole(use.house, who.pages))
    return Response(made, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/registry/table")
def table(who: Signed, use: Use) -> Response:
    """The table for the office's site, as a file."""
    headers = {"Content-Disposition": 'attachment; filename="official-pages.html"'}
    made = papers.as_html(whole(use.house, who.pages), now=use.house.clock.now())
    return Response(made, media_type="text/html; charset=utf-8", headers=headers)


@router.post("/registry/review")
def review(request: Request, who: Signed, use: Use) -> Response:
    """Note that somebody has looked through all of it."""
    count = keeping.review(use.house, None, by=who.by, pages=who.pages)
    return redirect(request, "/registry", said=f"Пересмотр отмечен, строк: {count}.")


@router.post("/registry/{entry_id}")
def change(request: Request, entry_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Whose page it is and who answers for it."""
    changes = EntryChanges(**{name: text(sent, name) for name in _FIELDS})
    keeping.change_entry(use.house, number(entry_id, _WHAT), changes, by=who.by, pages=who.pages)
    return redirect(request, "/registry", said="Записано.")
