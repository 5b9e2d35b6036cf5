"""Reads what OK tells of messages to a group, by its door or by being asked, and answers whoever sets the door up.

OK proves nothing: the key in the address, and the address that a request comes from, are all there is. A delivery does
not name the group either, so the address that OK is given does: `…/callbacks/ok/{key}?group={number}`.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from typing import Final

import structlog

from app.domain.doors import Delivered, Reply
from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, CommentRef, Event, Ignored, Segment, Written
from app.domain.json_fields import JsonObject, object_of, objects_of, read_json, text_of
from app.domain.polling import Unreadable
from app.domain.words import Kind
from app.networks.ok.comments import NAME
from app.networks.ok.fields import from_ms, number_of, opaque_id

#: The parameter of our address that names the group.
GROUP: Final = "group"
_CREATED: Final = "MESSAGE_CREATED"
#: Types that are known and need nothing, with the reason.
_IGNORED: Final = {"MESSAGE_CALLBACK": "no_comment", "CHAT_SYSTEM": "service_message"}
#: The page that asks for the confirmation runs in a person's browser.
_CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Content-Type"),
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
)
_log = structlog.get_logger()
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class OkDoor:
    """A `Door` for OK."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        """`networks` from which messages are taken; none = from anywhere."""
        self._networks = tuple(networks)

    @property
    def methods(self) -> frozenset[str]:
        """See `Door`."""
        return frozenset({"POST", "OPTIONS"})

    @property
    def taken(self) -> Reply:
        """See `Door`."""
        return Reply(b"ok")

    def verify(self, request: Delivered, secrets: Sequence[str]) -> bool:  # noqa: ARG002 - OK knows of no secret
        """Whether it comes from OK, as far as that can be told; a confirmation comes from a person's browser."""
        if not self._networks or request.method == "OPTIONS":
            return True
        return self._is_from_ok(request.peer) or _is_confirmation(request.body)

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:
        """See `Door`."""
        if request.method == "OPTIONS":
            return Reply(status=204, headers=_CORS)
        if text_of(_envelope(request.body), "webhookType") != "CONFIRMATION":
            return None
        if not confirmation:
            return Reply(b"the confirmation string is not set", 404, headers=_CORS)
        return Reply(confirmation.encode(), content_type="application/text", headers=_CORS)

    def parse(self, request: Delivered) -> tuple[Event | Ignored, ...]:
        """See `Door`."""
        page = number_of(request.query.get(GROUP))
        if not page:
            raise PayloadRejectedError(f"query.{GROUP}", "the group's number in the address that OK was given")
        return (_happened(_envelope(request.body), page, request.body),)

    def _is_from_ok(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


def read_update(update: bytes, page: str) -> tuple[Event | Ignored | Unreadable, ...]:
    """What an update tells that a group was asked for; total."""
    try:
        return (_happened(_envelope(update), page, update),)
    except PayloadRejectedError as error:
        _log.warning("an update was refused", network=NAME, page=page, where=error.where, expected=error.expected)
        return (Unreadable("malformed"),)


def _envelope(body: bytes) -> JsonObject:
    found = read_json(body)
    if not isinstance(found, dict):
        raise PayloadRejectedError("body", "a JSON object")
    return found


def _is_confirmation(body: bytes) -> bool:
    try:
        return text_of(_envelope(body), "webhookType") == "CONFIRMATION"
    except PayloadRejectedError:
        return False


def _happened(envelope: JsonObject, page: str, raw: bytes) -> Event | Ignored:
    # OK's own examples of a message have no type.
    kind = text_of(envelope, "webhookType") or (_CREATED if "message" in envelope else "")
    if kind != _CREATED:
        return Ignored(NAME, page, kind[:64], _IGNORED.get(kind, "unknown_type"))
    body = _message(envelope, page)
    key = body.ref.external_id
    if len(key) > 120:
        key = f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    return Event(NAME, page, "message_new", key, body, raw)


def _message(envelope: JsonObject, page: str) -> Written:
    message = object_of(envelope.get("message"))
    mid = opaque_id(message, "message", "mid")
    chat = opaque_id(object_of(envelope.get("recipient")), "recipient", "chat_id")
    author = _author(object_of(envelope.get("sender")))
    attached = objects_of(message.get("attachments"))
    links = [text_of(object_of(one.get("payload")), "url") for one in attached if text_of(one, "type") == "SHARE"]
    return Written(
        act=Act.NEW,
        ref=CommentRef(Kind.MESSAGE, chat, mid),
        author=author,
        text=text_of(message, "text"),
        segments=tuple(Segment("link_url", url) for url in links if url),
        attachments=tuple(filter(None, (text_of(one, "type").lower()[:64] for one in attached))),
        written_at=from_ms(envelope.get("timestamp")),
        url=f"https://ok.ru/group/{page}",
        private=True,
    )


def _author(sender: JsonObject) -> str:
    """`user:…` stays as it is: these numbers are not those by which comments name their authors."""
    told = opaque_id(sender, "sender", "user_id")
    return f"-{number_of(told)}" if told.startswith("group:") else told
