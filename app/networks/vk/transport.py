"""One call of one VK method over HTTP, within the token's rate, told in values that hold no secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from app.calling.http import TIMEOUT, Caller, Got, Request, Unreachable, fits_header
from app.calling.pace import Pace
from app.domain.json_fields import integer
from app.domain.ports import Credential, Slot

VERSION: Final = "5.199"
#: Calls a second that VK allows a token of this kind.
RATES: Final[Mapping[Slot, int]] = {Slot.USER: 3, Slot.COMMUNITY: 20}
_decode: Final = msgspec.json.Decoder(Any).decode


@dataclass(frozen=True, slots=True)
class Answered:
    """VK did what it was asked; `response` is its result, whatever JSON that is."""

    response: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """VK answered with an error. Its message and the echoed parameters, which hold the token, are left behind."""

    code: int
    subcode: int | None = None


Answer = Answered | Refused | Unreachable


class Transport:
    """Sends calls to one base address; owns the HTTP client that it is given."""

    def __init__(self, base_url: str, http: httpx.Client, pace: Pace, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._base = base_url
        self._caller = Caller(http, timeout)
        self._pace = pace

    def call(self, method: str, params: Mapping[str, str], credential: Credential) -> Answer:
        """Call a method; total: nothing that the network does makes it raise."""
        if not fits_header(credential.token):
            return Refused(5)
        self._pace.wait(credential.id, RATES[credential.slot])
        return answer_of(self._caller.send(request_for(self._base, method, params, credential)))

    def close(self) -> None:
        """Give connections back."""
        self._caller.close()


def request_for(base_url: str, method: str, params: Mapping[str, str], credential: Credential) -> Request:
    """A call of a method as it is sent; the token stands in a header, which nobody writes into a log."""
    return Request(
        "POST",
        f"{base_url.rstrip('/')}/{method}",
        form={**params, "v": VERSION},
        headers={"Authorization": f"Bearer {credential.token}"},
    )


def answer_of(got: Got | Unreachable) -> Answer:
    """What came back for a call."""
    if isinstance(got, Unreachable):
        return got
    return read_answer(got.body) if got.status == httpx.codes.OK else not_ok(got)


def not_ok(got: Got) -> Unreachable:
    """VK answers with 200 whatever it says; anything else is from somebody between us."""
    return Unreachable(f"http_{got.status}", got.after)


def read_answer(body: bytes) -> Answer:
    """What a method's answer says; total."""
    try:
        reply = _decode(body)
    except (ValueError, RecursionError):
        return Unreachable("garbage")
    if not isinstance(reply, dict):
        return Unreachable("garbage")
    error = reply.get("error")
    if isinstance(error, dict):
        code = integer(error.get("error_code"))
        return Unreachable("garbage") if code is None else Refused(code, integer(error.get("error_subcode")))
    return Answered(reply["response"]) if "response" in reply else Unreachable("garbage")
