"""How a network that calls one address for a whole bot or application is told that address, and whether it keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.connecting import Refusal
from app.domain.credentials import Credential


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the network keeps; `url` '' = it calls nobody.

    `waiting` deliveries could not be handed over yet; `trouble` is what the network says of the last one, '' = nothing,
    and `trouble_at` (microseconds) when that was.
    """

    url: str
    waiting: int = 0
    trouble: str = ""
    trouble_at: int | None = None


class Subscriber(Protocol):
    """Sets up the address that a network calls; total: whatever the network answers is a value."""

    @property
    def on_loopback(self) -> bool:
        """Whether the network is a stand-in on this very machine."""
        ...

    def subscription(self, page: str, credential: Credential, *, ours: str) -> Subscription | Refusal:
        """What is set at present; `ours` is the address that is looked for where a network keeps several."""
        ...

    def subscribe(self, page: str, url: str, secret: str, credential: Credential) -> Refusal | None:
        """Have deliveries sent there, each with the secret."""
        ...

    def unsubscribe(self, page: str, url: str, credential: Credential) -> Refusal | None:
        """Have no deliveries sent there any more: they are asked for."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


SubscriberFactory = Callable[[], Subscriber]
