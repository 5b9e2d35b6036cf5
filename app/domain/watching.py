"""What a person must be told of and how: the matters of incidents by their codes, and the channels for messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Matter(StrEnum):
    """What has gone wrong; one incident is open for each matter, page and connection."""

    #: A page hears nothing for longer than is usual for it.
    SILENCE = "silence"
    #: The network says that our callback server does not answer it, or has none of ours.
    CALLBACK_SERVER = "callback_server"
    #: Asking the network for events fails.
    POLLING = "polling"
    #: The network does not take a token any more.
    TOKEN_DEAD = "token_dead"  # noqa: S105 - a code, not a credential
    #: Actions do not reach the network.
    SENDING = "sending"
    #: The network makes a connection wait: a limit, a captcha.
    HELD_BACK = "held_back"
    #: The machine removed too much in an hour and only proposes.
    BUDGET = "budget"
    #: The model fails too often: texts wait unjudged.
    MODEL = "model"
    #: A page's secret or a token does not open: the key that sealed it is not here.
    SEALED = "sealed"
    #: The network has taken rights from those with whose tokens a page is kept.
    RIGHTS = "rights"
    #: The network has given a page an id that another page has here.
    PAGE_MOVED = "page_moved"


class ChannelKind(StrEnum):
    """How an office is told."""

    EMAIL = "email"
    VK = "vk"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to a channel; `key` is the same whenever the same message is sent again, and for no other."""

    subject: str
    text: str
    key: int


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a letter: taken, or a `code` that tells why not; `after` = the wait that was asked for, µs."""

    code: str = ""
    after: int | None = None


class Sender(Protocol):
    """Sends letters one way; total: whatever goes wrong becomes a code."""

    def send(self, target: Mapping[str, str], letter: Letter) -> Handed:
        """Send it to whoever carries it on."""
        ...
