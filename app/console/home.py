"""The console's first page and the ways out of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access import sections_for
from app.console.shell import Signed, Use, cookie_name, cookie_path, over_tls, redirect, render, session_secret
from app.pipeline.administration.sessions import sign_out, sign_out_everywhere

router = APIRouter()


@router.get("/")
def home(request: Request, who: Signed) -> Response:
    """The first section that this role may open."""
    sections = sections_for(who.role)
    return redirect(request, sections[0].path) if sections else render(request, "empty.html")


@router.get("/account")
def account(request: Request) -> Response:
    """Who is signed in, and how to end it."""
    return render(request, "account.html")


@router.post("/sign-out")
def leave(request: Request, use: Use) -> Response:
    """End this browser's session."""
    sign_out(use.house, session_secret(request))
    return _gone(request, "Вы вышли.")


@router.post("/sign-out-everywhere")
def leave_everywhere(request: Request, who: Signed, use: Use) -> Response:
    """End every session of this account."""
    sign_out_everywhere(use.house, who)
    return _gone(request, "Вы вышли на всех устройствах.")


def _gone(request: Request, said: str) -> Response:
    answer = redirect(request, "/sign-in", said=said)
    answer.delete_cookie(cookie_name(request), path=cookie_path(request), secure=over_tls(request))
    return answer
