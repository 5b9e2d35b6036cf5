"""The one port: what the house expects from a network, whichever it is.

A network is a folder that makes an `Adapter`, and a line in the wiring that names it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.abilities import Abilities
from app.domain.clock import Clock
from app.domain.connecting import ConnectorFactory
from app.domain.credentials import Credential, Lesson, Slot
from app.domain.doors import CommonDoor, Door
from app.domain.polling import SourceFactory, UpdateReader
from app.domain.rereading import ReaderFactory
from app.domain.states import Outcome, WaitingFor
from app.domain.subscribing import SubscriberFactory
from app.domain.words import ActionKind, IntakeKind, Kind

__all__ = ["Abilities", "Credential", "Lesson", "Slot"]


@dataclass(frozen=True, slots=True)
class Order:
    """One action as a network client needs it; times in microseconds, `ban_until` None = for ever."""

    kind: ActionKind
    page: str
    comment_kind: Kind | None
    scope: str
    external_id: str
    post: str
    author: str
    ban_until: int | None = None
    ban_reason: str = ""
    ban_comment: str = ""
    #: Other messages that stand and fall with this one: the rest of an album.
    together: tuple[str, ...] = ()
    #: The author is to be banned too, by the same call: for networks where a ban comes only with a deletion.
    with_ban: bool = False
    #: What a restore takes back: a deletion, or a hiding.
    undoes: ActionKind | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The network did it, or there was nothing left to do."""

    outcome: Outcome
    lessons: tuple[Lesson, ...] = ()
    #: A ban that was to have a term has none in the network, which may depend on who is banned: we have to end it.
    endless: bool = False
    #: The deletion was done, but the ban that was ordered with it does not show: it has to be seen to by itself.
    ban_unseen: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Not done; try again. `after` microseconds if the network named a time; waiting costs no attempt if `waiting`."""

    code: str
    after: int | None = None
    waiting: WaitingFor | None = None
    #: Hold everything of this connection back as long, not only this action.
    pause_connection: bool = False
    #: Credentials that are dead until a person renews them.
    dead: tuple[int, ...] = ()
    #: The page has another id by now: it is called by this one from here on.
    moved_to: str = ""
    #: Tell people once.
    alert: bool = False
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class Manual:
    """No token of the page can do it: a person must."""

    code: str
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """It will never work as asked; `code` says why."""

    code: str
    lessons: tuple[Lesson, ...] = ()


Delivery = Done | Retry | Manual | Failed


@dataclass(frozen=True, slots=True)
class Untold:
    """Nobody could say who runs the page, and why; `transient` = that says nothing about the tokens, ask again."""

    code: str
    transient: bool = False


class Sight(StrEnum):
    """What a look at the target of an action shows."""

    DONE = "done"
    NOT_DONE = "not_done"
    #: The network does not tell, or not now.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Right:
    """Whether a token may do something on a page; `can` None = only trying would tell, `code` says why not."""

    what: ActionKind
    can: bool | None
    code: str = ""


class NetworkClient(Protocol):
    """Carries out orders on one network; total: whatever the network answers becomes a Delivery."""

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Call the network, at most a few times, within its rate."""
        ...

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Ids of those who run the page."""
        ...

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """Whether what was ordered has been done by now, by whomever; nothing is changed."""
        ...

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """The self-test: what this token may do on the page; nothing is changed."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


ClientFactory = Callable[[], NetworkClient]


@dataclass(frozen=True, slots=True)
class PageForm:
    """How pages of a network are described, and how they are tied to credentials.

    `owner` is the slot whose token belongs to the whole connection; equal tokens mean one connection, so that its rate
    is shared. `uses` are the options of a page that mean something here. `checked_id` makes what people copy from the
    network into the page's id there, or raises InvalidInputError with the reason; `page_url` is where people see it.
    """

    owner: Slot
    uses: frozenset[str]
    checked_id: Callable[[str], str]
    page_url: Callable[[str], str]
    #: Makes what people copy of a profile into the author's id, or raises InvalidInputError; and where people see it.
    checked_author: Callable[[str], str]
    author_url: Callable[[str], str]
    intakes: frozenset[IntakeKind]
    #: What a page's address ends with where a delivery does not say whose it is.
    address_ending: Callable[[str], str] = lambda _: ""
    #: One address serves all pages, so each has a secret of its own; elsewhere the connection has one.
    secret_on_page: bool = False
    #: What the network takes for a secret, whole.
    secret_pattern: str = "[!-~]{1,256}"  # noqa: S105 - a pattern, not a secret


@dataclass(frozen=True, slots=True)
class Adapter:
    """All that the house knows of one network; whatever is None, the network does not offer or nobody has built."""

    name: str
    #: As people call it.
    title: str
    abilities: Abilities
    form: PageForm
    client: Callable[[Clock], NetworkClient]
    #: How it calls us: one address for all pages, or one for each connection.
    common_door: CommonDoor | None = None
    door: Door | None = None
    #: How it is asked for events, by the page's intake: beside callbacks, or instead of them.
    sources: Mapping[IntakeKind, SourceFactory] = field(default_factory=dict)
    #: Asking brings the events of all pages of a connection, so one of them asks for all.
    source_is_shared: bool = False
    #: Asking begins with a session, which the network gives to a few at a time.
    source_opens_sessions: bool = False
    #: Reads what a source has brought.
    read_update: UpdateReader | None = None
    #: Lists what stands on a page.
    reader: ReaderFactory | None = None
    #: Sets up callback servers of pages; `watcher` does it at half the tokens' rate.
    connector: ConnectorFactory | None = None
    watcher: ConnectorFactory | None = None
    #: Keeps the one address that the network calls for a connection.
    subscriber: SubscriberFactory | None = None
    #: A law or the office's choice keeps it off unless it is named; said where it is switched on.
    off_because: str = ""
    #: What the installation has not set and the network asks for; '' = nothing.
    lacks: str = ""
