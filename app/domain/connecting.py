"""What connecting a page asks of its network, and what the network says: servers, events, rights, the blacklist."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.credentials import Credential, Slot


class Why(StrEnum):
    """Why the network did not do what it was asked, by what a person can do about it."""

    #: The key is dead: expired, recalled, its owner blocked.
    DEAD = "dead"
    #: The key lacks a right, is of the wrong kind, or belongs to somebody who does not run the page.
    NOT_ALLOWED = "not_allowed"
    #: The network wants to see a person: a captcha, a check of the account.
    PERSON = "person"
    #: A limit is used up: later.
    LATER = "later"
    #: The network does not answer, or not sensibly.
    AWAY = "away"
    #: There are as many callback servers as the network allows.
    FULL = "full"
    #: What was asked about is not there any more.
    GONE = "gone"
    #: Anything else: `code` says what.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The network did not do it; `code` is its own word for why."""

    why: Why
    code: str
    slot: Slot


class ServerState(StrEnum):
    """What the network thinks of a callback server."""

    OK = "ok"
    WAIT = "wait"
    FAILED = "failed"
    UNCONFIGURED = "unconfigured"


@dataclass(frozen=True, slots=True)
class CallbackServer:
    """A callback server as the network keeps it; `state` '' = a word that is not known here."""

    id: str
    title: str
    url: str
    state: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewServer:
    """What a callback server shall be."""

    title: str
    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Switched:
    """How deliveries are set: whether they are on at all, by which version of the protocol, and which events come."""

    enabled: bool
    version: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Banned:
    """One line of a page's blacklist; instants in microseconds, `until` None = without a term.

    `reason` is '' where the network's "other" was chosen; `comment` is what a manager wrote, not the one who is banned.
    """

    id: str
    is_community: bool
    since: int | None
    until: int | None
    reason: str
    comment: str = field(repr=False)

    @property
    def without_reason(self) -> bool:
        """Whether nobody said why."""
        return not self.reason and not self.comment.strip()

    @property
    def without_term(self) -> bool:
        """Whether it holds for ever."""
        return self.until is None


@dataclass(frozen=True, slots=True)
class BannedList:
    """A page's blacklist; `total` is the network's own count, which is larger where reading stopped early."""

    banned: tuple[Banned, ...]
    total: int


class Reach(StrEnum):
    """What an address answers when it is asked from here."""

    OURS = "ours"
    FOREIGN = "foreign"
    CERTIFICATE = "certificate"
    SILENT = "silent"


class Connector(Protocol):
    """Sets up how a network delivers a page's events; total: whatever the network answers is a value."""

    @property
    def on_loopback(self) -> bool:
        """Whether the network is a stand-in on this very machine."""
        ...

    @property
    def wanted(self) -> Switched:
        """How deliveries have to be set for everything that is read here."""
        ...

    def rights(self, credential: Credential) -> frozenset[str] | Refusal:
        """What a community's key may do."""
        ...

    def servers(self, page: str, credential: Credential) -> tuple[CallbackServer, ...] | Refusal:
        """The page's callback servers, ours and foreign ones."""
        ...

    def confirmation(self, page: str, credential: Credential) -> str | Refusal:
        """What the network wants to hear from our server before it is believed; changes from time to time."""
        ...

    def add_server(self, page: str, server: NewServer, credential: Credential) -> str | Refusal:
        """Add a callback server; its id."""
        ...

    def edit_server(self, page: str, server_id: str, server: NewServer, credential: Credential) -> Refusal | None:
        """Change a callback server."""
        ...

    def drop_server(self, page: str, server_id: str, credential: Credential) -> Refusal | None:
        """Delete a callback server."""
        ...

    def callback_events(self, page: str, server_id: str, credential: Credential) -> Switched | Refusal:
        """Which events a callback server gets."""
        ...

    def switch_callback(self, page: str, server_id: str, credential: Credential) -> Refusal | None:
        """Let a callback server have every event that is read here; others stay as they are."""
        ...

    def polling(self, page: str, credential: Credential) -> Switched | Refusal:
        """Which events can be polled."""
        ...

    def switch_polling(self, page: str, credential: Credential) -> Refusal | None:
        """Let every event that is read here be polled; others stay as they are."""
        ...

    def banned(self, page: str, credential: Credential) -> BannedList | Refusal:
        """The page's blacklist, as far as it is read."""
        ...

    def reach(self, address: str) -> Reach:
        """What answers at our own public address, asked from this machine."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


ConnectorFactory = Callable[[], Connector]
