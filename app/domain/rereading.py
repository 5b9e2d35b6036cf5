"""What is asked of a network to read again what was written while nobody told us of it."""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from app.domain.connecting import Refusal
from app.domain.credentials import Credential
from app.domain.events import Event

#: So begins the key of a delivery that we went for ourselves,
KEY: Final = "reread:"
#: and this stands in the basis of a decision about it.
MARK: Final = "read_again"


class Thing(NamedTuple):
    """Something that is commented on: a surface, as the network's reader calls it, and the thing's id there."""

    surface: str
    id: str


class Reader(Protocol):
    """Lists what stands on a page at present; total: whatever the network answers becomes a value."""

    @property
    def surfaces(self) -> tuple[str, ...]:
        """What can be commented on, the most important first."""
        ...

    def things(self, page: str, surface: str, since: int, credential: Credential) -> tuple[Thing, ...] | Refusal:
        """Things on a surface under which something may have been written since that instant (microseconds)."""
        ...

    def comments(self, page: str, thing: Thing, since: int, credential: Credential) -> tuple[Event, ...] | Refusal:
        """What stands under a thing, as events: everything since that instant and perhaps older.

        A text is told as if it had just been written, and what the network shows as deleted as if it had just gone.
        Posts that events have named are things of the first surface; one that is none of the page's has no comments.
        """
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


ReaderFactory = Callable[[], Reader]
