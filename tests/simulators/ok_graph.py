"""The simulated OK's Graph interface: where a group's messages go, and asking for them; and the courier who brings them."""

import json
import threading
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from tests.simulators.ok_methods import ApiError
from tests.simulators.ok_state import DROPPED_AFTER, State, Subscription, Token

#: Seconds that an answer may take.
PATIENCE_S = 5.0
TYPES = frozenset({"MESSAGE_CREATED", "MESSAGE_CALLBACK", "CHAT_SYSTEM"})
#: Updates of one answer.
MOST = 100


def graph(state: State, verb: str, path: str, params: dict[str, str], body: Any) -> Any:
    """What a call of the Graph interface is answered. The caller holds `state.lock`."""
    token = state.tokens.get(params.get("access_token", ""))
    if token is None or not token.group:
        raise ApiError(103)
    if token.dead:
        raise ApiError(102)
    if state.over_rate(token):
        raise ApiError(8)
    match verb, path:
        case "GET", "me/subscriptions":
            kept = state.subscriptions[token.group]
            return {"subscriptions": [{"time": one.time_ms, "url": one.url} for one in kept]}
        case "POST", "me/subscribe":
            return _subscribe(state, token, body)
        case "POST", "me/unsubscribe":
            kept = state.subscriptions[token.group]
            state.subscriptions[token.group] = [one for one in kept if one.url != _url(body)]
            return {"success": len(kept) != len(state.subscriptions[token.group])}
        case "GET", "me/updates":
            return _updates(state, token, params)
    raise ApiError(3)


def _subscribe(state: State, token: Token, body: Any) -> Any:
    if isinstance(body, dict) and body.get("longPolling") is True:
        types = body.get("types")
        if not isinstance(types, list) or not {part for one in types for part in str(one).split("|")} <= TYPES:
            raise ApiError(100)
        state.polled.add(token.group)
        return {"success": True}
    url = _url(body)
    kept = state.subscriptions[token.group]
    if all(one.url != url for one in kept):
        kept.append(Subscription(url, state.now_ms()))
    return {"success": True}


def _url(body: Any) -> str:
    url = body.get("url") if isinstance(body, dict) else None
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise ApiError(100)
    return url


def _updates(state: State, token: Token, params: dict[str, str]) -> Any:
    if token.group not in state.polled:
        raise ApiError(100)
    marker, timeout = params.get("marker", "0"), params.get("timeout", "30")
    if not (marker.isdigit() and timeout.isdigit()):
        raise ApiError(100)
    kept = state.updates[token.group]
    told = kept[int(marker) : int(marker) + MOST]
    return {"marker": str(int(marker) + len(told)), "updates": [json.dumps(one, ensure_ascii=False) for one in told]}


class Courier:
    """Brings deliveries to the addresses of a group; one that is not answered well comes again at once, twice."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        #: Status of every attempt; 0 = nobody answered in time.
        self.attempts: list[int] = []

    def bring(self, group: str, body: dict[str, Any]) -> None:
        """Deliver, and drop an address that has answered badly for eight hours."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        for kept in list(self._state.subscriptions[group]):
            if any(self.send(kept.url, raw)[0] == 200 for _ in range(3)):
                kept.failing_since = None
                continue
            now = self._state.clock.now()
            kept.failing_since = now if kept.failing_since is None else kept.failing_since
            if now - kept.failing_since >= DROPPED_AFTER:
                self._state.subscriptions[group].remove(kept)

    def send(self, url: str, raw: bytes, method: str = "POST", **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """One request as OK sends it: status, body, headers."""
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE_S)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        status, body, told = 0, b"", {}
        try:
            connection.request(method, target, raw, {"Content-Type": "application/json"} | headers)
            reply = connection.getresponse()
            status, body, told = reply.status, reply.read(), dict(reply.getheaders())
        except (OSError, HTTPException):
            # Nobody answers: an attempt with status 0.
            status = 0
        finally:
            connection.close()
        with self._lock:
            self.attempts.append(status)
        return status, body, told
