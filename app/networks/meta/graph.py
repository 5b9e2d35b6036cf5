"""One call of the Graph API over HTTP, within the token's rate, told in values that hold no secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from app.calling.http import TIMEOUT, Caller, Got, Request, Unreachable, fits_header
from app.calling.pace import Pace
from app.domain.errors import PayloadRejectedError
from app.domain.json_fields import integer, read_json
from app.domain.ports import Credential

#: Served until July 2028; the network adds a version two or three times a year.
VERSION: Final = "v25.0"
#: Calls a second of one token: quotas count hours, this only keeps bursts away.
RATE: Final = 10
_TOO_MANY: Final = 4


@dataclass(frozen=True, slots=True)
class Answered:
    """What the network answered, whatever JSON that is."""

    response: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The network answered with an error; its words, which may quote the request, are left behind."""

    code: int
    subcode: int | None = None
    transient: bool = False
    #: The microseconds that the network wants to be left alone for, if it names them.
    after: int | None = None


Answer = Answered | Refused | Unreachable


class Graph:
    """Sends calls to one base address; owns the HTTP client that it is given."""

    def __init__(self, base_url: str, http: httpx.Client, pace: Pace, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._base = f"{base_url.rstrip('/')}/{VERSION}"
        self._caller = Caller(http, timeout)
        self._pace = pace

    def call(self, method: str, path: str, params: Mapping[str, str], credential: Credential) -> Answer:
        """Call a path; total: nothing that the network does makes it raise."""
        if not fits_header(credential.token):
            return Refused(190)
        self._pace.wait(credential.id, RATE)
        headers = {"Authorization": f"Bearer {credential.token}"}
        url = f"{self._base}/{path}"
        if method == "POST":
            request = Request(method, url, form=params, headers=headers)
        else:
            request = Request(method, url, params=params, headers=headers)
        return _answer(self._caller.send(request))

    def close(self) -> None:
        """Give connections back."""
        self._caller.close()


def _answer(got: Got | Unreachable) -> Answer:
    if isinstance(got, Unreachable):
        return got
    told = _read(got.body)
    error = told.get("error") if isinstance(told, dict) else None
    if isinstance(error, dict):
        code = integer(error.get("code"))
        if code is not None:
            return Refused(code, integer(error.get("error_subcode")), error.get("is_transient") is True, got.after)
    if got.status == httpx.codes.TOO_MANY_REQUESTS:
        return Refused(_TOO_MANY, after=got.after)
    if got.status != httpx.codes.OK:
        return Unreachable(f"http_{got.status}", got.after)
    # An answer that is no JSON, or an error without a number, is nobody's that is known here.
    return Unreachable("garbage") if told is None or error is not None else Answered(told)


def _read(body: bytes) -> Any:
    try:
        return read_json(body)
    except PayloadRejectedError:
        return None
