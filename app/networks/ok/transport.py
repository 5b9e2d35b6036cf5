"""One call of OK over HTTP, signed and within the token's rate, told in values that hold no secret."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from app.calling.http import TIMEOUT, AsyncCaller, Caller, Got, Request, Unreachable, fits_header
from app.calling.pace import Pace
from app.domain.errors import PayloadRejectedError
from app.domain.json_fields import integer, read_json
from app.domain.ports import Credential
from app.networks.ok.failures import BAD_TOKEN, NO_APPLICATION
from app.networks.ok.signing import session_key, signature

#: Calls a second of one token; OK publishes no limit, its clients keep to two or three.
RATE: Final = 2
#: A whole list of comments with their authors.
_LIMIT: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Application:
    """The installation's application at OK, and where OK answers; the address ends with a slash."""

    url: str
    key: str
    secret: str = field(repr=False)

    @property
    def is_known(self) -> bool:
        """Whether calls can be signed at all."""
        return bool(self.key and self.secret)


@dataclass(frozen=True, slots=True)
class Ask:
    """A REST method with its parameters."""

    method: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GraphAsk:
    """A call of the Graph interface, which a group's own token opens: messages and subscriptions."""

    verb: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass(frozen=True, slots=True)
class Answered:
    """OK did what it was asked; `response` is its answer, whatever JSON that is: null is one too."""

    response: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """OK answered with an error; its message is left behind."""

    code: int


Answer = Answered | Refused | Unreachable


class Transport:
    """Sends calls one after another; owns the HTTP client that it is given."""

    def __init__(self, app: Application, http: httpx.Client, pace: Pace, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._app = app
        self._caller = Caller(http, timeout)
        self._pace = pace

    def call(self, ask: Ask | GraphAsk, credential: Credential) -> Answer:
        """Send a call; total: nothing that the network does makes it raise."""
        request = request_for(self._app, ask, credential)
        if isinstance(request, Refused):
            return request
        self._pace.wait(credential.id, RATE)
        return answer_of(self._caller.send(request))

    def close(self) -> None:
        """Give connections back."""
        self._caller.close()


class AsyncTransport:
    """The same on an event loop."""

    def __init__(self, app: Application, http: httpx.AsyncClient, pace: Pace, timeout: httpx.Timeout) -> None:
        self._app = app
        self._caller = AsyncCaller(http, timeout)
        self._pace = pace

    async def call(self, ask: Ask | GraphAsk, credential: Credential) -> Answer:
        """As `Transport.call`."""
        request = request_for(self._app, ask, credential)
        if isinstance(request, Refused):
            return request
        await asyncio.sleep(self._pace.turn(credential.id, RATE))
        return answer_of(await self._caller.send(request))

    async def close(self) -> None:
        """Give connections back."""
        await self._caller.close()


def request_for(app: Application, ask: Ask | GraphAsk, credential: Credential) -> Request | Refused:
    """A call as it is sent, or why it cannot be: a token of a kind that no network gives, an application unknown."""
    if not fits_header(credential.token):
        return Refused(BAD_TOKEN)
    if isinstance(ask, GraphAsk):
        # OK takes this token in the address only.
        params = {**ask.params, "access_token": credential.token}
        return Request(ask.verb, f"{app.url}graph/{ask.path}", params=params, json=ask.json, limit=_LIMIT)
    if not app.is_known:
        return Refused(NO_APPLICATION)
    form = {
        **ask.params,
        "method": ask.method,
        "application_key": app.key,
        "format": "json",
        # Else the person whose token it is would always be seen online.
        "__online": "false",
    }
    form["sig"] = signature(form, session_key(credential.token, app.secret))
    form["access_token"] = credential.token
    return Request("POST", f"{app.url}fb.do", form=form, limit=_LIMIT)


def answer_of(got: Got | Unreachable) -> Answer:
    """What came back; an error may come with any status, and in a header beside a body that says nothing. Total."""
    if isinstance(got, Unreachable):
        return got
    announced = integer((got.headers.get("Invocation-error") or "").strip())
    if announced is not None:
        return Refused(announced)
    try:
        body = read_json(got.body) if got.body.strip() else None
    except PayloadRejectedError:
        return Unreachable("garbage" if got.status == httpx.codes.OK else f"http_{got.status}", got.after)
    if isinstance(body, dict) and "error_code" in body:
        code = integer(body["error_code"])
        return Unreachable("garbage") if code is None else Refused(code)
    return Answered(body) if got.status == httpx.codes.OK else Unreachable(f"http_{got.status}", got.after)
