"""Calls and polls of VK on an event loop: thousands of open questions need no thread each."""

import asyncio
from collections.abc import Mapping

import httpx

from app.calling.http import AsyncCaller, Request, Unreachable, fits_header
from app.calling.pace import Pace
from app.domain.ports import Credential
from app.networks.vk.transport import RATES, Answer, Refused, answer_of, not_ok, request_for


class AsyncTransport:
    """Sends calls to one base address and reads other addresses that VK names; owns the HTTP client."""

    def __init__(self, base_url: str, http: httpx.AsyncClient, pace: Pace, timeout: httpx.Timeout) -> None:
        self._base = base_url
        self._caller = AsyncCaller(http, timeout)
        self._pace = pace

    async def call(self, method: str, params: Mapping[str, str], credential: Credential) -> Answer:
        """Call a method within the token's rate; total."""
        if not fits_header(credential.token):
            return Refused(5)
        await asyncio.sleep(self._pace.turn(credential.id, RATES[credential.slot]))
        return answer_of(await self._caller.send(request_for(self._base, method, params, credential)))

    async def get(self, url: str, params: Mapping[str, str], *, limit: int) -> bytes | Unreachable:
        """Read an address; an answer of more than `limit` bytes is somebody else's. Total."""
        got = await self._caller.send(Request("GET", url, params, limit=limit))
        if isinstance(got, Unreachable):
            return got
        return got.body if got.status == httpx.codes.OK else not_ok(got)

    async def close(self) -> None:
        """Give connections back."""
        await self._caller.close()
