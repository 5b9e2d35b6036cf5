"""One call of MAX's API over HTTP, within the token's rate, told in values that hold no secret."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from app.calling.http import ANSWER_BYTES, TIMEOUT, AsyncCaller, Caller, Got, Request, Unreachable, fits_header
from app.calling.pace import Pace
from app.domain.errors import PayloadRejectedError
from app.domain.json_fields import JsonObject, read_json, text_of
from app.domain.ports import Credential
from app.networks.max.failures import DEAD_TOKEN, Refused

#: Calls a second that MAX allows a bot.
RATE: Final = 30


@dataclass(frozen=True, slots=True)
class Answered:
    """MAX did what it was asked; `raw` is the answer as it came."""

    response: JsonObject = field(repr=False)
    raw: bytes = field(default=b"", repr=False)


Answer = Answered | Refused | Unreachable


@dataclass(frozen=True, slots=True)
class Call:
    """A method of the API: `path` below the base address, `json` is sent as the body."""

    verb: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = field(default=None, repr=False)
    #: The longest answer that is read, in bytes.
    limit: int = ANSWER_BYTES


class Transport:
    """Sends calls to one base address; owns the HTTP client that it is given."""

    def __init__(self, base_url: str, http: httpx.Client, pace: Pace, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._base = base_url
        self._caller = Caller(http, timeout)
        self._pace = pace

    def call(self, call: Call, credential: Credential) -> Answer:
        """Call a method; total: nothing that the network does makes it raise."""
        if not fits_header(credential.token):
            return DEAD_TOKEN
        self._pace.wait(credential.id, RATE)
        return answer_of(self._caller.send(request_for(self._base, call, credential)))

    def close(self) -> None:
        """Give connections back."""
        self._caller.close()


class AsyncTransport:
    """The same on an event loop: a question stays open without a thread."""

    def __init__(self, base_url: str, http: httpx.AsyncClient, pace: Pace, timeout: httpx.Timeout) -> None:
        self._base = base_url
        self._caller = AsyncCaller(http, timeout)
        self._pace = pace

    async def call(self, call: Call, credential: Credential) -> Answer:
        """As `Transport.call`."""
        if not fits_header(credential.token):
            return DEAD_TOKEN
        await asyncio.sleep(self._pace.turn(credential.id, RATE))
        return answer_of(await self._caller.send(request_for(self._base, call, credential)))

    async def close(self) -> None:
        """Give connections back."""
        await self._caller.close()


def request_for(base_url: str, call: Call, credential: Credential) -> Request:
    """A call as it is sent; the token stands in a header, MAX takes it nowhere else."""
    return Request(
        call.verb,
        f"{base_url.rstrip('/')}/{call.path}",
        params=call.params,
        json=call.json,
        headers={"Authorization": credential.token},
        limit=call.limit,
    )


def answer_of(got: Got | Unreachable) -> Answer:
    """What came back for a call; an answer that is not in MAX's words is from somebody between us."""
    if isinstance(got, Unreachable):
        return got
    said = _said(got.body)
    if got.status == httpx.codes.OK:
        if said is None:
            return Unreachable("garbage")
        return Answered(said, got.body) if said.get("success", True) is True else Refused(200, text_of(said, "code"))
    if said is None or not (isinstance(said.get("code"), str) or isinstance(said.get("message"), str)):
        return Unreachable(f"http_{got.status}", got.after)
    return Refused(got.status, text_of(said, "code"), got.after)


def _said(body: bytes) -> JsonObject | None:
    """The answer as an object, None when it is none; letters that are broken cost only themselves."""
    try:
        try:
            found = read_json(body)
        except PayloadRejectedError:
            found = read_json(body.decode("utf-8", "replace").encode())
    except PayloadRejectedError:
        return None
    return found if isinstance(found, dict) else None
