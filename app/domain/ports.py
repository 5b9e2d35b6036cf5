"""What the house expects from a network, whichever it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, Kind


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be done on a network at all, whoever's token it is; by kind of comment where that matters.

    Whether something is still possible in a single case, only the network knows.
    """

    delete: frozenset[Kind]
    hide: frozenset[Kind]
    restore: frozenset[Kind]
    ban: bool
    unban: bool
    #: A ban deletes what its author has written in the chat.
    ban_deletes_messages: bool

    def can(self, what: ActionKind, comment: Kind) -> bool:
        """Whether the network knows such an action on a comment of this kind, or on its author."""
        if what in (ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR):
            return self.ban if what is ActionKind.BAN_AUTHOR else self.unban
        by_kind = {
            ActionKind.DELETE_COMMENT: self.delete,
            ActionKind.HIDE_COMMENT: self.hide,
            ActionKind.RESTORE_COMMENT: self.restore,
        }
        return comment in by_kind[what]


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


class Slot(StrEnum):
    """Whose key a token is."""

    USER = "user"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Credential:
    """One usable token; `blocked_methods` are those it is known not to be able to call at present."""

    id: int
    slot: Slot
    token: str = field(repr=False)
    blocked_methods: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A token has shown that it cannot call a method."""

    credential: int
    method: str
    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """The network did it, or there was nothing left to do."""

    outcome: Outcome
    lessons: tuple[Lesson, ...] = ()


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


class NetworkClient(Protocol):
    """Carries out orders on one network; total: whatever the network answers becomes a Delivery."""

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Call the network, at most a few times, within its rate."""
        ...

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Ids of those who run the page."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


ClientFactory = Callable[[], NetworkClient]
