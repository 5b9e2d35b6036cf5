"""The journal: what was decided, found again; one decision with its whole story; taking it back."""

from collections.abc import Sequence
from typing import Final

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access import may_open
from app.console.searching import DECIDERS, read_search
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.notices import NoticeKind
from app.domain.words import Category, Reason, Verdict
from app.pipeline.administration.seal_state import seal_state
from app.pipeline.decision_view import DecisionView, decision_view
from app.pipeline.lookups import MAY_LOOK, look_for
from app.pipeline.notices import notices_of
from app.pipeline.overrule.reversal import reverse
from app.pipeline.process import Services
from app.storage import pages as page_queries
from app.storage.decisions import DecisionRecord, list_decisions
from app.storage.tables import Page

router = APIRouter()

_AT_ONCE: Final = 30
_codes = msgspec.json.Decoder(tuple[str, ...]).decode


@router.get("/journal")
def journal(request: Request, who: Signed, use: Use) -> Response:
    """Decisions, newest first, those that the search line lets through."""
    with use.house.database.read() as session:
        pages = page_queries.live_pages(session, who.pages)
    search = read_search(request.query_params, pages, who)
    if search.wanted.author and search.before is None:
        look_for(use.house, search.wanted.author, who=who)
    with use.house.database.read() as session:
        records, before = list_decisions(session, search.wanted, before=search.before, limit=_AT_ONCE)
    return render(
        request,
        "journal.html",
        search=search,
        rows=[_row(record, pages, private_too=who.reads_private) for record in records],
        next_page=search.next_page(before),
        pages=pages,
        verdicts=list(Verdict),
        categories=list(Category),
        reasons=list(Reason),
        deciders=DECIDERS,
        may_look=who.role in MAY_LOOK,
        seal=seal_state(use.house, use.settings.data_dir) if who.pages is None else None,
    )


def _row(record: DecisionRecord, pages: Sequence[Page], *, private_too: bool) -> dict[str, object]:
    decision, comment = record.decision, record.comment
    page = next((one for one in pages if one.id == decision.page_id), None)
    return {
        "id": decision.id,
        "at": decision.decided_at,
        "zone": page.timezone if page else "",
        "page": page.title if page else "страница снята с модерации",
        "withheld": comment.private and not private_too,
        "text": record.body.text if record.body else None,
        "verdict": decision.verdict,
        "mode": decision.mode,
        "categories": _codes(decision.categories_json),
        "reasons": _codes(decision.reasons_json),
        "by": decision.decided_by,
        "actions": record.actions,
    }


@router.get("/decisions/{decision_id}")
def decision(request: Request, decision_id: str, who: Signed, use: Use) -> Response:
    """A decision with its whole story."""
    view = decision_view(use, number(decision_id, "такого решения"), who)
    sees_dossier = may_open(who.role, "GET /decisions/{decision_id}/dossier")
    return render(
        request,
        "decision.html",
        view=view,
        categories=_codes(view.record.decision.categories_json),
        reasons=_codes(view.record.decision.reasons_json),
        clauses=_codes(view.record.decision.clauses_json),
        attachments=_codes(view.record.body.attachments_json) if view.record.body and not view.withheld else (),
        notices=_notices(use, view) if sees_dossier else {},
        may_reverse=may_open(who.role, "POST /decisions/{decision_id}/reverse") and view.can_be_reversed,
        may_see_dossier=sees_dossier,
        may_see_notes=sees_dossier,
    )


def _notices(use: Services, view: DecisionView) -> dict[NoticeKind, str]:
    """What there is to tell the author, also of a removal that this decision takes back."""
    post_at = view.post.published_at if view.post else None
    return notices_of(use.house, view.record, view.page, post_at=post_at, reversed_id=view.earlier_removal)


@router.get("/decisions/{decision_id}/reverse")
def ask_to_reverse(request: Request, decision_id: str, who: Signed, use: Use) -> Response:
    """What taking a decision back would do, before it is done."""
    view = decision_view(use, number(decision_id, "такого решения"), who)
    if not view.can_be_reversed:
        return redirect(request, f"/decisions/{view.record.decision.id}", said=_CANNOT)
    return render(request, "reverse.html", view=view)


@router.post("/decisions/{decision_id}/reverse")
def take_back(request: Request, decision_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Take a removal back on this person's word."""
    ruled = reverse(
        use.house,
        use.configuration,
        number(decision_id, "такого решения"),
        who=who,
        reason=text(sent, "reason"),
        second_reason=text(sent, "second_reason"),
        abilities=use.abilities,
    )
    said = "Решение отменено." + "".join(f" {one}" for one in ruled.cannot)
    return redirect(request, f"/decisions/{ruled.decision_id}", said=said)


_CANNOT: Final = "Это решение уже заменено другим или ничего не удаляло: отменять в нём нечего."
