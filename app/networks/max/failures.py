"""What MAX's refusals mean for the one who called: a table by HTTP status and MAX's own code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.clock import SECOND
from app.domain.connecting import Why


class Move(StrEnum):
    """What to do after a refusal."""

    #: MAX's own trouble: try again later, an attempt is spent.
    AGAIN = "again"
    #: Too many calls, or MAX has too much to do: everything that uses this connection rests.
    REST = "rest"
    #: The token is dead until a person renews it.
    DEAD = "dead"
    #: The bot has no right to this in this chat.
    LESSON = "lesson"
    #: What it is about is not there.
    GONE = "gone"
    #: MAX did not do it and does not say why: a look at the target may tell.
    LOOK = "look"
    #: It will never work as asked.
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Refused:
    """MAX answered and did not do it: the HTTP status and MAX's code, '' = it named none.

    A `status` of 200 is an answer that says `success: false`.
    """

    status: int
    code: str = ""
    #: Microseconds for which MAX wants to be left alone.
    after: int | None = None


#: How long to rest where MAX names no time.
REST: Final = 2 * SECOND
DEAD_TOKEN: Final = Refused(401, "verify.token")
#: By MAX's own code, whatever the status; a bot that is not in a chat is told that there is no such chat.
BY_CODE: Final[Mapping[str, Move]] = {
    "verify.token": Move.DEAD,
    "access.denied": Move.LESSON,
    "chat.denied": Move.LESSON,
    "chat.not.found": Move.LESSON,
    "comment.not.found": Move.GONE,
    "message.not.found": Move.GONE,
    "not.found": Move.GONE,
    "rate.limit": Move.REST,
    "too.many.requests": Move.REST,
    "service.unavailable": Move.REST,
    "comments.timeout_exceeded": Move.NEVER,
    "proto.payload": Move.NEVER,
}
BY_STATUS: Final[Mapping[int, Move]] = {
    200: Move.LOOK,
    400: Move.NEVER,
    401: Move.DEAD,
    403: Move.LESSON,
    404: Move.GONE,
    405: Move.NEVER,
    422: Move.NEVER,
    429: Move.REST,
    503: Move.REST,
}
UNKNOWN: Final = Move.AGAIN
_WHYS: Final[Mapping[Move, Why]] = {
    Move.AGAIN: Why.AWAY,
    Move.REST: Why.LATER,
    Move.DEAD: Why.DEAD,
    Move.LESSON: Why.NOT_ALLOWED,
    Move.GONE: Why.GONE,
    Move.LOOK: Why.OTHER,
    Move.NEVER: Why.OTHER,
}
_UNSAFE: Final = re.compile("[^a-z0-9]+")
_LONGEST_CODE: Final = 40


def move(refused: Refused) -> Move:
    """What to do about a refusal."""
    return BY_CODE.get(refused.code) or BY_STATUS.get(refused.status, UNKNOWN)


def why(refused: Refused) -> Why:
    """What a person can do about a refusal."""
    return _WHYS[move(refused)]


def label(refused: Refused) -> str:
    """The refusal as the house writes it down: `max_403`, `max_401_verify_token`."""
    code = _UNSAFE.sub("_", refused.code.lower()[:_LONGEST_CODE]).strip("_")
    return f"max_{refused.status}_{code}" if code else f"max_{refused.status}"
