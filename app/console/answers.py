"""Residents who wait for an answer, the answer on its way to them, and the week's publications."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.errors import said_of, status_of
from app.console.shell import Form, Signed, Use, number, place, redirect, render, text
from app.console.wording import counted, shortened
from app.domain.answers import AnswerState, AppealEnd
from app.domain.clock import HOUR, MINUTE
from app.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from app.domain.wording import OFFICES
from app.pipeline.answers import drafts, waiting
from app.pipeline.answers.message import message_view
from app.pipeline.answers.norms import norms
from app.pipeline.reports.sheet import FORCES
from app.storage.answers import list_answers

router = APIRouter()

_AT_ONCE: Final = 30
_WHAT: Final = "такого сообщения"
_ANSWER: Final = "такого ответа"
_STATES: Final = {
    AnswerState.DRAFT: "черновик",
    AnswerState.AGREED: "согласован",
    AnswerState.PUBLISHED: "опубликован",
    AnswerState.CLOSED: "закрыт",
}
_ENDS: Final = {
    AppealEnd.ANSWERED.value: "ответ дан",
    AppealEnd.NOT_NEEDED.value: "ответ не нужен",
    AppealEnd.GONE.value: "сообщения больше нет",
}
#: A residual term shorter than this is shown in red.
_NEAR: Final = 2 * HOUR


@router.get("/answers")
def who_waits(request: Request, who: Signed, use: Use) -> Response:
    """Who waits, the earliest term first, with the working hours that are left."""
    after = place(request.query_params.get("after", ""))
    found = waiting.waiting(use.house, who.page_ids, who=who, after=after, limit=_AT_ONCE)
    return render(
        request,
        "answers.html",
        found=found,
        words=[shortened(one.record.text) for one in found.items],
        states=_STATES,
        left=_left,
        near=_NEAR,
        following=f"{found.after[0]}-{found.after[1]}" if found.after else "",
        first=after is None,
    )


@router.get("/answers/made")
def made(request: Request, who: Signed, use: Use) -> Response:
    """The office's answers, newest first."""
    wanted = request.query_params.get("state", "")
    state = AnswerState(wanted) if wanted in set(AnswerState) else None
    before = request.query_params.get("before", "")
    with use.house.database.read() as session:
        older = number(before, _ANSWER) if before else None
        records, more = list_answers(session, who.page_ids, state=state, before=older, limit=_AT_ONCE)
    hidden = [one.comment.private and not who.reads_private for one in records]
    rows = [(one, None if hides else shortened(one.text), hides) for one, hides in zip(records, hidden, strict=True)]
    chosen = state.value if state else ""
    return render(request, "answers_made.html", rows=rows, states=_STATES, chosen=chosen, more=more)


@router.get("/answers/norms")
def published(request: Request, who: Signed, use: Use) -> Response:
    """How much each page has published in a week, beside what its act asks for."""
    day = _day(request.query_params.get("week", ""))
    weeks = norms(use.house, use.configuration, who.pages, monday=day)
    monday = weeks[0].monday if weeks else None
    return render(
        request,
        "norms.html",
        weeks=weeks,
        offices=OFFICES,
        forces=FORCES,
        monday=monday,
        before=monday - timedelta(days=7) if monday else None,
        following=monday + timedelta(days=7) if monday and not any(one.running for one in weeks) else None,
    )


@router.get("/answers/{comment_id}")
def message(request: Request, comment_id: str, who: Signed, use: Use) -> Response:
    """One resident's message and the next step of its answer."""
    return _message(request, who, use, number(comment_id, _WHAT))


