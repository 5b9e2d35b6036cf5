"""The dossier of a decision as a page for the printer, and the download of its evidence."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.shell import Signed, Use, number, render
from app.journal.proof import are_whole
from app.pipeline.dossier import Dossier, Form, dossier
from app.pipeline.dossier_papers import pack

router = APIRouter()

_WHAT: Final = "такого решения"
_codes = msgspec.json.Decoder(tuple[str, ...]).decode


@router.get("/decisions/{decision_id}/dossier")
def page(request: Request, decision_id: str, who: Signed, use: Use) -> Response:
    """The dossier, ready to be printed; opening it is an entry of the journal."""
    outside = request.query_params.get("outside", "1") != "0"
    opened = dossier(use, number(decision_id, _WHAT), who, form=Form.PAGE, outside=outside)
    return _shown(request, opened)


@router.get("/decisions/{decision_id}/evidence")
def evidence(request: Request, decision_id: str, who: Signed, use: Use) -> Response:
    """The archive with everything, for whom the page before was for; downloading it is an entry of the journal."""
    numbered = number(decision_id, _WHAT)
    outside = request.query_params.get("outside") == "1"
    data = pack(dossier(use, numbered, who, form=Form.ARCHIVE, outside=outside))
    headers = {"Content-Disposition": f'attachment; filename="delo-{numbered}.zip"'}
    return Response(data, media_type="application/zip", headers=headers)


def _shown(request: Request, opened: Dossier) -> Response:
    decision = opened.view.record.decision
    return render(
        request,
        "dossier.html",
        dossier=opened,
        view=opened.view,
        categories=_codes(decision.categories_json),
        reasons=_codes(decision.reasons_json),
        clauses=_codes(decision.clauses_json),
        whole=are_whole(opened.journal),
    )
