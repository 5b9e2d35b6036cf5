"""Tells Telegram where to call for a bot, and asks whether it gets through."""

import ipaddress
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.connecting import Refusal, Why
from app.domain.json_fields import integer, object_of, text_of
from app.domain.ports import Credential
from app.domain.subscribing import Subscription
from app.networks.telegram.failures import Move, handling
from app.networks.telegram.fields import instant
from app.networks.telegram.inbound import ALLOWED_UPDATES
from app.networks.telegram.transport import Answer, Answered, BotApi

#: Calls at a time; those of one chat come one after another anyway.
CONNECTIONS: Final = 40
_LONGEST_TROUBLE: Final = 200
_WHYS: Final[Mapping[Move, Why]] = {
    Move.AGAIN: Why.AWAY,
    Move.REST: Why.LATER,
    Move.DEAD: Why.DEAD,
    Move.PERSON: Why.NOT_ALLOWED,
}


class TelegramSubscriber:
    """A `Subscriber` for Telegram; a bot has one address, whatever its pages."""

    def __init__(
        self, base_url: str, *, http: httpx.Client, pace: Pace | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        """`base_url` ends before `bot` and the token; the subscriber closes `http`."""
        self._api = BotApi(base_url, http, pace or Pace(), timeout)
        self._host = urlsplit(base_url).hostname or ""

    @property
    def on_loopback(self) -> bool:
        """See `Subscriber`."""
        try:
            return ipaddress.ip_address(self._host).is_loopback
        except ValueError:
            return self._host == "localhost"

    def subscription(self, page: str, credential: Credential, *, ours: str) -> Subscription | Refusal:  # noqa: ARG002
        """See `Subscriber`."""
        answer = self._api.call("getWebhookInfo", {}, credential)
        if not isinstance(answer, Answered):
            return _refusal(answer, credential)
        told = object_of(answer.result)
        return Subscription(
            url=text_of(told, "url"),
            waiting=max(0, integer(told.get("pending_update_count")) or 0),
            trouble=text_of(told, "last_error_message")[:_LONGEST_TROUBLE],
            trouble_at=instant(told.get("last_error_date")),
        )

    def subscribe(self, page: str, url: str, secret: str, credential: Credential) -> Refusal | None:  # noqa: ARG002
        """See `Subscriber`; what waits already is kept."""
        params = {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(ALLOWED_UPDATES),
            "max_connections": CONNECTIONS,
        }
        return self._do("setWebhook", params, credential)

    def unsubscribe(self, page: str, url: str, credential: Credential) -> Refusal | None:  # noqa: ARG002 - the port's
        """See `Subscriber`; what waits is asked for."""
        return self._do("deleteWebhook", {"drop_pending_updates": False}, credential)

    def close(self) -> None:
        """Give connections back."""
        self._api.close()

    def _do(self, method: str, params: Mapping[str, Any], credential: Credential) -> Refusal | None:
        answer = self._api.call(method, params, credential)
        if isinstance(answer, Answered):
            return None if answer.result is True else Refusal(Why.AWAY, "garbage", credential.slot)
        return _refusal(answer, credential)


def _refusal(answer: Answer, credential: Credential) -> Refusal:
    if isinstance(answer, Answered):
        return Refusal(Why.AWAY, "garbage", credential.slot)
    if isinstance(answer, Unreachable):
        return Refusal(Why.AWAY, answer.code, credential.slot)
    found = handling(answer)
    return Refusal(_WHYS.get(found.move, Why.OTHER), found.code, credential.slot)
