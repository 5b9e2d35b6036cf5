"""What asking a network for events brings, in words that no network owns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.credentials import Credential, Lesson
from app.domain.events import Event, Ignored
from app.domain.words import Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where asking stands: whom to ask, with which key of the session, after which event; '' = not known yet."""

    server: str = ""
    key: str = field(default="", repr=False)
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was seen of a page's tokens on the way: those that are dead, each with the code, and what others cannot."""

    dead: tuple[tuple[int, str], ...] = ()
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands at one place of a page at the moment, for networks that tell of no changes.

    `events` are its texts and none from before the page was first asked for, each as if it had just been written.
    Known texts of this `kind` and `scope` that were written since `since` (microseconds; None = nobody can say) and are
    not listed are gone.
    """

    kind: Kind
    scope: str
    events: tuple[Event, ...]
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An update that is not what the network's protocol says; `type` and `key` as far as they could be read."""

    code: str
    type: str = ""
    key: str = ""


#: Reads one update of a page, which is named as the network does; total.
UpdateReader = Callable[[bytes, str], "tuple[Event | Ignored | Unreadable, ...]"]


@dataclass(frozen=True, slots=True)
class Heard:
    """The network answered; what it told stands before `place`, from where to go on."""

    place: Place
    #: Each update as it came: a JSON object in UTF-8.
    updates: tuple[bytes, ...] = ()
    #: What stands at some places, for networks that list.
    listings: tuple[Listing, ...] = ()
    #: How long (microseconds) there is nothing to ask for.
    rest: int = 0
    #: Events before `place` are lost, nobody can tell which: a code; '' = none are.
    lost: str = ""
    #: A session was opened anew; a network limits how often that is done.
    opened: bool = False
    learned: Learned = Learned()


@dataclass(frozen=True, slots=True)
class Unheard:
    """There is no answer that helps; `after` in microseconds when the network named a time."""

    code: str
    after: int | None = None
    #: It does not pass by itself: a person has something to do.
    lasting: bool = False
    learned: Learned = Learned()


#: Reads a page's living tokens when they are needed.
Tokens = Callable[[], Awaitable[Sequence[Credential]]]


class EventSource(Protocol):
    """Asks one network for events; total: whatever the network answers becomes a value."""

    async def listen(self, page: str, place: Place, tokens: Tokens) -> Heard | Unheard:
        """Ask once and wait as long as the network lets wait; `page` is the network's id of it."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


SourceFactory = Callable[[], EventSource]
