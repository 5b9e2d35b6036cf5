"""One call of one VK method over HTTP, within the token's rate, told in values that hold no secret."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from app.domain.clock import SECOND
from app.domain.ports import Credential, Slot
from app.networks.vk.fields import integer

VERSION: Final = "5.199"
TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
#: No answer that is read here comes near; beyond it somebody else is answering.
ANSWER_BYTES: Final = 2_000_000
#: Calls a second that VK allows a token of this kind.
RATES: Final[Mapping[Slot, int]] = {Slot.USER: 3, Slot.COMMUNITY: 20}
#: A call is sent this much later than its share of a second, because the way to VK takes uneven time.
_MARGIN: Final = 1.1
_decode: Final = msgspec.json.Decoder(Any).decode


class Pace:
    """Keeps each token to its rate in one process; a connection is leased by one worker, so that is enough."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._next: dict[int, float] = {}
        self._lock = threading.Lock()

    def wait(self, credential: int, per_second: int) -> None:
        """Return when this credential may call again; calls of one credential are spaced evenly."""
        seconds = self.turn(credential, per_second)
        if seconds > 0:
            self._sleep(seconds)

    def turn(self, credential: int, per_second: int) -> float:
        """Take the next turn of this credential; how many seconds the caller has to wait for it."""
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next.get(credential, now))
            self._next[credential] = turn + _MARGIN / per_second
        return turn - now


class HalfPace(Pace):
    """Leaves the rest of a token's rate to the sending of actions, which must not wait for a list."""

    def turn(self, credential: int, per_second: int) -> float:
        """As its parent, at half the rate."""
        return super().turn(credential, max(1, per_second // 2))


@dataclass(frozen=True, slots=True)
class Answered:
    """VK did what it was asked; `response` is its result, whatever JSON that is."""

    response: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """VK answered with an error. Its message and the echoed parameters, which hold the token, are left behind."""

    code: int
    subcode: int | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is no answer of VK; `code` says what there is, `after` (microseconds) when it wants to be asked again."""

    code: str
    after: int | None = None


Answer = Answered | Refused | Unreachable


class Transport:
    """Sends calls to one base address; owns the HTTP client that it is given."""

    def __init__(self, base_url: str, http: httpx.Client, pace: Pace, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._base = base_url.rstrip("/")
        self._http = http
        self._pace = pace
        self._timeout = timeout

    def call(self, method: str, params: Mapping[str, str], credential: Credential) -> Answer:
        """Call a method; total: nothing that the network does makes it raise."""
        if not fits_header(credential.token):
            return Refused(5)
        self._pace.wait(credential.id, RATES[credential.slot])
        try:
            return self._send(method, params, credential.token)
        except httpx.TimeoutException:
            return Unreachable("timeout")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Unreachable("unreachable")

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def _send(self, method: str, params: Mapping[str, str], token: str) -> Answer:
        with self._http.stream(
            "POST",
            f"{self._base}/{method}",
            data={**params, "v": VERSION},
            headers={"Authorization": f"Bearer {token}"},
            follow_redirects=False,
            timeout=self._timeout,
        ) as reply:
            if reply.status_code != httpx.codes.OK:
                return Unreachable(f"http_{reply.status_code}", retry_after(reply.headers.get("Retry-After")))
            body = bytearray()
            for piece in reply.iter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES:
                    return Unreachable("garbage")
        return read_answer(bytes(body))


def fits_header(token: str) -> bool:
    """Whether a token can be sent at all; where it cannot, the library's own error would quote it."""
    return bool(token) and token.isascii() and token.isprintable()


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


def retry_after(header: str | None) -> int | None:
    """The microseconds that a server wants to be left alone for, at most a day; None where it names none."""
    seconds = integer(header.strip()) if header is not None else None
    return seconds * SECOND if seconds is not None and 0 < seconds <= 86_400 else None
