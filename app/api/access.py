"""Who may call what: the one table of routes and roles; a route that is not in it is closed to everybody."""

import re
from collections.abc import Mapping
from typing import Final

from app.domain import principals
from app.domain.words import Role
from app.pipeline.dossier import MAY_OPEN

_READERS: Final = frozenset({Role.VIEWER, Role.RESPONDER, Role.MODERATOR, Role.AUDITOR, Role.ADMIN})
_MODERATORS: Final = frozenset({Role.MODERATOR, Role.ADMIN})
_ADMINS: Final = frozenset({Role.ADMIN})
_EVERYBODY: Final = frozenset(Role)
#: Those who speak with residents.
_SPEAKERS: Final = frozenset({Role.RESPONDER, Role.MODERATOR, Role.ADMIN})
_WITNESSES: Final = MAY_OPEN

#: Route → roles. A token that is limited to pages is held to them besides.
ACCESS: Final[Mapping[str, frozenset[Role]]] = {
    "POST /v1/moderate": _READERS,
    "POST /v1/moderate/batch": _READERS,
    "GET /v1/decisions": _READERS,
    "GET /v1/decisions/{decision_id}": _READERS,
    "GET /v1/actions": _READERS,
    "GET /v1/actions/{action_id}": _READERS,
    "POST /v1/actions/{action_id}/cancel": _MODERATORS,
    "POST /v1/actions/{action_id}/confirm": _MODERATORS,
    "POST /v1/actions/{action_id}/done": _MODERATORS,
    "POST /v1/decisions/{decision_id}/reverse": _MODERATORS,
    "POST /v1/decisions/{decision_id}/undo": _MODERATORS,
    "GET /v1/review": _READERS,
    "POST /v1/review/bulk": _MODERATORS,
    "GET /v1/review/{case_id}": _READERS,
    "POST /v1/review/{case_id}/claim": _MODERATORS,
    "POST /v1/review/{case_id}/release": _MODERATORS,
    "POST /v1/review/{case_id}/skip": _MODERATORS,
    "POST /v1/review/{case_id}/hand_over": _MODERATORS,
    "POST /v1/review/{case_id}/verdict": _MODERATORS,
    "POST /v1/objections": frozenset({Role.SITE, Role.ADMIN}),
    "GET /v1/objections": _SPEAKERS | _WITNESSES,
    "GET /v1/objections/{objection_id}": _SPEAKERS | _WITNESSES,
    "POST /v1/objections/{objection_id}/answer": _SPEAKERS,
    "POST /v1/decisions/{decision_id}/objections": _SPEAKERS,
    "GET /v1/decisions/{decision_id}/dossier": _WITNESSES,
    "GET /v1/decisions/{decision_id}/evidence": _WITNESSES,
    "GET /v1/appeals": _READERS,
    "GET /v1/appeals/{comment_id}": _READERS,
    "POST /v1/comments/{comment_id}/appeal": _SPEAKERS,
    "POST /v1/appeals/{comment_id}/answered": _SPEAKERS,
    "POST /v1/appeals/{comment_id}/not_needed": _SPEAKERS,
    "GET /v1/answers": _READERS,
    "GET /v1/answers/{answer_id}": _READERS,
    "POST /v1/comments/{comment_id}/answers": _SPEAKERS,
    "PATCH /v1/answers/{answer_id}": _SPEAKERS,
    "POST /v1/answers/{answer_id}/agree": _SPEAKERS,
    "POST /v1/answers/{answer_id}/publish": _SPEAKERS,
    "POST /v1/answers/{answer_id}/close": _SPEAKERS,
    "GET /v1/pages": _READERS,
    "POST /v1/pages": _ADMINS,
    "GET /v1/pages/{page_id}": _READERS,
    "PATCH /v1/pages/{page_id}": _ADMINS,
    "DELETE /v1/pages/{page_id}": _ADMINS,
    "POST /v1/pages/{page_id}/connect": _ADMINS,
    "POST /v1/pages/{page_id}/check": _ADMINS,
    # Whom a page has banned is known to those who answer for it.
    "GET /v1/pages/{page_id}/blacklist": _ADMINS,
    # Stopping is always safe, and whoever moderates must be able to undo it at once.
    "POST /v1/pages/{page_id}/pause": _MODERATORS,
    "POST /v1/pages/{page_id}/resume": _MODERATORS,
    "POST /v1/pause": _MODERATORS,
    "POST /v1/resume": _ADMINS,
    "POST /v1/previews": _MODERATORS,
    "GET /v1/jobs": _READERS,
    "GET /v1/jobs/{job_id}": _READERS,
    "POST /v1/jobs/{job_id}/cancel": _MODERATORS,
    "GET /v1/labels": _ADMINS,
    "GET /v1/reports/{period}": _READERS,
    "POST /v1/reports/{period}": _READERS,
    # The register is published: the office's site may fetch it.
    "GET /v1/registry": _READERS | {Role.SITE},
    "POST /v1/registry": _ADMINS,
    "PATCH /v1/registry/{entry_id}": _ADMINS,
    "DELETE /v1/registry/{entry_id}": _ADMINS,
    "POST /v1/registry/review": _MODERATORS,
    "POST /v1/persons/export": _ADMINS,
    "POST /v1/persons/erase": _ADMINS,
    "GET /v1/holds": frozenset({Role.AUDITOR, Role.ADMIN}),
    "POST /v1/holds": _ADMINS,
    "POST /v1/holds/{hold_id}/lift": _ADMINS,
    "GET /v1/incidents": _READERS,
    "GET /v1/alert-channels": _ADMINS,
    "POST /v1/alert-channels": _ADMINS,
    "DELETE /v1/alert-channels/{channel_id}": _ADMINS,
    "POST /v1/alert-channels/{channel_id}/test": _ADMINS,
    "GET /v1/openapi.json": _EVERYBODY,
}

#: Routes that need no token, beside those of the networks.
OPEN: Final = frozenset({"GET /healthz", "GET /readyz", "GET /metrics"})
#: Networks prove themselves by their own secrets; some ask, or look, before they tell.
_CALLBACK: Final = re.compile(r"(?:POST /callbacks/[a-z0-9]+|(?:POST|GET|OPTIONS) /callbacks/[a-z0-9]+/\{key\})")


def is_open(route: str) -> bool:
    """Whether a route needs no token."""
    return route in OPEN or _CALLBACK.fullmatch(route) is not None


#: Who sees the words of a private message.
READS_PRIVATE: Final = principals.READS_PRIVATE
