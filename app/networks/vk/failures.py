"""What each of VK's error codes means for the one who called: a table, not a chain of conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.clock import HOUR, MINUTE, SECOND


class Move(StrEnum):
    """What to do after an error."""

    #: VK's own trouble: try again later, an attempt is spent.
    AGAIN = "again"
    #: Too fast by a fraction of a second: wait, no attempt is spent.
    WAIT = "wait"
    #: A quota is used up: everything that uses this connection rests.
    REST = "rest"
    #: The token is dead until a person renews it.
    DEAD = "dead"
    #: VK wants to see a person: a captcha, a confirmation, a check of the account.
    PERSON = "person"
    #: This token cannot call this method, whatever the comment.
    LESSON = "lesson"
    #: Ambiguous: not allowed, or no longer there. Only a look at the target tells.
    LOOK = "look"
    #: There is nothing left to do.
    ALREADY = "already"
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

#: Not a code of VK: several methods answer 0 instead of an error, "not done" without a reason.
RESULT_0: Final = 0
#: By error code; a code that is missing here is treated as `UNKNOWN`.
HANDLINGS: Final[Mapping[int, Handling]] = {
    1: _AGAIN,  # unknown error on VK's side
    10: _AGAIN,  # internal error
    13: _AGAIN,  # runtime error
    36: _AGAIN,  # timed out inside VK
    6: Handling(Move.WAIT, after=SECOND),  # requests per second
    9: Handling(Move.REST, after=15 * MINUTE),  # flood control: too many actions of one kind
    29: Handling(Move.REST, after=3 * HOUR, alert=True),  # the method's undisclosed quota
    5: _DEAD,  # token bad, expired, bound to another address, or its owner blocked
    1117: _DEAD,  # token expired
    3609: _DEAD,  # token must be extended
    3610: _DEAD,  # its owner is deactivated
    14: _PERSON,  # captcha
    17: _PERSON,  # validation of the account
    24: _PERSON,  # confirmation by the user
    25: _PERSON,  # confirmation of the token
    703: _PERSON,  # the account needs a second factor
    3300: _PERSON,
    3301: _PERSON,
    3302: _PERSON,
    3303: _PERSON,
    3304: _PERSON,
    11500: _PERSON,
    20: _LESSON,  # not a standalone application
    27: _LESSON,  # not with a community's key
    28: _LESSON,  # not with an application's key
    1051: _LESSON,  # not with this kind of profile
    RESULT_0: _LOOK,
    7: _LOOK,  # no permission
    15: _LOOK,  # access denied
    100: _LOOK,  # a parameter is missing or wrong, also when its target is gone
    104: _LOOK,  # not found
    183: _LOOK,
    200: _LOOK,
    203: _LOOK,  # no access to the community
    210: _LOOK,  # no access to the wall's post
    211: _LOOK,  # no access to the wall's comment
    212: _LOOK,  # no access to a post's comments
    924: _LOOK,  # this message cannot be deleted for everybody
    243: Handling(Move.ALREADY),  # restoring what has not been deleted
    3: _NEVER,  # unknown method
    8: _NEVER,  # invalid request, or an API version that is no longer served
    113: _NEVER,  # invalid user id
    125: _NEVER,  # invalid community id
}
UNKNOWN: Final = _AGAIN
#: Subcodes of 15 that speak about the token and not about the comment: method and application not permitted.
LESSON_SUBCODES: Final = frozenset({1133, 1134})
#: A deleted or blocked account: for a ban its target, who cannot write any more.
ABSENT_ACCOUNT: Final = frozenset({18, 37})


def handling(code: int, subcode: int | None, *, banning: bool = False) -> Handling:
    """What to do about an error; `banning` = the call was to ban or unban somebody."""
    if code == 15 and subcode in LESSON_SUBCODES:
        return _LESSON
    if banning and code in ABSENT_ACCOUNT:
        return Handling(Move.ALREADY)
    if banning and code == 100:
        return _NEVER
    return HANDLINGS.get(code, UNKNOWN)


def label(code: int, subcode: int | None = None) -> str:
    """The error as the house writes it down: `vk_15`, `vk_15_1133`."""
    return f"vk_{code}" if subcode is None else f"vk_{code}_{subcode}"
