"""Bans that the machine or one of two people has proposed, to be confirmed or declined by name."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.console.queue import Going
from app.console.queue_way import Walker
from app.console.shell import Form, number, redirect, render, text
from app.console.wording import shortened
from app.domain.errors import InvalidInputError
from app.domain.questions import effect, is_final
from app.domain.states import ActionState
from app.domain.words import ActionKind, Kind
from app.pipeline.case_view import judged_words
from app.pipeline.overrule import actions
from app.storage.actions import ActionFilter, list_actions
from app.storage.cases import asked_about
from app.storage.decisions import DecisionRecord, read_decisions
from app.storage.pages import live_pages
from app.storage.tables import Action, Page

router = APIRouter()
_LENGTH: Final = 50
_WHAT: Final = "такой блокировки"
_TERMS: Final = (1, 3, 7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ban that waits for a word; `words` None = erased."""

    action: Action
    record: DecisionRecord
    page: Page
    words: str | None
    #: The open question about the same comment: its answer settles the ban too.
    case_id: int | None


@router.get("/queue/bans")
def proposals(request: Request, going: Going) -> Response:
    """Bans that wait for a person."""
    return _page(request, going)


@router.post("/queue/bans/{action_id}/confirm")
def confirm(request: Request, action_id: str, going: Going, sent: Form) -> Response:
    """Let the ban out, for the term that was chosen."""
    wanted = text(sent, "days")
    days = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 5 else None
    try:
        done = actions.confirm(
            going.use.house,
            number(action_id, _WHAT),
            who=going.who,
            ban_days=days,
            second_reason=text(sent, "second_reason"),
            configuration=going.use.configuration,
        )
    except InvalidInputError as error:
        return _page(request, going, problem=error.expected)
    said = "Бессрочную блокировку должен подтвердить ещё один сотрудник." if done.second_needed else ""
    return redirect(request, "/queue/bans", said=said or "Блокировка подтверждена и будет отправлена.")


@router.post("/queue/bans/{action_id}/decline")
def decline(request: Request, action_id: str, going: Going, sent: Form) -> Response:
    """Call the ban off, with a reason."""
    try:
        actions.cancel(going.use.house, number(action_id, _WHAT), who=going.who, reason=text(sent, "reason"))
    except InvalidInputError as error:
        return _page(request, going, problem=error.expected)
    return redirect(request, "/queue/bans", said="Блокировка отклонена.")


def _page(request: Request, going: Walker, *, problem: str = "") -> Response:
    before = request.query_params.get("before", "")
    place = number(before, _WHAT) if before else None
    with going.use.house.database.read() as session:
        found, following = _proposals(session, going, place)
    return render(
        request,
        "queue_bans.html",
        status=400 if problem else 200,
        problem=problem,
        found=found,
        following=following,
        further=place is not None,
        terms=_TERMS,
        final=lambda one: is_final(
            ActionKind.BAN_AUTHOR, Kind(one.record.comment.kind), going.use.abilities.get(one.record.network)
        ),
        told=lambda one: _told(going, one.record),
    )


def _told(going: Walker, record: DecisionRecord) -> str:
    """What the ban will really do there."""
    abilities = going.use.abilities.get(record.network)
    return effect(ActionKind.BAN_AUTHOR, Kind(record.comment.kind), abilities) if abilities else ""


def _proposals(session: Session, going: Walker, before: int | None) -> tuple[list[Proposal], int | None]:
    pages = {page.id: page for page in live_pages(session, going.who.pages)}
    wanted = ActionFilter(tuple(sorted(pages)), ActionState.PROPOSED, ActionKind.BAN_AUTHOR)
    proposed, following = list_actions(session, wanted, before=before, limit=_LENGTH)
    records = {one.decision.id: one for one in read_decisions(session, [action.decision_id for action in proposed])}
    cases = asked_about(session, [action.comment_id for action in proposed])
    return [
        Proposal(
            action,
            records[action.decision_id],
            pages[action.page_id],
            shortened(judged_words(records[action.decision_id].body)),
            cases.get(action.comment_id),
        )
        for action in proposed
        if action.decision_id in records
    ], following
