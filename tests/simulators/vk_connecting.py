"""The simulated VK's settings of a community: callback servers with their check, events, Long Poll, rights of keys."""

from typing import Any
from urllib.parse import urlsplit

from tests.simulators.vk_methods import ApiError, Caller, Method
from tests.simulators.vk_state import CallbackServer, Community, Settings

#: What VK allows.
MOST_SERVERS = 10
LONGEST_TITLE = 14
LONGEST_SECRET = 50
SURFACES = ("wall_reply", "photo_comment", "video_comment", "market_comment", "board_post")
#: Names of events that can be switched on.
EVENTS = frozenset(
    {
        *(f"{surface}_{what}" for surface in SURFACES for what in ("new", "edit", "restore", "delete")),
        *(f"message_{what}" for what in ("new", "reply", "allow", "deny", "edit", "event", "read", "typing_state")),
        *("wall_post_new", "wall_repost", "photo_new", "video_new", "audio_new", "like_add", "like_remove"),
        *("user_block", "user_unblock", "group_join", "group_leave", "group_officers_edit", "group_change_settings"),
        *("group_change_photo", "poll_vote_new", "market_order_new", "market_order_edit", "vkpay_transaction"),
    }
)
VERSIONS = ("5.131", "5.199")
USUAL_RIGHTS = frozenset({"messages", "manage"})
#: An echo of this type asks the simulator to try a callback server out.
CHECK = "confirmation"


def administered(caller: Caller) -> Community:
    """The community whose settings the caller may change: its key needs `manage`, a person has to administer it."""
    community = caller.community(-caller.number("group_id"))
    rights = caller.token.rights if caller.token.rights is not None else USUAL_RIGHTS
    if "manage" not in rights if caller.token.kind == "community" else not caller.token.administrator:
        raise ApiError(15)
    return community


def get_servers(caller: Caller) -> Any:
    """`groups.getCallbackServers`."""
    servers = administered(caller).servers.values()
    shown = [
        {"id": one.id, "title": one.title, "creator_id": 1, "url": one.url, "secret_key": one.secret}
        | {"status": one.status}
        for one in servers
    ]
    return {"count": len(shown), "items": shown}


def add_server(caller: Caller) -> Any:
    """`groups.addCallbackServer`."""
    community = administered(caller)
    url, title, secret = _described(caller)
    if len(community.servers) >= MOST_SERVERS:
        raise ApiError(2000)
    server = CallbackServer(caller.state.next_id(), url, title, secret)
    community.servers[server.id] = server
    _check(caller, community, server)
    return {"server_id": server.id}


def edit_server(caller: Caller) -> Any:
    """`groups.editCallbackServer`."""
    community, server = _server(caller)
    server.url, server.title, server.secret = _described(caller)
    _check(caller, community, server)
    return 1


def delete_server(caller: Caller) -> Any:
    """`groups.deleteCallbackServer`."""
    community, server = _server(caller)
    del community.servers[server.id]
    return 1


def get_code(caller: Caller) -> Any:
    """`groups.getCallbackConfirmationCode`."""
    return {"code": administered(caller).api_code}


def get_callback_settings(caller: Caller) -> Any:
    """`groups.getCallbackSettings`."""
    _, server = _server(caller)
    return _shown(server.settings)


def set_callback_settings(caller: Caller) -> Any:
    """`groups.setCallbackSettings`."""
    _, server = _server(caller)
    _change(caller, server.settings)
    return 1


def get_polling_settings(caller: Caller) -> Any:
    """`groups.getLongPollSettings`."""
    settings = administered(caller).polling
    return _shown(settings) | {"is_enabled": settings.enabled}


def set_polling_settings(caller: Caller) -> Any:
    """`groups.setLongPollSettings`."""
    settings = administered(caller).polling
    if "enabled" in caller.params:
        settings.enabled = caller.params["enabled"] == "1"
    _change(caller, settings)
    return 1


def get_token_permissions(caller: Caller) -> Any:
    """`groups.getTokenPermissions`: what a community's key may do."""
    rights = caller.token.rights if caller.token.rights is not None else USUAL_RIGHTS
    names = sorted({*rights, *(["wall"] if caller.token.can_moderate else [])})
    return {"mask": 0, "permissions": [{"name": name, "setting": 0} for name in names]}


def _server(caller: Caller) -> tuple[Community, CallbackServer]:
    community = administered(caller)
    server = community.servers.get(caller.number("server_id"))
    if server is None:
        raise ApiError(104)
    return community, server


def _described(caller: Caller) -> tuple[str, str, str]:
    url, title, secret = (caller.params.get(name, "") for name in ("url", "title", "secret_key"))
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ApiError(100)
    if not 1 <= len(title) <= LONGEST_TITLE or len(secret) > LONGEST_SECRET:
        raise ApiError(100)
    return url, title, secret


def _check(caller: Caller, community: Community, server: CallbackServer) -> None:
    server.status = "wait"
    caller.echo.append((community, CHECK, {"server_id": server.id}))


def _change(caller: Caller, settings: Settings) -> None:
    """Unknown parameters are passed over, as VK does; values are 0 or 1."""
    version = caller.params.get("api_version", settings.version)
    if version not in VERSIONS:
        raise ApiError(100)
    settings.version = version
    for name in EVENTS & caller.params.keys():
        if caller.params[name] not in ("0", "1"):
            raise ApiError(100)
        (settings.events.add if caller.params[name] == "1" else settings.events.discard)(name)


def _shown(settings: Settings) -> dict[str, Any]:
    return {"api_version": settings.version, "events": {name: int(name in settings.events) for name in sorted(EVENTS)}}


_BOTH = frozenset({"user", "community"})
METHODS: dict[str, tuple[frozenset[str], Method]] = {
    "groups.getCallbackServers": (_BOTH, get_servers),
    "groups.addCallbackServer": (_BOTH, add_server),
    "groups.editCallbackServer": (_BOTH, edit_server),
    "groups.deleteCallbackServer": (_BOTH, delete_server),
    "groups.getCallbackConfirmationCode": (_BOTH, get_code),
    "groups.getCallbackSettings": (_BOTH, get_callback_settings),
    "groups.setCallbackSettings": (_BOTH, set_callback_settings),
    "groups.getLongPollSettings": (_BOTH, get_polling_settings),
    "groups.setLongPollSettings": (_BOTH, set_polling_settings),
    "groups.getTokenPermissions": (frozenset({"community"}), get_token_permissions),
}
