"""How a network's calls come in: what a request is, who may send it, what it tells, what the network wants to hear."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domain.events import ConfirmationRequest, Event, Ignored


@dataclass(frozen=True, slots=True)
class Delivered:
    """One request as it came: names of headers in lower case, `peer` = the address that it comes from."""

    method: str
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the network is answered."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class Door(Protocol):
    """The callbacks of one network whose address holds the key of a connection; pure, and stateless between requests.

    A network's word for its request is believed only after `verify`.
    """

    @property
    def methods(self) -> frozenset[str]:
        """HTTP methods that the network uses here."""
        ...

    @property
    def taken(self) -> Reply:
        """The answer to everything that is on disk or needs nothing."""
        ...

    def verify(self, request: Delivered, secrets: Sequence[str]) -> bool:
        """Whether the network sent it, in constant time; an empty secret is none."""
        ...

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:
        """The answer to a request that tells of no event: a handshake, a preflight; None for all others.

        Raises:
            PayloadRejectedError: the body is not the network's protocol.
        """
        ...

    def parse(self, request: Delivered) -> tuple[Event | Ignored, ...]:
        """What a request tells, in order; `page` of each names the page as the network does.

        Raises:
            PayloadRejectedError: the body is not the network's protocol.
        """
        ...


@dataclass(frozen=True, slots=True)
class CommonDoor:
    """The callbacks of a network with one address for all pages: a request names its page and carries its secret.

    `decode` opens the envelope, which has a `page`; `matches` compares its secret in constant time; `parse` takes
    envelope, `raw` and `retry_counter`. All raise PayloadRejectedError for what is not the network's protocol.
    """

    path: str
    decode: Callable[[bytes], Any]
    matches: Callable[..., bool]
    parse: Callable[..., Event | Ignored | ConfirmationRequest]
    #: The header that counts how often the network has tried before, in lower case.
    retry_header: str
