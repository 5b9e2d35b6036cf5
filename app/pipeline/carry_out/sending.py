"""What a worker has in its hands between two looks at the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.ports import Credential, Order


class Step(StrEnum):
    """What one turn of the executor did."""

    SENT = "sent"
    #: The action was settled or put off without a call.
    SETTLED = "settled"
    #: Nothing is due, or all sending is stopped.
    IDLE = "idle"
    #: Another worker has the connection.
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Sending:
    """An action in `sending` that is ours to call for."""

    action_id: int
    comment_id: int
    claim: int
    page_id: int
    order: Order
    credentials: Sequence[Credential]
    #: The ban that goes with this deletion.
    ban_id: int | None
    #: Sealed tokens by credential id, to tell a renewed one from the one that was used.
    sealed: dict[int, str]


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody is to be banned on this page: its managers must be known first."""

    page_id: int
