"""One HTTP request to a network's API, told in values that hold no secret; total, whatever the other side does."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from app.domain.clock import SECOND
from app.domain.json_fields import integer

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
#: No answer that is read here comes near; beyond it somebody else is answering.
ANSWER_BYTES: Final = 2_000_000
#: An answer that comes drop by drop is given up: nobody would hear anything of its page.
LONGEST_ANSWER_SECONDS: Final = 180.0
_LONGEST_REST: Final = 86_400


@dataclass(frozen=True, slots=True)
class Got:
    """An answer of any status; `after` = the microseconds that the server wants to be left alone for."""

    status: int
    body: bytes = field(repr=False)
    after: int | None = None
    #: By names in any case.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is no answer of the network; `code` says what there is, `after` (µs) when it wants to be asked again."""

    code: str
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `form` is sent as a form, `json` as JSON; `limit` bytes are the longest answer that is read."""

    method: str
    #: Some networks want the token in the address, others beside the parameters.
    url: str = field(repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limit: int = ANSWER_BYTES


class Caller:
    """Sends requests one after another; owns the HTTP client that it is given."""

    def __init__(self, http: httpx.Client, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._http = http
        self._timeout = timeout

    def send(self, request: Request) -> Got | Unreachable:
        """Send a request; redirects are not followed, because a token must reach the named host and no other."""
        try:
            with self._http.stream(**_arguments(request, self._timeout), follow_redirects=False) as reply:
                body = bytearray()
                for piece in reply.iter_bytes():
                    body += piece
                    if len(body) > request.limit:
                        return Unreachable("garbage")
                return _got(reply, body)
        except httpx.TimeoutException:
            return Unreachable("timeout")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return Unreachable("unreachable")

    def close(self) -> None:
        """Give connections back."""
        self._http.close()


class AsyncCaller:
    """Sends requests on an event loop: thousands of open questions need no thread each; owns the HTTP client."""

    def __init__(self, http: httpx.AsyncClient, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._http = http
        self._timeout = timeout

    async def send(self, request: Request) -> Got | Unreachable:
        """As `Caller.send`."""
        try:
            async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
                return await self._read(request)
        except (TimeoutError, httpx.TimeoutException):
            return Unreachable("timeout")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return Unreachable("unreachable")

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def _read(self, request: Request) -> Got | Unreachable:
        built = self._http.build_request(**_arguments(request, self._timeout))
        reply = await self._http.send(built, stream=True, follow_redirects=False)
        try:
            body = bytearray()
            async for piece in reply.aiter_bytes():
                body += piece
                if len(body) > request.limit:
                    return Unreachable("garbage")
            return _got(reply, body)
        finally:
            await reply.aclose()


def fits_header(token: str) -> bool:
    """Whether a token can be sent at all; where it cannot, the library's own error would quote it."""
    return bool(token) and token.isascii() and token.isprintable()


def retry_after(header: str | None) -> int | None:
    """The microseconds that a server wants to be left alone for, at most a day; None where it names none."""
    seconds = integer(header.strip()) if header is not None else None
    return seconds * SECOND if seconds is not None and 0 < seconds <= _LONGEST_REST else None


def _arguments(request: Request, timeout: httpx.Timeout) -> dict[str, Any]:
    url = httpx.URL(request.url)
    return {
        "method": request.method,
        "url": url.copy_merge_params(dict(request.params)) if request.params else url,
        "data": dict(request.form) if request.form is not None else None,
        "json": request.json,
        "headers": dict(request.headers),
        "timeout": timeout,
    }


def _got(reply: httpx.Response, body: bytearray) -> Got:
    return Got(reply.status_code, bytes(body), retry_after(reply.headers.get("Retry-After")), reply.headers)
