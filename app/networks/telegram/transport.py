"""One call of one method of the Bot API, within the bot's rate, told in values that hold no secret.

The token stands in the address, so that nothing here ever shows an address.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from app.calling.http import ANSWER_BYTES, TIMEOUT, AsyncCaller, Caller, Got, Request, Unreachable
from app.calling.pace import Pace
from app.domain.clock import DAY, SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.json_fields import JsonObject, id_of, integer, object_of, read_json, text_of
from app.domain.ports import Credential

#: Calls a second; Telegram names about thirty.
RATE: Final = 25
_TOKEN: Final = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]{1,256}", re.ASCII)
#: A token that is none cannot be put into an address; the answer is what Telegram would say.
_UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class Answered:
    """Telegram did what it was asked; `result` is whatever JSON that is."""

    result: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram answered with an error; `words` are its description in small letters, `after` in microseconds."""

    status: int
    words: str = field(default="", repr=False)
    after: int | None = None
    #: The group has become a supergroup of this id.
    moved_to: str = ""


Answer = Answered | Refused | Unreachable


class BotApi:
    """Sends calls to one base address; owns the HTTP client that it is given."""

    def __init__(self, base_url: str, http: httpx.Client, pace: Pace, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._base = base_url
        self._caller = Caller(http, timeout)
        self._pace = pace

    def call(self, method: str, params: Mapping[str, Any], credential: Credential) -> Answer:
        """Call a method; total: nothing that the network does makes it raise."""
        if not bot_of(credential):
            return Refused(_UNAUTHORIZED)
        self._pace.wait(credential.id, RATE)
        return answer_of(self._caller.send(_request(self._base, method, params, credential)))

    def close(self) -> None:
        """Give connections back."""
        self._caller.close()


class AsyncBotApi:
    """Sends calls on an event loop; owns the HTTP client."""

    def __init__(self, base_url: str, http: httpx.AsyncClient, pace: Pace, timeout: httpx.Timeout) -> None:
        self._base = base_url
        self._caller = AsyncCaller(http, timeout)
        self._pace = pace

    async def ask(
        self, method: str, params: Mapping[str, Any], credential: Credential, *, limit: int = ANSWER_BYTES
    ) -> Got | Unreachable | Refused:
        """Call a method and leave the answer as it came; total."""
        if not bot_of(credential):
            return Refused(_UNAUTHORIZED)
        await asyncio.sleep(self._pace.turn(credential.id, RATE))
        return await self._caller.send(_request(self._base, method, params, credential, limit))

    async def close(self) -> None:
        """Give connections back."""
        await self._caller.close()


def bot_of(credential: Credential) -> str:
    """The bot's own id, with which its token begins; '' for what is no token of a bot."""
    found = _TOKEN.fullmatch(credential.token)
    return str(int(found[1])) if found else ""


def answer_of(got: Got | Unreachable) -> Answer:
    """What came back for a call; Telegram tells an error in JSON, whoever stands between us tells it otherwise."""
    if isinstance(got, Unreachable):
        return got
    try:
        reply = object_of(read_json(got.body))
    except PayloadRejectedError:
        reply = {}
    if reply.get("ok") is True and "result" in reply:
        return Answered(reply["result"])
    status = integer(reply.get("error_code"))
    if reply.get("ok") is not False or status is None:
        return Unreachable("garbage" if got.status == httpx.codes.OK else f"http_{got.status}", got.after)
    about = object_of(reply.get("parameters"))
    return Refused(
        status,
        text_of(reply, "description").lower(),
        after=_wait(about) or got.after,
        moved_to=id_of(about, "migrate_to_chat_id"),
    )


def _request(
    base_url: str, method: str, params: Mapping[str, Any], credential: Credential, limit: int = ANSWER_BYTES
) -> Request:
    url = f"{base_url.rstrip('/')}/bot{credential.token}/{method}"
    return Request("POST", url, json=dict(params), limit=limit)


def _wait(about: JsonObject) -> int | None:
    seconds = integer(about.get("retry_after"))
    return min(seconds * SECOND, DAY) if seconds and seconds > 0 else None
