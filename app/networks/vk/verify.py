"""Opens the envelope of a Callback API request and checks that it comes from the network.

VK signs nothing: the body carries the secret that the office gave to its callback server, in the clear.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import msgspec

from app.domain.errors import PayloadRejectedError
from app.networks.vk.fields import clean, integer

_decode: Final = msgspec.json.Decoder(Any).decode
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
    data = _json(body)
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
    given = envelope.secret if isinstance(envelope.secret, str) else ""
    same = [
        hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode("utf-8", "surrogatepass"))
        and bool(secret)
        for secret in secrets
    ]
    return any(same)


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


def _json(body: bytes) -> Any:
    try:
        return _decode(body)
    except RecursionError:
        raise PayloadRejectedError("body", "JSON that is not nested so deeply") from None
    except ValueError:
        return _lenient_json(body)


def _lenient_json(body: bytes) -> Any:
    """Read what the fast reader refuses: the standard one takes lone surrogates, which are then cleaned.

    They are refused nowhere else in the house, so a comment must not be lost for one broken emoji.
    """
    try:
        return _cleaned(json.loads(body.decode("utf-8"), parse_constant=_no_constant))
    except RecursionError:
        raise PayloadRejectedError("body", "JSON that is not nested so deeply") from None
    except ValueError:
        raise PayloadRejectedError("body", "JSON in UTF-8") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return value