@router.post("/answers/{comment_id}/draft")
def draft(request: Request, comment_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Begin an answer."""
    asked, words = number(comment_id, _WHAT), text(sent, "text")
    return _typed(
        request,
        who,
        use,
        asked,
        words,
        lambda: drafts.draft(use.house, asked, words, who=who),
        said="Черновик сохранён.",
    )


@router.post("/answers/{comment_id}/save")
def save(request: Request, comment_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Other words for an answer; what was agreed must be agreed anew."""
    asked, words = number(comment_id, _WHAT), text(sent, "text")
    answer, version = number(text(sent, "answer"), _ANSWER), _version(text(sent, "version"))
    return _typed(
        request,
        who,
        use,
        asked,
        words,
        lambda: drafts.edit(use.house, answer, words, version=version, who=who),
        said="Черновик сохранён.",
    )


@router.post("/answers/{comment_id}/agree")
def agree(request: Request, comment_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Let the text that was read go out."""
    answer, version = number(text(sent, "answer"), _ANSWER), _version(text(sent, "version"))
    drafts.agree(use.house, answer, version=version, who=who)
    return redirect(request, f"/answers/{number(comment_id, _WHAT)}", said="Ответ согласован: его можно публиковать.")


@router.post("/answers/{comment_id}/publish")
def publish(request: Request, comment_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """The agreed text was copied into the network."""
    answer, version = number(text(sent, "answer"), _ANSWER), _version(text(sent, "version"))
    drafts.publish(use.house, answer, version=version, who=who)
    return redirect(request, f"/answers/{number(comment_id, _WHAT)}", said="Отмечено: ответ опубликован.")


@router.post("/answers/{comment_id}/close")
def close(request: Request, comment_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Nothing is left to do about the answer."""
    drafts.close(use.house, number(text(sent, "answer"), _ANSWER), who=who)
    return redirect(request, f"/answers/{number(comment_id, _WHAT)}", said="Ответ закрыт.")


@router.post("/answers/{comment_id}/stop")
def stop(request: Request, comment_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """The resident was answered elsewhere, or needs no answer."""
    ended = text(sent, "ended")
    if ended not in {AppealEnd.ANSWERED.value, AppealEnd.NOT_NEEDED.value}:
        raise InvalidInputError("ended", "ожидается, чем кончилось ожидание")
    waiting.stop(use.house, number(comment_id, _WHAT), AppealEnd(ended), who=who)
    return redirect(request, "/answers", said=f"Отмечено: {_ENDS[ended]}.")


@router.post("/answers/{comment_id}/wait")
def wait(request: Request, comment_id: str, who: Signed, use: Use) -> Response:
    """The message waits for an answer, or waits again."""
    asked = number(comment_id, _WHAT)
    waiting.wait(use.house, use.configuration, asked, who=who)
    return redirect(request, f"/answers/{asked}", said="Отмечено: житель ждёт ответа.")


def _typed(  # noqa: PLR0917 - one sentence: this step of this person on this message, with what they typed
    request: Request, who: Signed, use: Use, asked: int, words: str, step: Callable[[], object], *, said: str
) -> Response:
    """Take a step with typed words; where it fails they stand in the form again."""
    try:
        step()
    except (InvalidInputError, ConflictError, NotAllowedError) as error:
        return _message(request, who, use, asked, typed=words, wrong=said_of(error), status=status_of(error))
    return redirect(request, f"/answers/{asked}", said=said)


def _message(  # noqa: PLR0917 - one sentence: this message for this person, with what they typed and what was wrong
    request: Request,
    who: Signed,
    use: Use,
    comment_id: int,
    typed: str | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    view = message_view(use.house, comment_id, who)
    return render(
        request,
        "answer.html",
        status=status,
        view=view,
        typed=typed,
        wrong=wrong,
        left=_left,
        near=_NEAR,
        states=_STATES,
        ends=_ENDS,
        longest=drafts.LONGEST_ANSWER,
    )


def _left(working: int) -> str:
    """Working time to the term, or past it: `осталось 3 часа 20 мин`."""
    minutes = abs(working) // MINUTE
    hours, minutes = divmod(minutes, 60)
    parts = [counted(hours, "час", "часа", "часов")] if hours else []
    parts += [f"{minutes} мин"] if minutes or not hours else []
    return f"{'просрочено на' if working < 0 else 'осталось'} {' '.join(parts)}"


def _version(value: str) -> int:
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value)
    raise InvalidInputError("version", "ожидается номер версии текста")


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value) if value else None
    except ValueError:
        return None
    # The first and the last weeks of the calendar have no neighbours to lead to.
    return day if day and 2000 <= day.year < 2100 else None
