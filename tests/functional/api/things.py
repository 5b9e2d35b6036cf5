"""One real thing of each kind on a page, for walking every route: whoever adds a route names its things here."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.pipeline.jobs import orders
from app.storage.tables import ApiToken, ReviewCase
from tests.fakes.yard import Yard

#: A rude appeal: the machine asks a person about it, in every live mode.
ASKED: Final = "Когда почините дорогу, дебил?"


#: Each thing has an author of its own: nobody is banned twice at a time.
_authors = itertools.count(20_000)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of somebody's."""

    yard: Yard
    page: int
    external_id: str


def _decision(place: Place) -> int:
    return place.yard.comment("Ты дебил", page=place.external_id, author=str(next(_authors)))


def _proposed_ban(place: Place) -> int:
    return int(place.yard.action_of(_decision(place), "ban_author").id)


def _job(place: Place) -> int:
    """Long work about a page that somebody else has asked for."""
    somebody = place.yard.person(f"asker {len(place.yard.rows(ApiToken))}")
    return orders.start(place.yard.house, "preview", {"pages": [place.page]}, who=somebody, page_id=place.page)


def open_case(place: Place) -> int:
    """A question that waits for a person."""
    decision = place.yard.comment(ASKED, page=place.external_id, author=str(next(_authors)))
    return next(int(case.id) for case in place.yard.rows(ReviewCase) if case.decision_id == decision)


#: The parameter of a path → a thing that it may name. A parameter that is in neither table fails the walk.
THINGS: Final[dict[str, Callable[[Place], int]]] = {
    "page_id": lambda place: place.page,
    "decision_id": _decision,
    "action_id": _proposed_ban,
    "job_id": _job,
    "case_id": open_case,
}
#: Parameters of paths that name nothing of ours, with a value.
PLAIN: Final[dict[str, str]] = {}
#: Routes that need their thing in another state than the others.
PREPARED: Final[dict[str, Callable[[Place], int]]] = {}
#: What routes are sent.
BODIES: Final[dict[str, Any]] = {
    "POST /v1/moderate": {"text": "Спасибо"},
    "POST /v1/moderate/batch": {"items": [{"text": "Спасибо"}]},
    "POST /v1/actions/{action_id}/cancel": {"reason": "Ошибка"},
    "POST /v1/actions/{action_id}/confirm": {},
    "POST /v1/pages": {"network": "vk", "external_id": "229000009", "title": "Новая"},
    "PATCH /v1/pages/{page_id}": {"title": "Другая"},
}
