"""Signing in: with a one-time link or an API token, exchanged for a session's cookie."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.console.shell import (
    Use,
    check_origin,
    cookie_name,
    cookie_path,
    holdable,
    over_tls,
    read_form,
    redirect,
    render,
    safe_path,
    session_secret,
    text,
)
from app.console.wording import sentence
from app.domain.errors import NotAuthenticatedError
from app.pipeline.administration.sessions import LONGEST, NewSession, sign_in_by_link, sign_in_by_token, sign_out
from app.pipeline.refusals import Refusals

router = APIRouter()
_SECONDS: Final = LONGEST // 1_000_000


async def _typed(request: Request) -> FormData:
    """The form; nobody is signed in, so its origin is all there is to check."""
    check_origin(request)
    return await read_form(request)


Typed = Annotated[FormData, Depends(_typed)]


@router.get("/sign-in")
def ask(request: Request) -> Response:
    """Where a token is pasted."""
    wanted = safe_path(request.query_params.get("next", "/"))
    return render(request, "sign_in.html", message="", wanted=wanted, carried="")


@router.post("/sign-in")
def enter(request: Request, use: Use, sent: Typed) -> Response:
    """Exchange a token for a session."""
    wanted, carried = safe_path(text(sent, "wanted", "/")), text(sent, "carried")

    def refused(status: int, message: str) -> Response:
        return render(request, "sign_in.html", status=status, message=message, wanted=wanted, carried=carried)

    return _let_in(
        request,
        lambda: sign_in_by_token(use.house, text(sent, "token")),
        refused,
        wanted=wanted,
        carried=carried,
    )


@router.get("/enter/{secret}")
def ask_by_link(request: Request, secret: str) -> Response:
    """A button: a messenger that looks at the link before its reader does must not use it up."""
    return render(request, "enter.html", secret=secret, message="")


@router.post("/enter/{secret}", dependencies=[Depends(_typed)])
def enter_by_link(request: Request, use: Use, secret: str) -> Response:
    """Use the link up and start a session."""

    def refused(status: int, message: str) -> Response:
        return render(request, "sign_in.html", status=status, message=message, wanted="/", carried="")

    return _let_in(request, lambda: sign_in_by_link(use.house, secret), refused)


def _let_in(
    request: Request,
    sign_in: Callable[[], NewSession],
    refused: Callable[[int, str], Response],
    *,
    wanted: str = "/",
    carried: str = "",
) -> Response:
    # Not those of the API: a program that shows an old key all day must not keep its office out of the console.
    refusals: Refusals = request.app.state.refusals
    address = request.client.host if request.client else ""
    clock = request.app.state.services.house.clock
    wait = refusals.wait(address, clock.now())
    if wait:
        answer = refused(HTTPStatus.TOO_MANY_REQUESTS, f"Слишком много неудачных попыток. Подождите {wait} с.")
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        started = sign_in()
    except NotAuthenticatedError as error:
        refusals.refused(address, clock.now())
        return refused(HTTPStatus.UNAUTHORIZED, sentence(str(error)))
    # One browser, one session: whoever was signed in here before is not any more.
    sign_out(request.app.state.services.house, session_secret(request))
    again = _carried(carried)
    request.state.principal = started.principal
    # The new session's token, not that of whatever cookie came with the form.
    request.cookies[cookie_name(request)] = started.secret
    answer = render(request, "again.html", **again) if again else redirect(request, wanted)
    answer.set_cookie(
        cookie_name(request),
        started.secret,
        max_age=_SECONDS,
        path=cookie_path(request),
        httponly=True,
        secure=over_tls(request),
        # Not `strict`: a link to a case comes by mail or messenger; whatever changes something is checked besides.
        samesite="lax",
    )
    return answer


def _carried(value: str) -> dict[str, Any]:
    """A form that the end of the session stopped: where it goes and what was typed; {} where there is none."""
    try:
        found = json.loads(value) if value else {}
        path = safe_path(str(found["path"])) if found else ""
        fields = [(holdable(str(name)), holdable(str(typed))) for name, typed in found["fields"]] if found else []
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {"target": path, "fields": fields} if path not in {"", "/"} else {}
