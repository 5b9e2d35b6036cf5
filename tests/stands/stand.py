"""One network as a test sees it: its simulator, the adapter that talks to it, and what people do there."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self

from app.domain.ports import Adapter, Credential, Slot
from app.domain.words import Kind
from app.settings import Settings


class Standing(StrEnum):
    """What a reader of the page sees of a text."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    GONE = "gone"


class Mishap(StrEnum):
    """How a network answers every call of its API until it is told to behave."""

    #: In its own words: too many calls, later.
    LIMIT = "limit"
    #: HTTP 502 from whoever stands before it.
    DOWN = "down"
    #: HTTP 200 and a page of HTML.
    GARBAGE = "garbage"
    #: The connection is closed without an answer.
    HANG_UP = "hang_up"


@dataclass
class Said:
    """A text in the simulator; `id` and `author` as events name them, `own` whatever the simulator calls it."""

    kind: Kind
    id: str
    author: str
    words: str
    own: Any = field(repr=False)


class Stand(ABC):
    """A context manager: the simulator runs inside.

    It has one page from the beginning, with credentials that may do everything that the network lets anybody do. Verbs
    return when the network has told of them, or has given up: to the address that `call` has named, if the network
    calls at all and calls about texts of this kind; a source finds them in any case. A delivery that is not answered
    as the network wants is repeated at once, at least once. A question that the network keeps open ends soon: a test
    may ask where there is nothing to hear. Nobody counts how many calls a second there are.
    """

    #: As the adapter is called.
    name: ClassVar[str]
    #: Kinds of texts that are written here, the most usual comment first; private ones last.
    kinds: ClassVar[tuple[Kind, ...]]
    #: The page and three people, as events name them.
    page: ClassVar[str]
    citizen: ClassVar[str]
    neighbour: ClassVar[str]
    manager: ClassVar[str]
    #: What people may copy instead of the page's id; what is no page of this network.
    pages_as_typed: ClassVar[Collection[str]]
    no_pages: ClassVar[tuple[str, ...]]
    #: The profile of somebody, which is no page; the refusal says so. '' = profiles look like nothing else there.
    profile: ClassVar[str] = ""
    #: Whose token sets up the address that is called, where that is not the owner's.
    subscribes_with: ClassVar[Slot | None] = None
    secret: ClassVar[str] = "S3cret-of-the-stand"
    #: What the network wants to hear before it believes an address; '' = nothing.
    confirmation: ClassVar[str] = ""

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(self, *_: object) -> None: ...

    # --- how it is reached -------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the simulated API answers."""

    @property
    @abstractmethod
    def credentials(self) -> tuple[Credential, ...]:
        """The page's tokens, with numbers from 1."""

    @property
    @abstractmethod
    def options(self) -> Mapping[str, str]:
        """What `page add` is given beside network, id and title: user_token, secret and so on."""

    def values(self, url: str = "") -> Mapping[str, str]:
        """Settings of an installation that talks to this network, by their names; `url` = somebody else answers."""
        return {"networks": self.name, f"{self.name}_api_url": url or self.url}

    def environment(self) -> Mapping[str, str]:
        """The same for processes."""
        return {f"DVORNIK_{name.upper()}": value for name, value in self.values().items()}

    def adapter(self, url: str = "") -> Adapter:
        """The network as the house sees it."""
        settings: dict[str, Any] = dict(self.values(url))
        return self.make(Settings(**settings))

    @abstractmethod
    def make(self, settings: Settings) -> Adapter:
        """Call what stands in the wiring."""

    # --- what happens there ------------------------------------------------------------------------------------------

    @abstractmethod
    def call(self, url: str) -> None:
        """From here on deliver to this address, each delivery proved by `secret`; '' = to none."""

    def confirm(self) -> bool:
        """Ask the address whether it is the page's; whether it answered rightly."""
        raise NotImplementedError(f"{self.name} asks for no confirmation")

    @abstractmethod
    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """Somebody writes: a citizen a text of the first kind, unless told otherwise."""

    @abstractmethod
    def edit(self, said: Said, words: str) -> None:
        """Its author changes a text."""

    @abstractmethod
    def remove(self, said: Said) -> None:
        """Somebody other than this house removes a text on the site."""

    # --- what stands there -------------------------------------------------------------------------------------------

    @abstractmethod
    def standing(self, said: Said) -> Standing:
        """What a reader sees of a text."""

    @abstractmethod
    def is_barred(self, author: str) -> bool:
        """Whether somebody may not write on the page at present: banned, or muted."""

    # --- how it fails ------------------------------------------------------------------------------------------------

    @abstractmethod
    def kill_tokens(self) -> None:
        """From here on the page's tokens are dead."""

    @abstractmethod
    def misbehave(self, mishap: Mishap | None) -> None:
        """From here on answer every call so; None = as the network does."""
