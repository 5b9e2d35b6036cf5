"""Sets up through VK's API how a page's events come here, and reads what its managers should know: rights, bans."""

import ipaddress
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.calling.http import TIMEOUT
from app.calling.pace import Pace
from app.domain.clock import SECOND
from app.domain.connecting import (
    Banned,
    BannedList,
    CallbackServer,
    NewServer,
    Reach,
    Refusal,
    ServerState,
    Switched,
    Why,
)
from app.domain.json_fields import JsonObject, id_of, integer, object_of, objects_of, text_of
from app.domain.ports import Credential
from app.networks.vk.failures import Move, handling, label
from app.networks.vk.inbound import READ
from app.networks.vk.transport import VERSION, Answered, Refused, Transport

#: What every delivery is asked for.
WANTED: Final = Switched(enabled=True, version=VERSION, events=READ)
#: VK's code for a community with ten servers.
_FULL: Final = 2000
_GONE: Final = 104
_TOO_FAST: Final = 6
#: Seconds before each repeat of a call that was too fast.
_PAUSES: Final = (1.0, 1.0, 2.0)
#: What our own /healthz answers.
_ALIVE: Final = b'{"status":"ok"}'
#: The blacklist is read in pages of this size, at most so many of them.
_PAGE: Final = 200
_PAGES: Final = 50
_WHYS: Final[Mapping[Move, Why]] = {
    Move.AGAIN: Why.AWAY,
    Move.WAIT: Why.LATER,
    Move.REST: Why.LATER,
    Move.DEAD: Why.DEAD,
    Move.PERSON: Why.PERSON,
    Move.LESSON: Why.NOT_ALLOWED,
}
_NOT_ALLOWED: Final = frozenset({7, 15, 183, 200, 203, 125})
#: VK's reasons of a ban; 0 is "other".
_REASONS: Final[Mapping[int, str]] = {1: "spam", 2: "insult", 3: "obscenity", 4: "flood"}


