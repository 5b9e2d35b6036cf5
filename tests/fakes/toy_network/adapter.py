"""A network that nobody has heard of: its folder holds all that there is to know, as a real one's would.

It calls one address with a secret in a header, and takes orders to delete. Nobody can be banned there, and what is
deleted does not come back.
"""

import hmac
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from app.calling.clients import http_client
from app.calling.http import Caller, Got, Request, Unreachable
from app.domain.abilities import Abilities
from app.domain.clock import SECOND, Clock
from app.domain.doors import Delivered, Reply
from app.domain.errors import InvalidInputError, PayloadRejectedError
from app.domain.events import Act, CommentRef, Event, Ignored, Removed, Written
from app.domain.json_fields import integer, read_json, required_id, text_of
from app.domain.ports import (
    Adapter,
    Credential,
    Delivery,
    Done,
    Failed,
    Manual,
    NetworkClient,
    Order,
    PageForm,
    Retry,
    Right,
    Sight,
    Slot,
    Untold,
)
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, IntakeKind, Kind
from app.settings import Settings

NAME: Final = "toy"
#: Where it answers: a setting of its own would be the house's business.
ADDRESS: Final = "TOY_API_URL"
_ACTS: Final = {"new": Act.NEW, "edit": Act.EDIT}
ABILITIES: Final = Abilities(
    can_push=frozenset({Kind.WALL}),
    can_delete=frozenset({Kind.WALL}),
    can_hide=frozenset(),
    can_restore=frozenset(),
    can_ban=False,
    can_unban=False,
    ban_deletes_messages=False,
)


class ToyDoor:
    """See `Door`."""

    methods: frozenset[str] = frozenset({"POST"})
    taken: Reply = Reply(b"thanks")

    def verify(self, request: Delivered, secrets: Sequence[str]) -> bool:
        """See `Door`."""
        given = request.headers.get("x-toy-secret", "").encode()
        return any(bool(secret) and hmac.compare_digest(given, secret.encode()) for secret in secrets)

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:
        """The toy asks nothing before it calls."""
        return None

    def parse(self, request: Delivered) -> tuple[Event | Ignored, ...]:
        """See `Door`."""
        told = read_json(request.body)
        if not isinstance(told, dict):
            raise PayloadRejectedError("body", "a JSON object")
        page, what, key = text_of(told, "page"), text_of(told, "what"), text_of(told, "event")
        if not page or not key:
            raise PayloadRejectedError("page", "page and event")
        if what == "gone":
            removed = Removed(CommentRef(Kind.WALL, "", required_id(told, "body", "number")), "")
            return (Event(NAME, page, "comment_delete", key, removed, request.body),)
        if what not in _ACTS:
            return (Ignored(NAME, page, "other", "unknown_type"),)
        return (Event(NAME, page, f"comment_{what}", key, _written(told, _ACTS[what]), request.body),)


def _written(told: Mapping[str, Any], act: Act) -> Written:
    at = integer(told.get("at"))
    return Written(
        act=act,
        ref=CommentRef(Kind.WALL, "", required_id(told, "body", "number")),
        author=text_of(told, "by"),
        text=text_of(told, "text"),
        written_at=at * SECOND if at is not None and 0 < at < 2**32 else None,
    )


class ToyClient:
    """See `NetworkClient`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._caller = Caller(http_client())

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """See `NetworkClient`."""
        if order.kind in (ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR):
            return Manual("toy_bans_nobody")
        if order.kind is not ActionKind.DELETE_COMMENT:
            return Failed("not_supported")
        if not credentials:
            return Retry("no_token", waiting=WaitingFor.TOKEN)
        got = self._call("delete", order, credentials[0])
        if isinstance(got, Unreachable):
            return Retry(got.code, after=got.after)
        return _judged(got, credentials[0])

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """The toy has nobody who manages."""
        return Untold("toy_has_no_managers")

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """See `NetworkClient`."""
        return Sight.UNKNOWN

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """Only trying tells."""
        return (Right(ActionKind.DELETE_COMMENT, None),)

    def close(self) -> None:
        """See `NetworkClient`."""
        self._caller.close()

    def _call(self, what: str, order: Order, credential: Credential) -> Got | Unreachable:
        headers = {"Authorization": f"Bearer {credential.token}"}
        named = {"page": order.page, "number": order.external_id}
        return self._caller.send(Request("POST", f"{self._url}/{what}", json=named, headers=headers))


def _judged(got: Got, credential: Credential) -> Delivery:
    code = f"toy_{got.status}"
    match got.status:
        case 200:
            return Done(Outcome.ACTED) if _is_thanks(got.body) else Retry("garbage")
        case 401:
            return Retry(code, waiting=WaitingFor.TOKEN, dead=(credential.id,), alert=True)
        case 404:
            return Done(Outcome.GONE)
        case 429:
            return Retry(code, after=got.after, waiting=WaitingFor.LIMIT, pause_connection=True)
        case _:
            return Retry(code, after=got.after)


def _is_thanks(body: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(body) == {"done": True})
    except ValueError:
        return False


def _page(value: str) -> str:
    name = value.strip()
    if name.startswith("person-"):
        raise InvalidInputError("external_id", "это личный профиль")
    if not name.startswith("yard-") or not name.isascii() or not name.isprintable():
        raise InvalidInputError("external_id", "ожидается двор: yard-1")
    return name


def _author(value: str) -> str:
    name = value.strip()
    if not name.isascii() or not name.isalpha():
        raise InvalidInputError("id", "ожидается имя: anna")
    return name


FORM: Final = PageForm(
    owner=Slot.COMMUNITY,
    uses=frozenset({"secret", "community_token"}),
    checked_id=_page,
    page_url=lambda page: f"https://toy.example/{page}",
    checked_author=_author,
    author_url=lambda author: f"https://toy.example/~{author}",
    intakes=frozenset({IntakeKind.CALLBACK}),
)


def toy(settings: Settings) -> Adapter:
    """The adapter, as the wiring makes every network's."""
    return toy_at(os.environ[ADDRESS])


def toy_at(url: str) -> Adapter:
    """The adapter for a toy that answers there."""

    def client(clock: Clock) -> NetworkClient:
        return ToyClient(url)

    return Adapter(name=NAME, title="Игрушечная сеть", abilities=ABILITIES, form=FORM, client=client, door=ToyDoor())


def plant() -> None:
    """One more entry in the wiring, as a line in its file would be."""
    from app import wiring

    wiring.NETWORKS = (*wiring.NETWORKS, toy)  # type: ignore[misc]
