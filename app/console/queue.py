"""The queue: one question at a time; opening it claims it, and every answer leads to the next."""

from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.console import case_page
from app.console.case_page import Typed
from app.console.queue_forms import read_revision, read_verdict, typed
from app.console.queue_way import Walker, Way, address, read_way
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.states import CaseEnd, CaseState
from app.pipeline.case_view import CaseView, Choice, choices, view
from app.pipeline.overrule import claims, copies, verdicts
from app.storage.cases import open_case_of
from app.storage.pages import live_pages
from app.storage.tables import ReviewCase

router = APIRouter()
_WHAT: Final = "такого вопроса"
_CHANGED: Final = "автор изменил комментарий: прочтите новый текст и решите заново"


def walker(request: Request, who: Signed, use: Use) -> Walker:
    """Who goes which way through the queue."""
    return Walker(use, who, read_way(request.query_params))


Going = Annotated[Walker, Depends(walker)]


@router.get("/queue")
def begin(request: Request, going: Going) -> Response:
    """Go to the first question that nobody else holds."""
    return redirect(request, going.next_path(undo=request.query_params.get("undo", "")))


@router.get("/queue/done")
def done(request: Request, going: Going) -> Response:
    """Nothing waits; whoever looks again later goes on to what has come since."""
    further = going.next_path(undo=request.query_params.get("undo", ""))
    if not further.startswith("/queue/done"):
        return redirect(request, further)
    with going.use.house.database.read() as session:
        pages = len(live_pages(session, going.who.pages))
    undo = going.undoable(request.query_params.get("undo", ""))
    return render(request, "queue_done.html", undo=undo, pages=pages, way=Way())


@router.get("/queue/{case_id}")
def case(request: Request, case_id: str, going: Going) -> Response:
    """Show a question and claim it: whoever looks at it is the one who answers."""
    if "prefetch" in request.headers.get("sec-purpose", ""):
        # The browser guesses; nobody has opened anything.
        return Response(status_code=204)
    left = request.query_params.get("left", "")
    if left:
        _give_back(going, number(left, _WHAT))
    return show(request, going, number(case_id, _WHAT))


@router.post("/queue/{case_id}/verdict")
def answer(request: Request, case_id: str, going: Going, sent: Form) -> Response:
    """Answer the question and go on to the next; what was typed comes back with whatever was wrong."""
    use, who, wanted = going.use, going.who, number(case_id, _WHAT)
    try:
        verdict = read_verdict(sent, choices_of(going, wanted), revision=read_revision(sent))
        ruled = verdicts.rule(use.house, use.configuration, wanted, verdict, who=who, abilities=use.abilities)
    except (InvalidInputError, ConflictError) as error:
        return show(request, going, wanted, typed(sent, error))
    said = " ".join(ruled.cannot)
    if ruled.second_needed:
        said = "Бессрочную блокировку должен подтвердить второй сотрудник: она ждёт в «Блокировках»."
    return redirect(request, going.next_path(undo=ruled.decision_id), said=said)


@router.post("/queue/{case_id}/skip")
def skip(request: Request, case_id: str, going: Going) -> Response:
    """Pass the question by: it comes last for this person."""
    claims.skip(going.use.house, number(case_id, _WHAT), who=going.who)
    return redirect(request, going.next_path(), said="Вопрос отложен в конец.")


@router.post("/queue/{case_id}/hand-over")
def hand_over(request: Request, case_id: str, going: Going, sent: Form) -> Response:
    """Leave the question to a colleague."""
    wanted, to = number(case_id, _WHAT), text(sent, "to")
    try:
        claims.hand_over(going.use.house, wanted, who=going.who, to=to, note=text(sent, "note"))
    except InvalidInputError as error:
        return show(request, going, wanted, typed(sent, error))
    return redirect(request, going.next_path(), said=f"Вопрос передан: {to}")


@router.post("/queue/undo")
def undo(request: Request, going: Going, sent: Form) -> Response:
    """Call the last decision back; its question stands open again."""
    decision = number(text(sent, "decision"), "такого решения")
    ruled = verdicts.undo(going.use.house, going.use.configuration, decision, who=going.who)
    path = going.next_path() if ruled.case_id is None else address(f"/queue/{ruled.case_id}", going.way)
    return redirect(request, path, said="Отменено, ничего не отправлено. Вопрос снова открыт.")


def _give_back(going: Walker, case_id: int) -> None:
    """Whoever goes on without an answer holds the question no longer; if it is somebody else's now, so it stays."""
    with suppress(ConflictError):
        claims.release(going.use.house, case_id, who=going.who)


def show(request: Request, going: Walker, case_id: int, typed: Typed | None = None) -> Response:
    """The page of a question, with whatever was typed and refused."""
    mine = _claim(going, case_id)
    shown = view(going.use, case_id, going.who)
    newer = _newer(going, shown)
    if newer is not None:
        mine, shown = _claim(going, newer), view(going.use, newer, going.who)
        typed = Typed(_CHANGED, fields=typed.fields if typed else {})
    known = case_page.context(going, shown, typed or Typed(), request.query_params.get("undo", ""))
    status = 200 if typed is None else 400 if typed.where else 409
    closed = shown.record.case.state == CaseState.CLOSED
    if not closed:
        return render(request, "case.html", status=status, held=not mine, **known)
    with going.use.house.database.read() as session:
        together = copies.undoable(session, shown.record.case.id, who=going.who, at=going.now)
    return render(request, "case_closed.html", status=status, together=together if len(together) > 1 else (), **known)


def _newer(going: Walker, shown: CaseView) -> int | None:
    """The question about the text as it is now, where this one asked about an older text."""
    case = shown.record.case
    if case.ended != CaseEnd.SUPERSEDED:
        return None
    with going.use.house.database.read() as session:
        found = open_case_of(session, case.comment_id)
    return found.id if found else None


def _claim(going: Walker, case_id: int) -> bool:
    """Hold the question; False if somebody else does, or it is closed."""
    try:
        claims.claim(going.use.house, case_id, who=going.who)
    except ConflictError:
        return False
    return True


def choices_of(going: Walker, case_id: int) -> tuple[Choice, ...]:
    """What the act of the question's page allows; nothing for a question that is not this person's."""
    with going.use.house.database.read() as session:
        case = session.get(ReviewCase, case_id)
        if case is None or not going.who.may_touch(case.page_id):
            return ()
        config = going.use.configuration.current(session).by_id.get(case.page_id)
    return choices(config) if config else ()
