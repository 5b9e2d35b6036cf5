"""Every error of the console leaves as a page in Russian: what happened and what to do; nothing typed is lost."""

import json
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.console.shell import CSRF_FIELD, ROOT, SignInNeededError, check_origin, read_form, render, session_secret
from app.console.wording import sentence
from app.domain.errors import (
    BusyError,
    ConflictError,
    DvornikError,
    InvalidInputError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    PolicyError,
)

STATUS: Final[Mapping[type[DvornikError], HTTPStatus]] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    PolicyError: HTTPStatus.BAD_REQUEST,
    NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES: Final[Mapping[int, str]] = {
    400: "Так не получится",
    401: "Нужно войти",
    403: "Нет доступа",
    404: "Здесь ничего нет",
    405: "Здесь ничего нет",
    409: "Сейчас это невозможно",
    413: "Слишком длинный текст",
    429: "Слишком много попыток",
    500: "Сбой программы",
    503: "Сервис занят",
}
_TEXTS: Final[Mapping[int, str]] = {
    404: "Такой записи нет, или она относится к странице, к которой у вас нет доступа.",
    405: "Такой записи нет, или она относится к странице, к которой у вас нет доступа.",
    413: "Сократите текст и отправьте снова.",
}
_UNAVAILABLE: Final = (OperationalError, InterfaceError, PoolTimeoutError)
_log = structlog.get_logger()


def add_errors(app: FastAPI) -> None:
    """Teach the console to answer every error with a page."""
    app.add_exception_handler(SignInNeededError, _on_signed_out)
    app.add_exception_handler(DvornikError, _on_own)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    for kind in _UNAVAILABLE:
        app.add_exception_handler(kind, _on_unavailable)


def error_page(
    request: Request, status: int, message: str = "", *, headers: Mapping[str, str] | None = None, number: str = ""
) -> Response:
    """A page that says what went wrong; `number` finds it in the log."""
    title = _TITLES.get(status, "Ошибка")
    message = message or _TEXTS.get(status, "")
    page = render(request, "error.html", status=status, title=title, message=sentence(message), number=number)
    page.headers.update(headers or {})
    return page


async def _on_signed_out(request: Request, error: Exception) -> Response:
    """Ask for a sign-in; a form that came too late is carried along and offered again after it."""
    if request.method in {"GET", "HEAD"}:
        path = request.url.path.removeprefix(ROOT) or "/"
        wanted = path + (f"?{request.url.query}" if request.url.query else "")
        return render(request, "sign_in.html", status=401, message=_asked(request, error), wanted=wanted, carried="")
    check_origin(request)
    sent = await read_form(request)
    fields = [(name, value) for name, value in sent.multi_items() if isinstance(value, str) and name != CSRF_FIELD]
    carried = json.dumps({"path": request.url.path.removeprefix(ROOT), "fields": fields}, ensure_ascii=False)
    message = "Сеанс закончился. Войдите: то, что вы ввели, сохранено и появится снова."
    return render(request, "sign_in.html", status=401, message=message, wanted="/", carried=carried)


def _asked(request: Request, error: Exception) -> str:
    """Who was never here is told nothing of a session."""
    return sentence(str(error)) if session_secret(request) else ""


def _on_own(request: Request, error: Exception) -> Response:
    assert isinstance(error, DvornikError)  # noqa: S101 - registered for this type alone
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, BusyError) else {}
    return error_page(request, status_of(error), said_of(error), headers=headers)


def status_of(error: DvornikError) -> HTTPStatus:
    """The status that a page answers an error with; one that the console does not know is raised again."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        raise error
    return status


def said_of(error: DvornikError) -> str:
    """What a person reads of an error: the name of a field means nothing to them."""
    return error.expected if isinstance(error, InvalidInputError) else str(error)


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    fields = ", ".join(sorted({str(found["loc"][-1])[:60] for found in error.errors()[:20]}))
    return error_page(request, HTTPStatus.BAD_REQUEST, f"Проверьте поля: {fields}.")


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    own_words = (
        "" if error.status_code in _TEXTS or error.detail == HTTPStatus(error.status_code).phrase else error.detail
    )
    return error_page(request, error.status_code, own_words, headers=error.headers)


def _on_unavailable(request: Request, error: Exception) -> Response:
    _log.error("the database does not answer", error=type(error).__qualname__)
    message = "База данных сейчас не отвечает, ничего не изменено. Повторите через несколько секунд."
    return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, message, headers={"Retry-After": "5"})


class LastResort:
    """Turns what nobody foresaw into a page with a number; the log tells where, never with which values."""

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
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if started:
                raise
            response = error_page(Request(scope), HTTPStatus.INTERNAL_SERVER_ERROR, _FAULT, number=_logged(error))
            await response(scope, receive, send)


_FAULT: Final = "Мы записали, что произошло. Если повторится, сообщите номер администратору."


def _logged(error: Exception) -> str:
    number = uuid4().hex[:12]
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    # No message: a database's or a template's may quote a comment.
    _log.error(
        "unexpected error in the console",
        error_id=number,
        error=type(error).__qualname__,
        frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )
    return number
