"""What each error code of the Graph API means for the one who called: a table, not a chain of conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.clock import HOUR, MINUTE


class Move(StrEnum):
    """What to do after an error."""

    #: The network's own trouble: try again later, an attempt is spent.
    AGAIN = "again"
    #: A quota is used up: everything that uses this connection rests.
    REST = "rest"
    #: The token is dead until a person renews it.
    DEAD = "dead"
    #: The account has to prove itself, or has done too much of something.
    PERSON = "person"
    #: This token cannot call this, whatever the comment.
    LESSON = "lesson"
    #: This token may not do it, perhaps to this comment only.
    DENIED = "denied"
    #: Ambiguous: no longer there, or not shown to this token. Only a look tells.
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
_LESSON: Final = Handling(Move.LESSON)
_DENIED: Final = Handling(Move.DENIED)
_LOOK: Final = Handling(Move.LOOK)
_PERSON: Final = Handling(Move.PERSON, after=HOUR, alert=True)
#: Calls are counted over an hour that moves along.
_REST: Final = Handling(Move.REST, after=15 * MINUTE)

#: By error code; a code that is missing here is treated as `UNKNOWN`.
HANDLINGS: Final[Mapping[int, Handling]] = {
    1: _AGAIN,  # unknown error
    2: _AGAIN,  # the service is away for a moment
    4: _REST,  # the application's calls
    17: _REST,  # the user's calls
    32: _REST,  # the page's calls
    341: _REST,  # the application's limit
    613: _REST,  # a limit of this very call
    80001: _REST,  # calls for one page
    80002: _REST,  # calls for one Instagram account
    80006: _REST,
    102: _DEAD,  # the session is over
    190: _DEAD,  # the token is over, recalled, or its owner changed the password
    368: _PERSON,  # held back for what looks like abuse
    3: _LESSON,  # the application lacks the capability
    104: _LESSON,  # the application demands a proof that is not built here
    210: _LESSON,  # not with a user's token
    283: _LESSON,  # a right of the token is missing
    10: _DENIED,  # no permission
    100: Handling(Move.NEVER),  # a parameter is wrong
    803: _LOOK,  # some of the ids do not exist
}
UNKNOWN: Final = _AGAIN
#: Where a subcode says more than its code.
BY_SUBCODE: Final[Mapping[tuple[int, int], Handling]] = {
    (100, 33): _LOOK,  # the object does not exist or is not shown
    (190, 459): _PERSON,  # the account must log in and pass a check
    (190, 464): _PERSON,  # the account is not confirmed
    (190, 2069032): _LESSON,  # this page takes pages' tokens only
}
#: A permission is missing: one code for each.
_PERMISSIONS: Final = range(200, 300)


def handling(code: int, subcode: int | None, *, transient: bool = False) -> Handling:
    """What to do about an error; `transient` = the network itself says that it passes."""
    named = BY_SUBCODE.get((code, subcode or 0)) or HANDLINGS.get(code)
    if named is not None:
        return named
    if code in _PERMISSIONS and not transient:
        return _DENIED
    return UNKNOWN


def label(code: int, subcode: int | None = None) -> str:
    """The error as the house writes it down: `meta_190`, `meta_100_33`."""
    return f"meta_{code}" if subcode is None else f"meta_{code}_{subcode}"
