"""Brings the simulated MAX's updates to the addresses that are called: ten repeats, and after eight hours no more."""

import json
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.simulators.max_state import Bot, State, Subscription

MINUTE_MS: Final = 60_000
#: Each repeat waits so many times longer than the one before.
FACTOR: Final = 2.5
#: An address that has taken nothing for so long is called no more.
PATIENCE_MS: Final = 8 * 60 * MINUTE_MS
REPEATS: Final = tuple(round(MINUTE_MS * FACTOR**number) for number in range(10))
TIMEOUT_S: Final = 30.0


@dataclass
class Delivery:
    """An update on its way to one address; `failures` so far."""

    bot: Bot
    subscription: Subscription
    body: bytes
    due_ms: int
    failures: int = 0


class Courier:
    """Delivers what is due by the simulator's clock whenever it is told to."""

    def __init__(self, state: State, repeats: tuple[int, ...] = REPEATS) -> None:
        self._state = state
        self._repeats = repeats
        self._http = httpx.Client(timeout=TIMEOUT_S, trust_env=False)
        self.waiting: list[Delivery] = []

    def tell(self, bot: Bot, update: dict[str, Any]) -> None:
        """An update happens for a bot: it is sent where it is wanted, else kept until it is asked for."""
        state = self._state
        with state.changed:
            if not bot.subscriptions:
                bot.updates.append(update)
            body = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
            now = state.now_ms()
            self.waiting += [
                Delivery(bot, one, body, now)
                for one in bot.subscriptions.values()
                if not one.types or update["update_type"] in one.types
            ]
            state.changed.notify_all()
        self.knock()

    def knock(self) -> None:
        """Give up addresses that have refused for too long, and deliver what is due to the others."""
        for one in self.waiting:
            kept, failing = one.subscription, one.subscription.failing_since_ms
            if failing is not None and self._state.now_ms() - failing >= PATIENCE_MS and self._is_set(one):
                del one.bot.subscriptions[kept.url]
        while due := next((one for one in self.waiting if one.due_ms <= self._state.now_ms()), None):
            self.waiting.remove(due)
            self._attempt(due)

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def _attempt(self, delivery: Delivery) -> None:
        subscription = delivery.subscription
        if not self._is_set(delivery):
            return
        if self._is_taken(subscription, delivery.body):
            subscription.failing_since_ms = None
            return
        if subscription.failing_since_ms is None:
            subscription.failing_since_ms = self._state.now_ms()
        if delivery.failures < len(self._repeats):
            delivery.due_ms = self._state.now_ms() + self._repeats[delivery.failures]
            delivery.failures += 1
            self.waiting.append(delivery)

    @staticmethod
    def _is_set(delivery: Delivery) -> bool:
        """Whether the address is still called as it was when the update happened."""
        return delivery.bot.subscriptions.get(delivery.subscription.url) is delivery.subscription

    def _is_taken(self, subscription: Subscription, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        if subscription.secret:
            headers["X-Max-Bot-Api-Secret"] = subscription.secret
        try:
            return self._http.post(subscription.url, content=body, headers=headers).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
