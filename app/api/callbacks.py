"""Where the networks knock: plain ASGI endpoints, because a framework's route costs more than judging."""

from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from app import telemetry
from app.api.callback_description import VK_PATH
from app.api.front import Front
from app.domain.errors import BusyError, PayloadRejectedError, SignatureRejectedError
from app.pipeline.intake import Intake
from app.pipeline.refusals import Refusals

_log = structlog.get_logger()
_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")


class VkCallback:
    """`POST /callbacks/vk`: one address for all pages; the answer never holds a word of the request."""

    def __init__(self, intake: Intake, *, body_limit: int) -> None:
        self._intake = intake
        self._body_limit = body_limit
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one delivery."""
        try:
            status, answer, headers = await self._answer(scope, receive)
        except ClientDisconnect:
            # Nobody is left to answer; the network sends it again.
            telemetry.EVENTS.labels("vk", "hung_up").inc()
            return
        # Without a length the server would send the answer in chunks.
        length = (b"content-length", b"%d" % len(answer))
        await send({"type": "http.response.start", "status": status, "headers": [_PLAIN, length, *headers]})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        try:
            body = await _read(receive, self._body_limit)
            if body is None:
                return 413, b"too large", []
            retry = _header(scope, b"x-retry-counter")
            return 200, await self._intake.take_vk(body, retry, may_look=lambda: not self._wait(scope)), []
        except PayloadRejectedError as error:
            telemetry.EVENTS.labels("vk", "malformed").inc()
            _log.warning("a delivery was refused", where=error.where, expected=error.expected)
            return 400, f"{error.where}: expected {error.expected}".encode(), []
        except SignatureRejectedError:
            return self._refused(scope)
        except BusyError as error:
            telemetry.EVENTS.labels("vk", "busy").inc()
            return 503, b"busy, send it again", [(b"retry-after", str(error.retry_after).encode())]

    def _wait(self, scope: Scope) -> int:
        return self._refusals.wait(_peer(scope), self._intake.clock.now())

    def _refused(self, scope: Scope) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        """Behind a proxy that nobody has named a guesser's address is VK's too: only what is wrong is refused."""
        wait = self._wait(scope)
        if wait:
            return 429, b"unknown page or wrong secret, too often", [(b"retry-after", str(wait).encode())]
        self._refusals.refused(_peer(scope), self._intake.clock.now())
        return 403, b"unknown page or wrong secret", []


def add_callbacks(app: Front, intake: Intake, *, body_limit: int, at_once: bool) -> None:
    """The doors of all networks that push; `at_once` lets deliveries pass by the middleware, which costs more."""
    app.add_door(VK_PATH, VkCallback(intake, body_limit=body_limit), at_once=at_once)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or None when it is longer than `limit` bytes."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= limit else None
    parts = [body]
    size = len(body)
    while message.get("more_body", False) and size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    return b"".join(parts) if size <= limit else None
