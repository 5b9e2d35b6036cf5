"""The simulated VK's Bots Long Poll: sessions whose keys end, a history of limited length, chosen events."""

import secrets
from typing import Any

from tests.simulators.vk_connecting import administered
from tests.simulators.vk_methods import ApiError, Caller, Method
from tests.simulators.vk_state import Community, PollHistory, State

#: What an answer says when the history does not reach back, when the key is too old, when the session is forgotten.
OUTDATED, KEY_TOO_OLD, FORGOTTEN = 1, 2, 3
PREFIX = "/lp/wh"
Params = dict[str, str]


def get_server(caller: Caller) -> Any:
    """`groups.getLongPollServer`: a session that begins after the newest event; 100 where Long Poll is switched off."""
    community = administered(caller)
    if not community.polling.enabled:
        raise ApiError(100)
    history = community.history
    key = secrets.token_hex(20)
    history.keys.add(key)
    return {"key": key, "server": f"{caller.state.address}{PREFIX}{community.group_id}", "ts": str(history.newest)}


def keep(community: Community, event: dict[str, Any]) -> None:
    """Put an event into the history, if its type is switched on; the oldest makes room."""
    if not community.polling.enabled or event["type"] not in community.polling.events:
        return
    history = community.history
    history.newest += 1
    history.events.append({name: value for name, value in event.items() if name != "secret"})
    del history.events[: -history.length]


def end_keys(community: Community) -> None:
    """From here on every key that was given is too old."""
    community.history.keys.clear()


def forget(community: Community) -> None:
    """VK loses its sessions and its history, and counts anew."""
    old = community.history
    community.history = PollHistory(length=old.length, forgotten=old.forgotten | old.keys)


def check(state: State, path: str, params: Params) -> dict[str, Any]:
    """The answer to `a_check`, after an event has come or the asked time is over. The caller holds `state.lock`."""
    community = state.communities.get(int(path.removeprefix(PREFIX)))
    if community is None or params.get("act") != "a_check":
        return {"failed": KEY_TOO_OLD}
    prepared = state.prepared["a_check"]
    if prepared and isinstance(prepared[0], int):
        return {"failed": prepared.popleft(), "ts": community.history.newest}
    wait = min(float(params.get("wait", "25")), state.longest_wait_s)
    state.changed.wait_for(lambda: state.stopped or _told(community, params) is not None, timeout=wait)
    return _told(community, params) or {"ts": params["ts"], "updates": []}


def _told(community: Community, params: Params) -> dict[str, Any] | None:
    """What can be answered at once; None while there is nothing to tell."""
    history, key = community.history, params.get("key", "")
    if key in history.forgotten:
        return {"failed": FORGOTTEN}
    if key not in history.keys:
        return {"failed": KEY_TOO_OLD}
    known = int(params.get("ts", "0"))
    if not history.newest - len(history.events) <= known <= history.newest:
        return {"failed": OUTDATED, "ts": history.newest}
    if known == history.newest:
        return None
    return {"ts": str(history.newest), "updates": history.events[known - history.newest :]}


METHODS: dict[str, tuple[frozenset[str], Method]] = {
    "groups.getLongPollServer": (frozenset({"user", "community"}), get_server),
}
