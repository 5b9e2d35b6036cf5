"""How the simulated MAX is told whom to call, and how it is asked where it calls nobody."""

from urllib.parse import urlsplit

from tests.simulators.max_asked import DONE, Answer, ApiError, Asked, number
from tests.simulators.max_state import SECRET, UPDATE_TYPES, Subscription

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def list_subscriptions(asked: Asked) -> Answer:
    """Addresses that are called, without their secrets."""
    return {
        "subscriptions": [
            {"url": one.url, "time": one.set_at_ms, "update_types": sorted(one.types)}
            for one in asked.bot.subscriptions.values()
        ]
    }


def subscribe(asked: Asked) -> Answer:
    """HTTPS on port 443 alone, but for this machine, where tests listen; a known address is set anew."""
    body = asked.body if isinstance(asked.body, dict) else {}
    url, types, secret = body.get("url"), body.get("update_types"), body.get("secret", "")
    if not isinstance(url, str) or not isinstance(types, list) or not set(types) <= UPDATE_TYPES:
        raise ApiError(400, "proto.payload")
    parts = urlsplit(url)
    if parts.hostname not in _LOOPBACK and (parts.scheme != "https" or parts.port not in (None, 443)):
        return {"success": False, "message": "Only HTTPS on port 443"}
    if not isinstance(secret, str) or (secret and not SECRET.fullmatch(secret)):
        raise ApiError(400, "proto.payload")
    asked.bot.subscriptions[url] = Subscription(url, frozenset(types), secret, asked.state.now_ms())
    return DONE


def unsubscribe(asked: Asked) -> Answer:
    """An address that is not there is no failure."""
    asked.bot.subscriptions.pop(asked.required("url"), None)
    return DONE


def get_updates(asked: Asked) -> Answer:
    """What has happened since the marker, as long as no address is called; without one, the newest update alone."""
    bot, state = asked.bot, asked.state
    if bot.subscriptions:
        raise ApiError(409, "webhook.active")
    timeout, limit = number(asked.params.get("timeout", "30")), number(asked.params.get("limit", "100"))
    types = set(filter(None, asked.params.get("types", "").split(",")))
    if not 0 <= timeout <= 90 or not 1 <= limit <= 1000 or not types <= UPDATE_TYPES:
        raise ApiError(400, "proto.payload")
    start = number(asked.params["marker"]) if "marker" in asked.params else max(1, len(bot.updates))
    start = bot.read = max(start, bot.read)
    state.changed.wait_for(
        lambda: state.stopped or len(bot.updates) >= start, timeout=min(timeout, state.longest_wait_s)
    )
    portion = bot.updates[start - 1 : start - 1 + limit]
    wanted = [one for one in portion if not types or one["update_type"] in types]
    return {"updates": wanted, "marker": start + len(portion)}
