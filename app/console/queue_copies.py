"""One removal for all comments that say the same: a list of what would happen first, then exactly that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.console.queue import Going, choices_of, show
from app.console.queue_forms import read_verdict, typed
from app.console.queue_way import Walker
from app.console.shell import Form, number, render, text
from app.domain.errors import ConflictError, InvalidInputError
from app.pipeline.case_view import judged_words, view
from app.pipeline.overrule import bulk
from app.pipeline.overrule.bulk import BulkDone, BulkItem
from app.pipeline.overrule.wishes import PersonVerdict
from app.storage.campaigns import bodies_of

router = APIRouter()
_WHAT: Final = "такого вопроса"
#: Of the form, what makes the verdict; the clause is taken from the verdict itself.
_KEPT: Final = ("verdict", "category", "note", "law_level", "law_act", "law_article", "personal_data")


@dataclass(frozen=True, slots=True)
class Wording:
    """What some copies say, letter by letter, and how many."""

    words: str
    copies: int


@dataclass(frozen=True, slots=True)
class Staying:
    """A copy that does not go, and why not."""

    words: str
    why_not: str


@router.post("/queue/{case_id}/copies")
def plan(request: Request, case_id: str, going: Going, sent: Form) -> Response:
    """What removing all copies would do; nothing is changed."""
    use, wanted = going.use, number(case_id, _WHAT)
    try:
        verdict = read_verdict(sent, choices_of(going, wanted))
        planned = bulk.plan_copies(use.house, use.configuration, wanted, verdict, who=going.who)
    except (InvalidInputError, ConflictError) as error:
        return show(request, going, wanted, typed(sent, error))
    parts = [one for one in planned.items if not one.why_not]
    said = _said(going, planned.items)
    return render(
        request,
        "queue_copies.html",
        case_id=wanted,
        zone=view(use, wanted, going.who).page.timezone,
        wordings=_wordings([said[one.comment_id] for one in parts if one.comment_id in said]),
        possible=len(parts),
        staying=_staying(planned.items, said),
        left=planned.left,
        token=planned.token,
        carried=_fields(sent, verdict),
        link=going.link,
    )


@router.post("/queue/{case_id}/copies/carry")
def carry(request: Request, case_id: str, going: Going, sent: Form) -> Response:
    """Do what the list said; pressed twice, it tells the same and does nothing more."""
    use, wanted = going.use, number(case_id, _WHAT)
    shown = view(use, wanted, going.who)
    verdict = read_verdict(sent)
    token = text(sent, "token")
    result = bulk.carry(use.house, use.configuration, token, verdict, who=going.who, abilities=use.abilities)
    return render(
        request,
        "queue_copies_done.html",
        case_id=wanted,
        zone=shown.page.timezone,
        decisions=[one.ruled.decision_id for one in result.items if one.ruled],
        staying=_staying(result.items, _said(going, result.items)),
        left=result.left,
        question=result.question,
        carried=_fields(sent, verdict),
        link=going.link,
    )


def _said(going: Walker, items: Sequence[BulkItem | BulkDone]) -> dict[int, str]:
    """What each copy says, by comment; erased words are an empty text."""
    with going.use.house.database.read() as session:
        bodies = bodies_of(session, [one.comment_id for one in items if one.comment_id])
    return {comment: judged_words(body) or "" for comment, body in bodies.items()}


def _wordings(said: Sequence[str]) -> list[Wording]:
    """Each wording once, in the order of the list: whoever removes near copies has read them all."""
    return [Wording(words, said.count(words)) for words in dict.fromkeys(said)]


def _staying(items: Sequence[BulkItem | BulkDone], said: dict[int, str]) -> list[Staying]:
    return [Staying(said.get(one.comment_id or 0, ""), one.why_not) for one in items if one.why_not]


def _fields(sent: FormData, verdict: PersonVerdict) -> list[tuple[str, str]]:
    """The verdict as it was typed, for the form that confirms it."""
    kept = [(name, value) for name, value in sent.multi_items() if name in _KEPT and isinstance(value, str)]
    return [*kept, ("clause", verdict.clause)]
