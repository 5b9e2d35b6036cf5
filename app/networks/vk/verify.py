"""Opens the envelope of a Callback API request and checks that it comes from the network.

VK signs nothing: the body carries the secret that the office gave to its callback server, in the clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from app.domain.errors import PayloadRejectedError
from app.domain.json_fields import clean, integer, read_json
from app.domain.secrets import knows_one

#: Longer names belong to no event; they are cut, because types are counted and logged.
TYPE_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every request has in common; nothing in `data` may be believed before `secret_matches`.

    `page` is the community's positive id. `object` and `secret` are whatever JSON stood there (None = nothing).
    """

    type: str
    page: str
    event_id: str
    object: Any = field(repr=False)
    secret: Any = field(repr=False)
    data: Mapping[str, Any] = field(repr=False)


def decode(body: bytes) -> Envelope:
    """Read a request's body.

    Raises:
        PayloadRejectedError: this is no JSON object with a `type` and a positive `group_id`.
    """
    data = read_json(body)
    if not isinstance(data, dict):
        raise PayloadRejectedError("body", "a JSON object")
    kind = data.get("type")
    if not isinstance(kind, str) or not kind:
        raise PayloadRejectedError("type", "the name of an event")
    group = integer(data.get("group_id"))
    if group is None or group <= 0:
        raise PayloadRejectedError("group_id", "the positive id of a community")
    return Envelope(
        type=clean(kind[:TYPE_LENGTH]),
        page=str(group),
        event_id=_event_id(data.get("event_id")),
        object=data.get("object"),
        secret=data.get("secret"),
        data=data,
    )


def secret_matches(envelope: Envelope, *secrets: str) -> bool:
    """Whether the request knows one of the page's secrets; takes the same time for a near miss and a wild guess.

    An empty secret matches nothing, and neither does a page without any.
    """
    return knows_one(envelope.secret if isinstance(envelope.secret, str) else "", secrets)


def without_secret(envelope: Envelope, body: bytes) -> bytes:
    """The body as evidence: byte for byte if it carries no secret, else written anew without it.

    Raises:
        PayloadRejectedError: the body is nested so deeply that it cannot be written.
    """
    if "secret" not in envelope.data:
        return body
    try:
        return msgspec.json.encode({name: value for name, value in envelope.data.items() if name != "secret"})
    except RecursionError:
        raise PayloadRejectedError("body", "JSON that is not nested so deeply") from None


def _event_id(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    number = integer(value)
    return "" if number is None else str(number)
