"""Where the networks knock: plain ASGI endpoints, because a framework's route costs more than judging."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from app import telemetry
from app.api.front import Front
from app.domain.clock import Clock
from app.domain.doors import Delivered, Reply
from app.domain.errors import BusyError, PayloadRejectedError, SignatureRejectedError
from app.domain.ports import Adapter
from app.pipeline.configuration import Configuration
from app.pipeline.connecting.confirmations import Confirmations
from app.pipeline.intake import Gate, Intake
from app.pipeline.keyed_intake import KeyedIntake
from app.pipeline.refusals import Refusals

_log = structlog.get_logger()
_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")


class CommonCallback:
    """One address for all pages of a network; the answer never holds a word of the request."""

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
            telemetry.EVENTS.labels(self._intake.network, "hung_up").inc()
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
            retry = _header(scope, self._intake.door.retry_header.encode())
            return 200, await self._intake.take(body, retry, may_look=lambda: not self._wait(scope)), []
        except PayloadRejectedError as error:
            telemetry.EVENTS.labels(self._intake.network, "malformed").inc()
            _log.warning("a delivery was refused", where=error.where, expected=error.expected)
            return 400, f"{error.where}: expected {error.expected}".encode(), []
        except SignatureRejectedError:
            return self._refused(scope)
        except BusyError as error:
            telemetry.EVENTS.labels(self._intake.network, "busy").inc()
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


class KeyedCallback:
    """An address with a connection's key at its end; the answer never holds a word of the request."""

    def __init__(self, intake: KeyedIntake, *, body_limit: int) -> None:
        self._intake = intake
        self._body_limit = body_limit
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one delivery."""
        try:
            reply = await self._answer(scope, receive)
        except ClientDisconnect:
            telemetry.EVENTS.labels(self._intake.network, "hung_up").inc()
            return
        named = [("content-type", reply.content_type), ("content-length", str(len(reply.body))), *reply.headers]
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        try:
            body = await _read(receive, self._body_limit)
            if body is None:
                return Reply(b"too large", 413)
            key = str(scope["path_params"]["key"])
            request = Delivered(
                method=scope["method"],
                query=dict(parse_qsl(scope["query_string"].decode("latin-1"))),
                headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
                body=body,
                peer=_peer(scope),
            )
            return await self._intake.take(key, request, may_look=lambda: not self._wait(scope))
        except PayloadRejectedError as error:
            telemetry.EVENTS.labels(self._intake.network, "malformed").inc()
            _log.warning("a delivery was refused", where=error.where, expected=error.expected)
            return Reply(f"{error.where}: expected {error.expected}".encode(), 400)
        except SignatureRejectedError:
            return self._refused(scope)
        except BusyError as error:
            telemetry.EVENTS.labels(self._intake.network, "busy").inc()
            return Reply(b"busy, send it again", 503, headers=(("retry-after", str(error.retry_after)),))

    def _wait(self, scope: Scope) -> int:
        return self._refusals.wait(_peer(scope), self._intake.clock.now())

    def _refused(self, scope: Scope) -> Reply:
        """As at the common address."""
        if wait := self._wait(scope):
            return Reply(b"unknown page or wrong secret, too often", 429, headers=(("retry-after", str(wait)),))
        self._refusals.refused(_peer(scope), self._intake.clock.now())
        return Reply(b"unknown page or wrong secret", 403)


@dataclass(frozen=True, slots=True)
class Doorway:
    """What all doors of a process lead to."""

    configuration: Configuration
    gate: Gate
    clock: Clock
    confirm: Confirmations | None = None


def add_callbacks(app: Front, networks: Iterable[Adapter], doorway: Doorway, *, body_limit: int, at_once: bool) -> None:
    """The doors of all networks that push; `at_once` lets deliveries pass by the middleware, which costs more."""
    for network in networks:
        if (common := network.common_door) is not None:
            intake = Intake(network.name, common, doorway.configuration, doorway.gate, doorway.clock, doorway.confirm)
            app.add_door(common.path, CommonCallback(intake, body_limit=body_limit), at_once=at_once)
        if (door := network.door) is not None:
            keyed = KeyedIntake(network.name, door, doorway.configuration, doorway.gate, doorway.clock)
            app.add_keyed_door(f"/callbacks/{network.name}", KeyedCallback(keyed, body_limit=body_limit), door.methods)


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
