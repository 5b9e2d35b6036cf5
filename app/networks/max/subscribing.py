"""Tells MAX which address it is to call for a bot, and looks whether it still does: after hours in vain it stops."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.connecting import Refusal, Why
from app.domain.json_fields import JsonObject, objects_of, text_of
from app.domain.ports import Credential
from app.domain.subscribing import Subscription
from app.networks.max.failures import label, why
from app.networks.max.inbound import READ
from app.networks.max.transport import Answered, Call, Transport

_NOTHING: Final = Subscription("")


class MaxSubscriber:
    """A `Subscriber` for MAX; closes the HTTP client that it is given."""

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client,
        pace: Pace | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._transport = Transport(base_url, http, pace or Pace(), timeout)
        self._host = urlsplit(base_url).hostname or ""

    @property
    def on_loopback(self) -> bool:
        """See `Subscriber`."""
        try:
            return ipaddress.ip_address(self._host).is_loopback
        except ValueError:
            return self._host == "localhost"

    def subscription(self, page: str, credential: Credential, *, ours: str) -> Subscription | Refusal:  # noqa: ARG002 - the port's
        """Ours, if MAX calls it for everything that is read here; else another that it calls, or none."""
        answer = self._ask(Call("GET", "subscriptions"), credential)
        if isinstance(answer, Refusal):
            return answer
        found = {text_of(one, "url"): one for one in objects_of(answer.get("subscriptions"))}
        if ours in found:
            # With fewer events than are read here it is to be set anew.
            return Subscription(ours) if _is_whole(found[ours]) else _NOTHING
        return next((Subscription(url) for url in found if url), _NOTHING)

    def subscribe(self, page: str, url: str, secret: str, credential: Credential) -> Refusal | None:  # noqa: ARG002 - the port's
        """See `Subscriber`; setting an address again replaces its secret and its events."""
        body = {"url": url, "update_types": list(READ), "secret": secret}
        return self._do(Call("POST", "subscriptions", json=body), credential)

    def unsubscribe(self, page: str, url: str, credential: Credential) -> Refusal | None:  # noqa: ARG002 - the port's
        """See `Subscriber`."""
        return self._do(Call("DELETE", "subscriptions", {"url": url}), credential)

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _do(self, call: Call, credential: Credential) -> Refusal | None:
        answer = self._ask(call, credential)
        if isinstance(answer, Refusal):
            return answer
        # Only a plain yes counts.
        return None if answer.get("success") is True else Refusal(Why.AWAY, "garbage", credential.slot)

    def _ask(self, call: Call, credential: Credential) -> JsonObject | Refusal:
        answer = self._transport.call(call, credential)
        if isinstance(answer, Answered):
            return answer.response
        if isinstance(answer, Unreachable):
            return Refusal(Why.AWAY, answer.code, credential.slot)
        return Refusal(why(answer), label(answer), credential.slot)


def _is_whole(subscription: JsonObject) -> bool:
    """Whether it covers every event that is read here; a list that is not there means all."""
    types = subscription.get("update_types")
    return not isinstance(types, list) or not types or set(READ) <= {one for one in types if isinstance(one, str)}
