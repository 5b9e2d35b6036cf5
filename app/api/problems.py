"""Every error leaves as RFC 9457 problem+json: what is wrong, where, and what was expected."""

import json
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import telemetry
from app.api.deps import note_refusal
from app.domain.errors import (
    BusyError,
    ConflictError,
    DvornikError,
    ForbiddenTransitionError,
    InvalidInputError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    PayloadRejectedError,
    PolicyError,
    SignatureRejectedError,
    TooOftenError,
)

MEDIA_TYPE: Final = "application/problem+json"
#: How long a caller should wait when the database does not answer, seconds.
RETRY_AFTER: Final = 5
#: The nearest listed ancestor decides; an error that is listed nowhere is ours, not the caller's: 500.
STATUS: Final[Mapping[type[DvornikError], HTTPStatus]] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    PayloadRejectedError: HTTPStatus.BAD_REQUEST,
    PolicyError: HTTPStatus.BAD_REQUEST,
    NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    SignatureRejectedError: HTTPStatus.FORBIDDEN,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    ForbiddenTransitionError: HTTPStatus.CONFLICT,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooOftenError: HTTPStatus.TOO_MANY_REQUESTS,
}
_UNAVAILABLE: Final = (OperationalError, InterfaceError, PoolTimeoutError)
_AREAS: Final = {"v1": "api", "console": "console", "callbacks": "callbacks", "readyz": "health"}
_log = structlog.get_logger()


def problem(
    status: HTTPStatus,
    detail: str = "",
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    error_id: str = "",
) -> Response:
    """One problem; `errors` are `{"where", "expected"}`, one for each field that is wrong."""
    body: dict[str, Any] = {
        "type": f"urn:dvornik:problem:{status.name.lower().replace('_', '-')}",
        "title": status.phrase,
        "status": int(status),
    }
    more = {"detail": detail, "errors": list(errors), "error_id": error_id}
    body |= {name: value for name, value in more.items() if value}
    # Escaped to ASCII: a detail may repeat what the caller sent, and that may be no valid UTF-8.
    return Response(json.dumps(body), int(status), headers, media_type=MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Teach the application to answer every error this way."""
    app.add_exception_handler(DvornikError, _on_own)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    for kind in _UNAVAILABLE:
        app.add_exception_handler(kind, _on_unavailable)


class LastResort:
    """Turns what nobody foresaw into a problem with a number; the log tells where, never with which values."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _count(scope, message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - the last one who can answer
            error_id = _log_unexpected(error)
            if started:
                # Half an answer is out: only breaking the connection tells the caller that it is not whole.
                raise ConnectionError(error_id) from None
            response = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The error is logged.", error_id=error_id)
            _count(scope, response.status_code)
            await response(scope, receive, send)


def _count(scope: Scope, status: int) -> None:
    if status < HTTPStatus.BAD_REQUEST:
        return
    area = _AREAS.get(scope["path"].removeprefix("/").partition("/")[0], "other")
    telemetry.HTTP_ERRORS.labels(area, str(status)).inc()


def _log_unexpected(error: Exception) -> str:
    error_id = uuid4().hex
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    # No message: a database's or a validator's may quote a comment.
    _log.error(
        "unexpected error",
        error_id=error_id,
        error=type(error).__qualname__,
        frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )
    return error_id


def _on_own(request: Request, error: Exception) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        raise error
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        note_refusal(request, known=status is HTTPStatus.FORBIDDEN)
    headers, errors = {}, []
    if isinstance(error, BusyError | TooOftenError):
        headers["Retry-After"] = str(error.retry_after)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="dvornik"'
    if isinstance(error, InvalidInputError | PayloadRejectedError):
        errors.append({"where": error.where, "expected": error.expected})
    return problem(status, str(error), errors=errors, headers=headers)


def _on_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    errors = [_field(found) for found in error.errors()[:20]]
    if len(errors) == 1:
        detail = f"{errors[0]['where']}: {errors[0]['expected']}"
    else:
        detail = f"{len(error.errors())} fields are not as expected"
    return problem(HTTPStatus.BAD_REQUEST, detail, errors=errors)


def _field(found: Mapping[str, Any]) -> dict[str, str]:
    """Where and what, never the value that was sent."""
    if found["type"] == "json_invalid":
        return {"where": "body", "expected": f"valid JSON: {found['ctx']['error']}"}
    where = ".".join(str(part)[:100] for part in found["loc"])
    return {"where": where, "expected": str(found["msg"])[:300]}


def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    status = HTTPStatus(error.status_code)
    detail = "" if error.detail == status.phrase else str(error.detail)
    return problem(status, detail, headers=error.headers)


def _on_unavailable(_: Request, error: Exception) -> Response:
    _log.error("the database does not answer", error=type(error).__qualname__)
    detail = "The database does not answer at the moment; nothing was changed."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
