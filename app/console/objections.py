"""Objections at the desk: which wait and how long still, one with its words and its prepared answer, typing one in."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access import may_open
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.clock import DAY
from app.domain.errors import InvalidInputError
from app.domain.principals import Principal
from app.domain.states import ObjectionState
from app.pipeline.decision_view import decision_view
from app.pipeline.objections import answering, opening
from app.pipeline.objections.reading import reads_words
from app.pipeline.objections.terms import WARNED_BEFORE
from app.storage.objections import ObjectionFilter, count_unanswered

router = APIRouter()

_AT_ONCE: Final = 30
_WHAT: Final = "такого возражения"
_codes = msgspec.json.Decoder(tuple[str, ...]).decode


@router.get("/objections")
def objections(request: Request, who: Signed, use: Use) -> Response:
    """The list, newest first, with what is left of each term."""
    chosen, now = _state(request), use.house.clock.now()
    before = request.query_params.get("before")
    wanted = ObjectionFilter(pages=who.page_ids, state=chosen)
    records, more = answering.listed(use.house, wanted, before=number(before) if before else None, limit=_AT_ONCE)
    with use.house.database.read() as session:
        waiting, pressing = count_unanswered(session, who.page_ids, due_before=now + WARNED_BEFORE)
    return render(
        request,
        "objections.html",
        rows=[(one, *answering.stands(one.objection, one.case)) for one in records],
        chosen=chosen.value if chosen else "",
        states=list(ObjectionState),
        waiting=waiting,
        pressing=pressing,
        more=more,
        now=now,
        near=WARNED_BEFORE,
        may_type=may_open(who.role, "POST /objections/new"),
    )


@router.get("/objections/new")
def new(request: Request) -> Response:
    """The form for what somebody told or brought."""
    asked = request.query_params.get("decision", "")[:60]
    return _form(request, meant=asked, words="", wrong="")


@router.post("/objections/new")
def type_in(request: Request, who: Signed, use: Use, sent: Form) -> Response:
    """Write down an objection that came by telephone, on paper or in person."""
    meant, words = text(sent, "number"), text(sent, "text")
    try:
        decision_id = opening.decision_meant(use.house, meant, who=who)
        opened = opening.typed_in(use.house, decision_id, text=words, who=who)
    except InvalidInputError as error:
        return _form(request, meant=meant, words=words, wrong=error.expected, status=400)
    said = "По этому решению уже есть возражение: слова добавлены к нему." if opened.joined else "Возражение записано."
    return redirect(request, f"/objections/{opened.objection_id}", said=said)


@router.get("/objections/{objection_id}")
def objection(request: Request, objection_id: str, who: Signed, use: Use) -> Response:
    """One objection: the comment, its decision, the words, the clock, the answer."""
    shown = answering.show(use.house, number(objection_id, _WHAT), who=who)
    return _whole(request, who, use, shown)


@router.post("/objections/{objection_id}/answer")
def answer(request: Request, objection_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Close it with the words that its author was told."""
    numbered = number(objection_id, _WHAT)
    words = text(sent, "text")
    try:
        answering.answer(use.house, numbered, text=words, who=who)
    except InvalidInputError as error:
        shown = answering.show(use.house, numbered, who=who)
        return _whole(request, who, use, shown, typed=words, wrong=error.expected)
    return redirect(request, f"/objections/{numbered}", said="Ответ записан, возражение закрыто.")


def _whole(
    request: Request,
    who: Principal,
    use: Use,
    shown: answering.ObjectionView,
    *,
    typed: str | None = None,
    wrong: str = "",
) -> Response:
    record = shown.record
    view = decision_view(use, record.decision.id, who)
    withheld = not reads_words(record.objection, who)
    due_in = record.objection.due_at - use.house.clock.now()
    return render(
        request,
        "objection.html",
        status=400 if wrong else 200,
        shown=shown,
        view=view,
        withheld=withheld,
        clauses=_codes(record.decision.clauses_json),
        categories=_codes(record.decision.categories_json),
        reply=typed if typed is not None else shown.prepared or "",
        wrong=wrong,
        due_in=due_in,
        pressing=due_in <= WARNED_BEFORE,
        longest=opening.LONGEST_TEXT,
        may_decide=may_open(who.role, "GET /queue/{case_id}")
        and shown.state is ObjectionState.OPEN
        and record.case is not None,
        may_answer=may_open(who.role, "POST /objections/{objection_id}/answer"),
    )


def _form(request: Request, *, meant: str, words: str, wrong: str, status: int = 200) -> Response:
    return render(
        request,
        "objection_new.html",
        status=status,
        meant=meant,
        words=words,
        wrong=wrong,
        longest=opening.LONGEST_TEXT,
        days=opening.TERM // DAY,
    )


def _state(request: Request) -> ObjectionState | None:
    chosen = request.query_params.get("state", "")
    return ObjectionState(chosen) if chosen in set(ObjectionState) else None
