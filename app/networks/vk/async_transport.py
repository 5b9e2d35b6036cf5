"""Calls and polls of VK on an event loop: thousands of open questions need no thread each."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from app.domain.ports import Credential
from app.networks.vk.transport import (
    RATES,
    VERSION,
    Answer,
    Pace,
    Refused,
    Unreachable,
    fits_header,
    read_answer,
    retry_after,
)

#: An answer that comes drop by drop is given up: nobody would hear anything of its page.
LONGEST_ANSWER_SECONDS: Final = 180.0


class AsyncTransport:
    """Sends calls to one base address and reads other addresses that VK names; owns the HTTP client."""

    def __init__(self, base_url: str, http: httpx.AsyncClient, pace: Pace, timeout: httpx.Timeout) -> None:
        self._base = base_url.rstrip("/")
        self._http = http
        self._pace = pace
        self._timeout = timeout

    async def call(self, method: str, params: Mapping[str, str], credential: Credential, *, limit: int) -> Answer:
        """Call a method within the token's rate; an answer of more than `limit` bytes is somebody else's. Total."""
        if not fits_header(credential.token):
            return Refused(5)
        await asyncio.sleep(self._pace.turn(credential.id, RATES[credential.slot]))
        request = self._http.build_request(
            "POST",
            f"{self._base}/{method}",
            data={**params, "v": VERSION},
            headers={"Authorization": f"Bearer {credential.token}"},
            timeout=self._timeout,
        )
        body = await self._send(request, limit)
        return body if isinstance(body, Unreachable) else read_answer(body)

    async def get(self, url: str, params: Mapping[str, str], *, limit: int) -> bytes | Unreachable:
        """Read an address; total."""
        try:
            address = httpx.URL(url).copy_merge_params(dict(params))
            request = self._http.build_request("GET", address, timeout=self._timeout)
        except (httpx.InvalidURL, UnicodeError):
            return Unreachable("garbage")
        return await self._send(request, limit)

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def _send(self, request: httpx.Request, limit: int) -> bytes | Unreachable:
        try:
            async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
                return await self._read(request, limit)
        except (TimeoutError, httpx.TimeoutException):
            return Unreachable("timeout")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Unreachable("unreachable")

    async def _read(self, request: httpx.Request, limit: int) -> bytes | Unreachable:
        reply = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            if reply.status_code != httpx.codes.OK:
                return Unreachable(f"http_{reply.status_code}", retry_after(reply.headers.get("Retry-After")))
            body = bytearray()
            async for piece in reply.aiter_bytes():
                body += piece
                if len(body) > limit:
                    return Unreachable("garbage")
            return bytes(body)
        finally:
            await reply.aclose()
