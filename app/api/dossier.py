"""Routes of the dossier: everything about one decision, for an auditor, a prosecutor, a court."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.deps import Caller, Use
from app.api.examples import DECISION_ID, PAGE_ID
from app.api.fields import IdIn
from app.pipeline import dossier as gathered
from app.pipeline.dossier_papers import FORMAT, as_json, pack

router = APIRouter(route_class=StrictRoute, tags=["decisions"])

_Outside = Annotated[
    bool, Query(description="For a reader outside the office: posts in place of names, no notes of the staff.")
]
_EXAMPLE: dict[str, Any] = {
    "format": FORMAT,
    "number": "1А2С6-АС867-343УМ",
    "made_at": "2026-11-23T09:00:00.000000Z",
    "page": {"id": PAGE_ID, "network": "vk", "external_id": "229000001"},
    "decision": {
        "id": DECISION_ID,
        "verdict": "remove",
        "decided_by": {"kind": "person", "post": "начальник отдела", "name": None},
    },
    "journal": {"whole": True, "entries": []},
}


@router.get(
    "/v1/decisions/{decision_id}/dossier",
    summary="Open the dossier of a decision",
    responses={**errors(404), **example(_EXAMPLE, "The dossier, shortened.")},
)
def dossier(
    decision_id: IdIn,
    who: Caller,
    use: Use,
    outside: _Outside = False,  # noqa: FBT002 - a query parameter
) -> JSONResponse:
    """Texts, grounds, versions, scores and thresholds of then, who decided, what the network said, notices, objections.

    Also the journal's entries with their place in the chain, each checked. Opening it is itself an entry.
    """
    opened = gathered.dossier(use, decision_id, who, form=gathered.Form.JSON, outside=outside)
    return JSONResponse(as_json(opened))


@router.get(
    "/v1/decisions/{decision_id}/evidence",
    summary="Download the evidence of a decision",
    response_class=Response,
    responses={
        **errors(404),
        200: {
            "description": "A ZIP archive with the dossier, the texts, raw events, the network's answers, checksums.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def evidence(
    decision_id: IdIn,
    who: Caller,
    use: Use,
    outside: _Outside = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """The dossier as an archive; downloading it is an entry of the journal."""
    opened = gathered.dossier(use, decision_id, who, form=gathered.Form.ARCHIVE, outside=outside)
    headers = {"Content-Disposition": f'attachment; filename="delo-{decision_id}.zip"'}
    return Response(pack(opened), media_type="application/zip", headers=headers)
