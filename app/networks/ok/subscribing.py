"""Keeps the address to which OK sends a group's messages; OK drops one that has not answered well for hours."""

import ipaddress
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.connecting import Refusal, Why
from app.domain.json_fields import JsonObject, object_of, objects_of, text_of
from app.domain.ports import Credential, Slot
from app.domain.subscribing import Subscription
from app.networks.ok.failures import label, why
from app.networks.ok.messages import GROUP
from app.networks.ok.transport import Application, GraphAsk, Refused, Transport

_LIST: Final = GraphAsk("GET", "me/subscriptions")


class OkSubscriber:
    """A `Subscriber` for OK; closes the HTTP client that it is given."""

    def __init__(
        self, app: Application, *, http: httpx.Client, pace: Pace | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._transport = Transport(app, http, pace or Pace(), timeout)
        self._host = urlsplit(app.url).hostname or ""

    @property
    def on_loopback(self) -> bool:
        """See `Subscriber`."""
        try:
            return ipaddress.ip_address(self._host).is_loopback
        except ValueError:
            return self._host == "localhost"

    def subscription(self, page: str, credential: Credential, *, ours: str) -> Subscription | Refusal:
        """Our address without the group's number, else another one; OK tells of no troubles.

        Where nobody has said which is ours, one with this group's number is: whoever asks compares its end.
        """
        urls = self._urls(credential)
        if isinstance(urls, Refusal):
            return urls
        if ours:
            return Subscription(ours if address(ours, page) in urls else next(iter(urls), ""))
        numbered = (url for url in urls if address(url, page) == url)
        return Subscription(_bare(next(numbered, "")) or next(iter(urls), ""))

    def subscribe(self, page: str, url: str, secret: str, credential: Credential) -> Refusal | None:  # noqa: ARG002
        """OK takes no secret: the key in the address is one."""
        return self._do("me/subscribe", address(url, page), credential)

    def unsubscribe(self, page: str, url: str, credential: Credential) -> Refusal | None:
        """Ours is known by the group's number, somebody else's as it was told; one that is not kept needs nothing."""
        told = self._urls(credential)
        if isinstance(told, Refusal):
            return told
        kept = next((one for one in (address(url, page), url) if one in told), "")
        return self._do("me/unsubscribe", kept, credential) if kept else None

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _urls(self, credential: Credential) -> list[str] | Refusal:
        told = self._ask(_LIST, credential)
        if isinstance(told, Refusal):
            return told
        return list(filter(None, (text_of(one, "url") for one in objects_of(told.get("subscriptions")))))

    def _do(self, path: str, url: str, credential: Credential) -> Refusal | None:
        told = self._ask(GraphAsk("POST", path, json={"url": url}), credential)
        if isinstance(told, Refusal):
            return told
        return None if told.get("success") is True else Refusal(Why.OTHER, "result_false", credential.slot)

    def _ask(self, ask: GraphAsk, credential: Credential) -> JsonObject | Refusal:
        if credential.slot is not Slot.COMMUNITY:
            return Refusal(Why.NOT_ALLOWED, "comments_only", credential.slot)
        answer = self._transport.call(ask, credential)
        if isinstance(answer, Refused):
            return Refusal(why(answer.code), label(answer.code), credential.slot)
        if isinstance(answer, Unreachable):
            return Refusal(Why.AWAY, answer.code, credential.slot)
        return object_of(answer.response)


def address(url: str, page: str) -> str:
    """Our address with the group's number, which a delivery does not name."""
    parts = urlsplit(_bare(url))
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), (GROUP, page)])))


def _bare(url: str) -> str:
    """An address without a group's number."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != GROUP]
    return urlunsplit(parts._replace(query=urlencode(query)))
