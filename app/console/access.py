"""Who may open what in the console: the one table of its routes and roles; what is not in it is closed to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.words import Role

_READERS: Final = frozenset({Role.VIEWER, Role.RESPONDER, Role.MODERATOR, Role.AUDITOR, Role.ADMIN})
_MODERATORS: Final = frozenset({Role.MODERATOR, Role.ADMIN})
_ADMINS: Final = frozenset({Role.ADMIN})
#: Those who speak with residents, and those who may open a dossier.
_SPEAKERS: Final = frozenset({Role.RESPONDER, Role.MODERATOR, Role.ADMIN})
_WITNESSES: Final = frozenset({Role.MODERATOR, Role.AUDITOR, Role.ADMIN})

#: Route → roles; paths are counted from /console. A session of a page-limited token is held to its pages besides.
CONSOLE_ACCESS: Final[Mapping[str, frozenset[Role]]] = {
    "GET /": _READERS,
    "GET /account": _READERS,
    "POST /sign-out": _READERS,
    "POST /sign-out-everywhere": _READERS,
    "GET /queue": _MODERATORS,
    "GET /queue/done": _MODERATORS,
    "GET /queue/list": _MODERATORS,
    "POST /queue/plan": _MODERATORS,
    "POST /queue/carry": _MODERATORS,
    "POST /queue/undo-many": _MODERATORS,
    "GET /queue/bans": _MODERATORS,
    "POST /queue/bans/{action_id}/confirm": _MODERATORS,
    "POST /queue/bans/{action_id}/decline": _MODERATORS,
    "GET /queue/{case_id}": _MODERATORS,
    "POST /queue/{case_id}/verdict": _MODERATORS,
    "POST /queue/{case_id}/copies": _MODERATORS,
    "POST /queue/{case_id}/copies/carry": _MODERATORS,
    "POST /queue/{case_id}/skip": _MODERATORS,
    "POST /queue/{case_id}/hand-over": _MODERATORS,
    "POST /queue/undo": _MODERATORS,
    "GET /journal": _READERS,
    "GET /decisions/{decision_id}": _READERS,
    "GET /decisions/{decision_id}/reverse": _MODERATORS,
    "POST /decisions/{decision_id}/reverse": _MODERATORS,
    "GET /decisions/{decision_id}/dossier": _WITNESSES,
    "GET /decisions/{decision_id}/evidence": _WITNESSES,
    "GET /objections": _SPEAKERS | _WITNESSES,
    "GET /objections/new": _SPEAKERS,
    "POST /objections/new": _SPEAKERS,
    "GET /objections/{objection_id}": _SPEAKERS | _WITNESSES,
    "POST /objections/{objection_id}/answer": _SPEAKERS,
    "GET /check": _READERS,
    "POST /check": _READERS,
    "GET /pages": _READERS,
    "GET /pages/{page_id}": _READERS,
    # Stopping is always safe, and whoever moderates must be able to undo it at once.
    "POST /pages/{page_id}/pause": _MODERATORS,
    "POST /pages/{page_id}/resume": _MODERATORS,
    "POST /pause": _MODERATORS,
    "POST /resume": _ADMINS,
    "GET /pages/{page_id}/connect": _ADMINS,
    "POST /pages/{page_id}/connect": _ADMINS,
    "POST /pages/{page_id}/check": _ADMINS,
    "POST /pages/{page_id}/intake": _ADMINS,
    "POST /pages/{page_id}/blacklist": _ADMINS,
    "POST /pages/{page_id}/mode/preview": _ADMINS,
    "POST /pages/{page_id}/mode": _ADMINS,
    "POST /actions/{action_id}/confirm": _MODERATORS,
    "POST /actions/{action_id}/cancel": _MODERATORS,
    "POST /actions/{action_id}/done": _MODERATORS,
    "GET /policies": _READERS,
    "GET /policies/{name}": _READERS,
    "POST /policies/{name}/preview": _MODERATORS,
    "POST /policies/{name}/level": _ADMINS,
    "GET /previews/{job_id}": _READERS,
    "GET /jobs/{job_id}": _READERS,
    "POST /jobs/{job_id}/cancel": _MODERATORS,
    "GET /persons": frozenset({Role.AUDITOR, Role.ADMIN}),
    "POST /persons/find": _ADMINS,
    "POST /persons/export": _ADMINS,
    "POST /persons/erase": _ADMINS,
    "POST /persons/holds": _ADMINS,
    "POST /persons/holds/{hold_id}/lift": _ADMINS,
    "GET /alerts": _ADMINS,
    "POST /alerts": _ADMINS,
    "POST /alerts/{channel_id}/test": _ADMINS,
    "POST /alerts/{channel_id}/remove": _ADMINS,
    "GET /registry": _READERS,
    "GET /registry/sheet": _READERS,
    "GET /registry/table": _READERS,
    "POST /registry/review": _MODERATORS,
    "POST /registry/{entry_id}": _ADMINS,
    "GET /reports": _READERS,
    "GET /reports/sheet": _READERS,
    "POST /reports/order": _READERS,
    "GET /answers": _READERS,
    "GET /answers/made": _READERS,
    "GET /answers/norms": _READERS,
    "GET /answers/{comment_id}": _READERS,
    "POST /answers/{comment_id}/draft": _SPEAKERS,
    "POST /answers/{comment_id}/save": _SPEAKERS,
    "POST /answers/{comment_id}/agree": _SPEAKERS,
    "POST /answers/{comment_id}/publish": _SPEAKERS,
    "POST /answers/{comment_id}/close": _SPEAKERS,
    "POST /answers/{comment_id}/stop": _SPEAKERS,
    "POST /answers/{comment_id}/wait": _SPEAKERS,
}

#: Routes that anybody may ask for: sign-in, and what every page is dressed in.
CONSOLE_OPEN: Final = frozenset({"GET /sign-in", "POST /sign-in", "GET /enter/{secret}", "POST /enter/{secret}"})


def may_open(role: Role, route: str) -> bool:
    """Whether a role may open a route, so that a page shows no button that would be refused.

    Raises:
        KeyError: the table does not know the route.
    """
    return role in CONSOLE_ACCESS[route]


@dataclass(frozen=True, slots=True)
class Section:
    """A line of the navigation; it is shown to those who may open `path`."""

    title: str
    path: str


#: In the order in which a press secretary needs them.
SECTIONS: Final = (
    Section("Очередь", "/queue"),
    Section("Журнал", "/journal"),
    Section("Проверка", "/check"),
    Section("Страницы", "/pages"),
    Section("Правила", "/policies"),
    Section("Ответы", "/answers"),
    Section("Возражения", "/objections"),
    Section("Отчёт", "/reports"),
    Section("Персональные данные", "/persons"),
    Section("Оповещения", "/alerts"),
)


def sections_for(role: Role) -> tuple[Section, ...]:
    """The navigation of a role."""
    return tuple(one for one in SECTIONS if role in CONSOLE_ACCESS.get(f"GET {one.path}", frozenset()))
