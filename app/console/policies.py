"""The policies: how strict each is, what a change would have removed, and the change itself."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.console.access import may_open
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.pipeline import trying
from app.pipeline.administration.policies import list_policies
from app.pipeline.administration.policy_levels import levels_of, set_level
from app.pipeline.jobs import orders

router = APIRouter()


@router.get("/policies")
def policies(request: Request, who: Signed, use: Use) -> Response:
    """Every policy with its level."""
    shown = [levels_of(use.house, use.configuration, one.name, who=who) for one in list_policies(use.house)]
    shown.sort(key=lambda one: not one.pages)
    return render(request, "policies.html", policies=shown)


@router.get("/policies/{name}")
def policy(request: Request, name: str, who: Signed, use: Use) -> Response:
    """One policy: its levels, each with what it promises."""
    shown = levels_of(use.house, use.configuration, name, who=who)
    may_try = may_open(who.role, "POST /policies/{name}/preview") and bool(shown.pages)
    return render(request, "policy.html", shown=shown, may_try=may_try)


@router.post("/policies/{name}/preview")
def preview(request: Request, name: str, who: Signed, use: Use, sent: Form) -> Response:
    """Ask what a level would have removed."""
    job = trying.try_level(use.house, use.configuration, name, text(sent, "level"), who=who)
    return redirect(request, f"/previews/{job}")


@router.get("/previews/{job_id}")
def show_preview(request: Request, job_id: str, who: Signed, use: Use) -> Response:
    """A preview: how far it has got, or what it has found."""
    shown = trying.read_preview(use.house, number(job_id, "такой примерки"), who=who)
    return render(
        request,
        "preview.html",
        shown=shown,
        may_apply=may_open(who.role, "POST /policies/{name}/level"),
        may_stop=may_open(who.role, "POST /jobs/{job_id}/cancel"),
    )


@router.post("/policies/{name}/level")
def apply(request: Request, name: str, who: Signed, use: Use, sent: Form) -> Response:
    """Put the policy in force at another level, if it is still the one that was looked at."""
    version = number(text(sent, "version"), "такой версии правил")
    set_level(use.house, use.configuration, name, text(sent, "level"), instead_of=version, who=who)
    return redirect(request, f"/policies/{name}", said="Новый уровень действует со следующего комментария.")


@router.get("/jobs/{job_id}")
def progress(job_id: str, who: Signed, use: Use) -> Response:
    """How far a job has got, for the bar."""
    job = orders.show(use.house, number(job_id, "такой работы"), who=who)
    return JSONResponse({"state": job.state, "done": job.done, "total": job.total})


@router.post("/jobs/{job_id}/cancel")
def stop(request: Request, job_id: str, who: Signed, use: Use) -> Response:
    """Stop a preview."""
    orders.cancel(use.house, number(job_id, "такой работы"), who=who)
    return redirect(request, f"/previews/{job_id}", said="Остановлено.")
