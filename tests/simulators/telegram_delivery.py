"""How the simulated Telegram hands updates over: asked for, or called out to an address, never both."""

import http.client
import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.simulators.telegram_state import KNOWN_UPDATES, ApiError, Bot, State, Update

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PORTS = frozenset({80, 88, 443, 8443})
LONGEST_RETRY_AFTER_S = 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: While nothing is due, the courier looks for what has become due meanwhile.
_LOOK_S = 0.02
SIGNATURES: dict[str, tuple[dict[str, type], frozenset[str]]] = {
    "setWebhook": (
        {
            "url": str,
            "secret_token": str,
            "allowed_updates": list,
            "max_connections": int,
            "drop_pending_updates": bool,
        },
        frozenset({"url"}),
    ),
    "deleteWebhook": ({"drop_pending_updates": bool}, frozenset()),
    "getWebhookInfo": ({}, frozenset()),
    "getUpdates": (
        {"offset": int, "limit": int, "timeout": int, "allowed_updates": list},
        frozenset(),
    ),
}


@dataclass(frozen=True)
class Attempt:
    """One try to hand an update over: what was answered, after how many failures; status 0 = nobody was there."""

    update_id: int
    status: int
    failures: int


def set_webhook(state: State, bot: Bot, params: Mapping[str, Any]) -> Any:
    """Call an address from here on; '' = none."""
    url = params["url"]
    if url:
        _check_address(url)
    secret = params.get("secret_token", "")
    if secret and not _SECRET.fullmatch(secret):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    if not 1 <= params.get("max_connections", 40) <= 100:
        raise ApiError(400, "Bad Request: max_connections must be in range 1-100")
    bot.url, bot.secret, bot.connections = url, secret, params.get("max_connections", 40)
    bot.heard = _wanted(bot, params)
    bot.last_error, bot.last_error_at = "", 0
    if params.get("drop_pending_updates"):
        bot.queue.clear()
    for update in bot.queue:
        update.failures, update.due = 0, 0.0
    state.changed.notify_all()
    return True


def delete_webhook(state: State, bot: Bot, params: Mapping[str, Any]) -> Any:
    """Call nobody from here on."""
    bot.url, bot.secret = "", ""
    if params.get("drop_pending_updates"):
        bot.queue.clear()
    state.changed.notify_all()
    return True


def webhook_info(state: State, bot: Bot, _params: Mapping[str, Any]) -> Any:
    """What is called, and how it goes."""
    state.forget_old(bot)
    told: dict[str, Any] = {"url": bot.url, "has_custom_certificate": False, "pending_update_count": len(bot.queue)}
    if bot.url:
        told["max_connections"] = bot.connections
    if bot.last_error:
        told |= {"last_error_date": bot.last_error_at, "last_error_message": bot.last_error}
    return told


def get_updates(state: State, bot: Bot, params: Mapping[str, Any]) -> Any:
    """What stands from a number on, after waiting for it; what stands before it is thrown away."""
    if bot.url:
        active = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        raise ApiError(409, active)
    if not 1 <= params.get("limit", 100) <= 100 or not 0 <= params.get("timeout", 0) <= 50:
        raise ApiError(400, "Bad Request: limit or timeout is out of range")
    bot.heard = _wanted(bot, params)
    bot.questions += 1
    mine = bot.questions
    state.forget_old(bot)
    offset = params.get("offset", 0)
    bot.queue = [update for update in bot.queue if update.number >= offset]
    state.changed.notify_all()
    wait = min(params.get("timeout", 0), state.longest_wait_s)
    state.changed.wait_for(lambda: bot.queue or bot.questions != mine or bot.url or state.stopped, wait)
    if bot.questions != mine:
        other = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        raise ApiError(409, other)
    if bot.url:
        raise ApiError(409, "Conflict: terminated by setWebhook request")
    return [update.body for update in bot.queue[: params.get("limit", 100)]]


METHODS = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "getUpdates": get_updates,
}


class Courier:
    """Calls webhooks: per chat in order, a failing update holds the chat's later ones back.

    `delays` are seconds before each repeat, the first at once; the real ones double up to minutes. When they are used
    up an update stays and is not tried again here.
    """

    def __init__(self, state: State, delays: Sequence[float]) -> None:
        self.state = state
        self.delays = tuple(delays)
        self.attempts: list[Attempt] = []
        self._busy = False
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin to call."""
        self._thread.start()

    def stop(self) -> None:
        """End; the state says that it is stopped."""
        with self.state.changed:
            self.state.changed.notify_all()
        self._thread.join(timeout=10)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until everything was handed over or given up."""
        with self.state.changed:
            return self.state.changed.wait_for(lambda: not self._busy and not self._heads(), timeout)

    def _heads(self) -> list[tuple[Bot, Update]]:
        """The first update of each chat that is still tried."""
        found: list[tuple[Bot, Update]] = []
        for bot in self.state.bots.values():
            if not bot.url or bot.dead:
                continue
            self.state.forget_old(bot)
            seen: set[int] = set()
            for update in bot.queue:
                if update.chat not in seen and update.failures <= len(self.delays):
                    found.append((bot, update))
                seen.add(update.chat)
        return found

    def _work(self) -> None:
        while True:
            with self.state.changed:
                if self.state.stopped:
                    return
                due = next(((bot, one) for bot, one in self._heads() if one.due <= time.monotonic()), None)
                if due is None:
                    self.state.changed.notify_all()
                    self.state.changed.wait(_LOOK_S)
                    continue
                self._busy = True
                url, secret = due[0].url, due[0].secret
            answer = _send(url, secret, due[1].body)
            with self.state.changed:
                self._note(*due, *answer)
                self._busy = False
                self.state.changed.notify_all()

    def _note(self, bot: Bot, update: Update, status: int, asked: float) -> None:
        self.attempts.append(Attempt(update.number, status, update.failures))
        if 200 <= status < 300:
            bot.queue = [one for one in bot.queue if one is not update]
            return
        bot.last_error = f"Wrong response from the webhook: {status}" if status else "Connection refused"
        bot.last_error_at = self.state.now()
        delay = self.delays[update.failures] if update.failures < len(self.delays) else 0.0
        update.failures += 1
        update.due = time.monotonic() + max(delay, min(asked, LONGEST_RETRY_AFTER_S))


def _send(url: str, secret: str, update: Mapping[str, Any]) -> tuple[int, float]:
    """The answer's status, 0 for none, and how many seconds it asks to be left alone for."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=10)
    headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret else {})
    try:
        body = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
        connection.request("POST", target.path or "/", body, headers)
        reply = connection.getresponse()
        reply.read()
        asked = reply.getheader("Retry-After", "")
        return reply.status, float(asked) if asked.isdigit() else 0.0
    except (OSError, http.client.HTTPException):
        return 0, 0.0
    finally:
        connection.close()


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    # A server on this very machine speaks no TLS.
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in PORTS:
        raise ApiError(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _wanted(bot: Bot, params: Mapping[str, Any]) -> frozenset[str] | None:
    """What it is told of from here on; what is not said stays as it was, and nothing at all means the usual."""
    if "allowed_updates" not in params:
        return bot.heard
    wanted = frozenset(params["allowed_updates"])
    if not wanted <= KNOWN_UPDATES:
        raise ApiError(400, "Bad Request: can't parse allowed updates")
    return wanted or None