class VkConnector:
    """A `Connector` for VK; closes the HTTP client that it is given."""

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client,
        pace: Pace | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        """`base_url` ends before the method's name."""
        self._transport = Transport(base_url, http, pace or Pace(), timeout)
        self._http = http
        self._timeout = timeout
        self._rest = rest
        self._host = urlsplit(base_url).hostname or ""

    @property
    def on_loopback(self) -> bool:
        """See `Connector`."""
        return is_loopback(self._host)

    @property
    def wanted(self) -> Switched:
        """See `Connector`."""
        return WANTED

    def rights(self, credential: Credential) -> frozenset[str] | Refusal:
        """See `Connector`."""
        answer = self._ask("groups.getTokenPermissions", {}, credential)
        if isinstance(answer, Refusal):
            return answer
        return frozenset(filter(None, (text_of(one, "name") for one in objects_of(answer.get("permissions")))))

    def servers(self, page: str, credential: Credential) -> tuple[CallbackServer, ...] | Refusal:
        """See `Connector`."""
        answer = self._ask("groups.getCallbackServers", {"group_id": page}, credential)
        if isinstance(answer, Refusal):
            return answer
        return tuple(_server(item) for item in objects_of(answer.get("items")) if id_of(item, "id"))

    def confirmation(self, page: str, credential: Credential) -> str | Refusal:
        """See `Connector`."""
        answer = self._ask("groups.getCallbackConfirmationCode", {"group_id": page}, credential)
        if isinstance(answer, Refusal):
            return answer
        return text_of(answer, "code") or Refusal(Why.AWAY, "garbage", credential.slot)

    def add_server(self, page: str, server: NewServer, credential: Credential) -> str | Refusal:
        """See `Connector`."""
        answer = self._ask("groups.addCallbackServer", {"group_id": page, **_described(server)}, credential)
        if isinstance(answer, Refusal):
            return answer
        return id_of(answer, "server_id") or Refusal(Why.AWAY, "garbage", credential.slot)

    def edit_server(self, page: str, server_id: str, server: NewServer, credential: Credential) -> Refusal | None:
        """See `Connector`."""
        params = {"group_id": page, "server_id": server_id, **_described(server)}
        return self._do("groups.editCallbackServer", params, credential)

    def drop_server(self, page: str, server_id: str, credential: Credential) -> Refusal | None:
        """See `Connector`."""
        return self._do("groups.deleteCallbackServer", {"group_id": page, "server_id": server_id}, credential)

    def callback_events(self, page: str, server_id: str, credential: Credential) -> Switched | Refusal:
        """See `Connector`."""
        params = {"group_id": page, "server_id": server_id}
        answer = self._ask("groups.getCallbackSettings", params, credential)
        return answer if isinstance(answer, Refusal) else _switched(answer, enabled=True)

    def switch_callback(self, page: str, server_id: str, credential: Credential) -> Refusal | None:
        """See `Connector`."""
        params = {"group_id": page, "server_id": server_id, "api_version": VERSION, **dict.fromkeys(READ, "1")}
        return self._do("groups.setCallbackSettings", params, credential)

    def polling(self, page: str, credential: Credential) -> Switched | Refusal:
        """See `Connector`."""
        answer = self._ask("groups.getLongPollSettings", {"group_id": page}, credential)
        return answer if isinstance(answer, Refusal) else _switched(answer, enabled=_is_on(answer.get("is_enabled")))

    def switch_polling(self, page: str, credential: Credential) -> Refusal | None:
        """See `Connector`."""
        params = {"group_id": page, "enabled": "1", "api_version": VERSION, **dict.fromkeys(READ, "1")}
        return self._do("groups.setLongPollSettings", params, credential)

    def banned(self, page: str, credential: Credential) -> BannedList | Refusal:
        """See `Connector`."""
        found: dict[str, Banned] = {}
        total = 0
        for number in range(_PAGES):
            params = {"group_id": page, "count": str(_PAGE), "offset": str(number * _PAGE)}
            answer = self._ask("groups.getBanned", params, credential)
            if isinstance(answer, Refusal):
                return answer
            items = objects_of(answer.get("items"))
            total = max(total, integer(answer.get("count")) or 0)
            # Whoever is unbanned meanwhile moves the others up: a line may come twice.
            found.update((one.id, one) for one in map(_banned, items) if one.id)
            if not items or (number + 1) * _PAGE >= total:
                break
        return BannedList(tuple(found.values()), max(total, len(found)))

    def reach(self, address: str) -> Reach:
        """See `Connector`."""
        try:
            with self._http.stream("GET", f"{address}/healthz", follow_redirects=False, timeout=self._timeout) as reply:
                # Whoever answers there may have no end of words; ours are few.
                said = next(reply.iter_bytes(len(_ALIVE) + 1), b"")
                return Reach.OURS if reply.is_success and said == _ALIVE else Reach.FOREIGN
        except httpx.ConnectError as error:
            return Reach.CERTIFICATE if _is_about_certificate(error) else Reach.SILENT
        except (httpx.HTTPError, httpx.InvalidURL):
            return Reach.SILENT

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _ask(self, method: str, params: Mapping[str, str], credential: Credential) -> JsonObject | Refusal:
        """What VK answers, as an object; anything else that it may answer says nothing."""
        answer = self._transport.call(method, params, credential)
        for pause in _PAUSES:
            if not (isinstance(answer, Refused) and answer.code == _TOO_FAST):
                break
            # The worker sends with the same key; together they may be too fast by a fraction of a second.
            self._rest(pause)
            answer = self._transport.call(method, params, credential)
        if isinstance(answer, Answered):
            return object_of(answer.response)
        if isinstance(answer, Refused):
            return Refusal(why(answer), label(answer.code, answer.subcode), credential.slot)
        return Refusal(Why.AWAY, answer.code, credential.slot)

    def _do(self, method: str, params: Mapping[str, str], credential: Credential) -> Refusal | None:
        answer = self._ask(method, params, credential)
        return answer if isinstance(answer, Refusal) else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def why(refused: Refused) -> Why:
    """What a person can do about an error."""
    if refused.code == _FULL:
        return Why.FULL
    if refused.code == _GONE:
        return Why.GONE
    if refused.code in _NOT_ALLOWED:
        return Why.NOT_ALLOWED
    return _WHYS.get(handling(refused.code, refused.subcode).move, Why.OTHER)


def _described(server: NewServer) -> dict[str, str]:
    return {"url": server.url, "title": server.title, "secret_key": server.secret}


def _server(item: JsonObject) -> CallbackServer:
    status = text_of(item, "status")
    return CallbackServer(
        id=id_of(item, "id"),
        title=text_of(item, "title"),
        url=text_of(item, "url"),
        state=status if status in set(ServerState) else "",
        secret=text_of(item, "secret_key"),
    )


def _switched(answer: JsonObject, *, enabled: bool) -> Switched:
    events = object_of(answer.get("events"))
    return Switched(enabled, text_of(answer, "api_version"), frozenset(name for name in events if _is_on(events[name])))


def _is_on(value: object) -> bool:
    return value is True or integer(value) == 1


def _banned(item: JsonObject) -> Banned:
    is_community = text_of(item, "type") == "group"
    who = id_of(object_of(item.get("group" if is_community else "profile")), "id")
    info = object_of(item.get("ban_info"))
    return Banned(
        id=f"-{who}" if who and is_community else who,
        is_community=is_community,
        since=_instant(info.get("date")),
        until=_instant(info.get("end_date")),
        reason=_REASONS.get(integer(info.get("reason")) or 0, ""),
        comment=text_of(info, "comment"),
    )


def _instant(value: object) -> int | None:
    seconds = integer(value)
    return seconds * SECOND if seconds and 0 < seconds < 2**40 else None


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
            return True
        error = error.__cause__ or error.__context__
    return False
