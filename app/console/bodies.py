"""Stops a form that is too long before it fills the memory, and says so on a page."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.console.errors import error_page


class BodyLimit:
    """Lets in so many bytes, whether or not a body's length was declared."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared[:19]) > self._limit:
            await _too_large(scope)(scope, receive, send)
            return
        received, started = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except HTTPException as error:
            # Also from a handler of errors that reads the form of somebody whose session has ended.
            if started or error.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise
            await _too_large(scope)(scope, receive, send)


def _too_large(scope: Scope) -> Response:
    # The rest of the body is not read, so the connection cannot be used again.
    return error_page(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers={"Connection": "close"})
