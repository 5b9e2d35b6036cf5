"""What is let in as a request's body: a bounded number of bytes of strict JSON."""

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem


class StrictRequest(Request):
    """Reads JSON without its dialects: no NaN, no lone surrogates, not too deep."""

    async def json(self) -> Any:
        """The body's value.

        Raises:
            json.JSONDecodeError: which FastAPI turns into a validation error.
            HTTPException: 415, the body is declared as something else.
        """
        body = await self.body()
        try:
            return from_json(body, allow_inf_nan=False)
        except ValueError as error:
            # The parser's message names line and column and quotes nothing; the document stays out of the error.
            raise json.JSONDecodeError(str(error), "", 0) from None


class StrictRoute(APIRoute):
    """A route whose JSON is read strictly and must be declared as JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler behind a stricter request."""
        handler = super().get_route_handler()
        takes_body = self.body_field is not None

        async def strict(request: Request) -> Response:
            if takes_body:
                _refuse_other_types(request.headers)
            response = await handler(StrictRequest(request.scope, request.receive))
            # Answers hold what people wrote; no proxy keeps it.
            response.headers["Cache-Control"] = "no-store"
            return response

        return strict


def _refuse_other_types(headers: Headers) -> None:
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared == "application/json" or (declared.startswith("application/") and declared.endswith("+json")):
        return
    if not declared and headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type: expected application/json")


class BodyLimit:
    """Stops a body that is too long before it fills the memory, whether or not its length was declared."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        # The callbacks, the hottest routes, and the console bound their bodies themselves.
        if scope["type"] != "http" or scope["path"].startswith(("/callbacks/", "/console/")):
            await self.app(scope, receive, send)
            return
        limit: int = scope["app"].state.services.settings.body_limit
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared[:19]) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _explanation(limit))
            return message

        await self.app(scope, counted, send)


def _explanation(limit: int) -> str:
    return f"body: expected at most {limit} bytes"


def _too_large(limit: int) -> Response:
    # The rest of the body is not read, so the connection cannot be used again.
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _explanation(limit), headers={"Connection": "close"})
