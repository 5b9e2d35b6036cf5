"""Puts the console together: pages, static files, errors, and the headers that hold a browser to them."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.console import (
    alerts,
    answers,
    check,
    connecting,
    dossier,
    home,
    journal,
    objections,
    pages,
    persons,
    policies,
    queue,
    queue_bans,
    queue_copies,
    queue_list,
    registry,
    reports,
    sign_in,
)
from app.console.bodies import BodyLimit
from app.console.errors import LastResort, add_errors
from app.console.shell import ROOT, form, signed
from app.pipeline.process import Services
from app.pipeline.refusals import Refusals

#: Behind the sign-in: every page of the desk.
_ROUTERS: Final = (
    home.router,
    queue_list.router,
    queue_bans.router,
    queue_copies.router,
    queue.router,
    journal.router,
    check.router,
    pages.router,
    connecting.router,
    policies.router,
    objections.router,
    answers.router,
    dossier.router,
    reports.router,
    registry.router,
    persons.router,
    alerts.router,
)
_STATIC: Final = Path(__file__).with_name("static")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would hide from us, too, where a form comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def add_console(app: FastAPI) -> None:
    """Serve the console under its address, with or without the slash; `app.state.services` must be set.

    Whoever opens the bare address of the service is led there too.
    """
    app.add_route("/", _to_the_door)
    app.add_route(ROOT, _to_the_door)
    app.mount(ROOT, create_console(app.state.services))


def _to_the_door(_: Request) -> RedirectResponse:
    return RedirectResponse(f"{ROOT}/", HTTPStatus.PERMANENT_REDIRECT)


def create_console(services: Services) -> FastAPI:
    """The console as an application of its own, to be mounted at /console."""
    app = FastAPI(title="Dvornik console", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    app.state.refusals = Refusals()
    app.include_router(sign_in.router)
    for router in _ROUTERS:
        app.include_router(router, dependencies=[Depends(signed), Depends(form)])
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    add_errors(app)
    app.add_middleware(BodyLimit, limit=services.settings.body_limit)
    app.add_middleware(LastResort)
    app.add_middleware(_Headers)
    return app


class _Headers:
    """What every answer tells the browser; pages show what people wrote, so nobody keeps them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        static = "/static/" in scope["path"]

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
            await send(message)

        await self.app(scope, receive, dressed)
