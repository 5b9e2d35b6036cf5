"""What each of OK's error codes means for the one who called: a table, not a chain of conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.clock import HOUR, MINUTE
from app.domain.connecting import Why
from app.domain.states import WaitingFor


class Move(StrEnum):
    """What to do after an error."""

    #: OK's own trouble: try again later, an attempt is spent.
    AGAIN = "again"
    #: A quota is used up: everything that uses this connection rests.
    REST = "rest"
    #: The token is dead until a person renews it.
    DEAD = "dead"
    #: The installation's application, its keys or its address are not accepted: a person must see to it.
    PERSON = "person"
    #: This token cannot call this method, whatever the comment.
    LESSON = "lesson"
    #: Ambiguous: not allowed here, or no longer there. Only a look at the target tells.
    LOOK = "look"
    #: It will never work as asked.
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Handling:
    """A move, how long to wait in microseconds if that is known, and whether people must hear of it."""

    move: Move
    after: int | None = None
    alert: bool = False


_AGAIN: Final = Handling(Move.AGAIN)
_DEAD: Final = Handling(Move.DEAD, alert=True)
_PERSON: Final = Handling(Move.PERSON, after=HOUR, alert=True)
_LESSON: Final = Handling(Move.LESSON)
_LOOK: Final = Handling(Move.LOOK)
_NEVER: Final = Handling(Move.NEVER)

#: No such thing to discuss, no such comment.
NO_DISCUSSION: Final = 106
NO_COMMENT: Final = 141
NOT_THERE: Final = frozenset({NO_DISCUSSION, NO_COMMENT})
BAD_PARAMETER: Final = 100
NO_APPLICATION: Final = 101
BAD_TOKEN: Final = 103
#: By error code; a code that is missing here is treated as `UNKNOWN`.
HANDLINGS: Final[Mapping[int, Handling]] = {
    1: _AGAIN,  # unknown error on OK's side
    2: _AGAIN,  # the service does not work for a while
    7: Handling(Move.REST, after=15 * MINUTE),  # the action is blocked for this user for a while
    8: Handling(Move.REST, after=15 * MINUTE),  # flood
    11: Handling(Move.REST, after=HOUR),  # the method's limit
    26: Handling(Move.REST, after=3 * HOUR, alert=True),  # the total limit
    9: _PERSON,  # our address is blocked
    NO_APPLICATION: _PERSON,  # the application's key
    104: _PERSON,  # the signature: the application's secret
    105: _PERSON,  # a signature that was used before
    102: _DEAD,  # session expired
    BAD_TOKEN: _DEAD,  # session key invalid
    3: _LESSON,  # no such method for this application
    10: _LESSON,  # the application or the token lacks the right
    24: _LOOK,  # not the owner
    50: _LOOK,  # not an administrator
    NO_DISCUSSION: _LOOK,
    140: _LOOK,  # no such message
    NO_COMMENT: _LOOK,
    4: _NEVER,  # the request is malformed
    BAD_PARAMETER: _NEVER,  # a parameter is missing or wrong
    110: _NEVER,  # invalid user id
}
UNKNOWN: Final = _AGAIN
#: What OK answers whatever the token.
PASSING: Final = frozenset({Move.AGAIN, Move.REST})
#: What an action that is put off waits for; an attempt is spent where nothing is named.
WAITING: Final = {Move.REST: WaitingFor.LIMIT, Move.PERSON: WaitingFor.CAPTCHA}
_WHYS: Final[Mapping[Move, Why]] = {
    Move.AGAIN: Why.AWAY,
    Move.REST: Why.LATER,
    Move.DEAD: Why.DEAD,
    Move.PERSON: Why.PERSON,
    Move.LESSON: Why.NOT_ALLOWED,
}
_NOT_RUN: Final = frozenset({24, 50})


def handling(code: int) -> Handling:
    """What to do about an error."""
    return HANDLINGS.get(code, UNKNOWN)


def why(code: int) -> Why:
    """What a person can do about an error."""
    if code in NOT_THERE:
        return Why.GONE
    if code in _NOT_RUN:
        return Why.NOT_ALLOWED
    return _WHYS.get(handling(code).move, Why.OTHER)


def label(code: int) -> str:
    """The error as the house writes it down: `ok_141`."""
    return f"ok_{code}"
