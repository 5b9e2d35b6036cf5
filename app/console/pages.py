"""The pages: how each does, what waits there for a person, the red button, and the switch of modes."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access import may_open
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.errors import InvalidInputError, NotAllowedError
from app.domain.principals import Principal
from app.domain.questions import is_final
from app.domain.wording import INTAKES
from app.domain.words import ActionKind, Kind, Mode
from app.pipeline import trying
from app.pipeline.administration import pausing
from app.pipeline.administration.seal_state import seal_state
from app.pipeline.overrule import actions as orders
from app.pipeline.page_view import WAITING, page_of_action, page_view, whole_house

router = APIRouter()


@router.get("/pages")
def pages(request: Request, who: Signed, use: Use) -> Response:
    """Every page of the reader, those that need somebody first."""
    return render(
        request,
        "pages.html",
        house=whole_house(use.house, who),
        may_pause=may_open(who.role, "POST /pages/{page_id}/pause"),
        may_stop_all=may_open(who.role, "POST /pause") and who.pages is None,
        may_resume_all=may_open(who.role, "POST /resume") and who.pages is None,
        seal=seal_state(use.house, use.settings.data_dir) if who.pages is None else None,
    )


@router.get("/pages/{page_id}")
def page(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """One page and what waits there; a long list goes on from the place that the address names."""
    places = {state: request.query_params.get(state.value, "") for state in WAITING}
    before = {state: number(place, "такого действия") for state, place in places.items() if place}
    view = page_view(use.house, number(page_id, "такой страницы"), who, before=before)
    return render(
        request,
        "page.html",
        view=view,
        further=set(before),
        page=view.overview.page,
        intakes=INTAKES,
        modes=[mode for mode in Mode if mode in view.overview.policy.live_modes],
        may_act=may_open(who.role, "POST /actions/{action_id}/confirm"),
        may_connect=may_open(who.role, "GET /pages/{page_id}/connect"),
        may_switch=may_open(who.role, "POST /pages/{page_id}/mode"),
        private_too=who.reads_private,
        ban=ActionKind.BAN_AUTHOR,
        final=lambda one: is_final(
            ActionKind(one.action.kind), Kind(one.record.comment.kind), use.abilities.get(one.record.network)
        ),
    )


@router.post("/pages/{page_id}/pause")
def pause(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """Stop sending for one page."""
    page_view(use.house, number(page_id, "такой страницы"), who)
    pausing.pause(use.house, number(page_id), who.by)
    return redirect(request, f"/pages/{page_id}", said="Отправка остановлена. Приём и оценка продолжаются.")


@router.post("/pages/{page_id}/resume")
def resume(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """Let one page send again."""
    page_view(use.house, number(page_id, "такой страницы"), who)
    pausing.resume(use.house, number(page_id), who.by)
    return redirect(request, f"/pages/{page_id}", said="Отправка снова идёт.")


@router.post("/pause")
def pause_all(request: Request, who: Signed, use: Use) -> Response:
    """The red button."""
    pausing.pause(use.house, None, _whole(who).by)
    return redirect(request, "/pages", said="Отправка остановлена на всех страницах.")


@router.post("/resume")
def resume_all(request: Request, who: Signed, use: Use) -> Response:
    """Let everything send again."""
    pausing.resume(use.house, None, _whole(who).by)
    return redirect(request, "/pages", said="Отправка снова идёт, кроме страниц, остановленных отдельно.")


def _whole(who: Principal) -> Principal:
    if who.pages is not None:
        raise NotAllowedError("всё сразу останавливает тот, кому открыты все страницы")
    return who


# ------------------------------------------------------------------------------------------------- the switch of modes


@router.post("/pages/{page_id}/mode/preview")
def preview(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """Look first at what the page would have removed by itself."""
    job = trying.try_enforcing(use.house, number(page_id, "такой страницы"), who=who)
    return redirect(request, f"/previews/{job}")


@router.post("/pages/{page_id}/mode")
def switch(request: Request, page_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Change the page's mode."""
    mode, job = text(sent, "mode"), text(sent, "job")
    if mode not in set(Mode):
        raise InvalidInputError("mode", "выберите режим из списка")
    trying.switch_mode(
        use.house,
        number(page_id, "такой страницы"),
        mode,
        was=text(sent, "was"),
        job_id=number(job) if job else None,
        who=who,
    )
    return redirect(request, f"/pages/{page_id}", said="Режим страницы изменён.")


# ---------------------------------------------------------------------------------------------- what waits for a person


@router.post("/actions/{action_id}/confirm")
def confirm(request: Request, action_id: str, who: Signed, use: Use) -> Response:
    """Let a proposed action go out on this person's word; another term, or a lone word, is for the list of bans."""
    found = number(action_id, "такого действия")
    back = page_of_action(use.house, found, who)
    done = orders.confirm(use.house, found, who=who)
    said = "Нужен ещё один человек: бессрочную блокировку подтверждают двое." if done.second_needed else "Подтверждено."
    return redirect(request, f"/pages/{back}", said=said)


@router.post("/actions/{action_id}/cancel")
def decline(request: Request, action_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Call an action back, with the reason."""
    found = number(action_id, "такого действия")
    back = page_of_action(use.house, found, who)
    orders.cancel(use.house, found, who=who, reason=text(sent, "reason"))
    return redirect(request, f"/pages/{back}", said="Отклонено.")


@router.post("/actions/{action_id}/done")
def done(request: Request, action_id: str, who: Signed, use: Use) -> Response:
    """A person has done it in the network with their own hands."""
    found = number(action_id, "такого действия")
    back = page_of_action(use.house, found, who)
    orders.done_by_hand(use.house, found, who=who)
    return redirect(request, f"/pages/{back}", said="Отмечено: сделано вручную.")
