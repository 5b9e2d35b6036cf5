"""What is asked anew before every call: may this still be done, here, to this person, by this author of the order?"""

from dataclasses import dataclass
from typing import Final

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.states import GONE, CommentState
from app.domain.words import OWN, ActionKind, Mode, Reason, WrittenBy

#: Older orders of the machine go to a person: nobody understands a removal three days after the fact.
AGE_LIMIT: Final = 72 * HOUR
#: A list of managers older than this does not protect anybody.
MANAGERS_LIMIT: Final = DAY
PAUSE_RECHECK: Final = MINUTE
MANAGERS_RECHECK: Final = 10 * MINUTE
#: The code under which people see that a ban waits for the list of managers.
MANAGERS_UNKNOWN: Final = "managers_unknown"

REMOVALS: Final = frozenset({ActionKind.DELETE_COMMENT, ActionKind.HIDE_COMMENT})
_AGAINST_AUTHOR: Final = REMOVALS | {ActionKind.BAN_AUTHOR}


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for one action; instants in microseconds, `author` '' if unknown or erased."""

    kind: ActionKind
    #: The machine ordered it and no person has confirmed it.
    by_machine: bool
    created_at: int
    decision_current: bool
    comment: CommentState
    written_by: WrittenBy
    author: str
    page: str
    page_removed: bool
    mode: Mode
    paused: bool
    trusted: frozenset[str]
    managers: frozenset[str]
    managers_read_at: int | None
    ban_until: int | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """It may be sent."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Not at present; ask again after so many microseconds."""

    code: str
    after: int


@dataclass(frozen=True, slots=True)
class Propose:
    """A person must look first."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Cancel:
    """It must not be done any more."""

    code: str


@dataclass(frozen=True, slots=True)
class Gone:
    """What it is aimed at is gone already: nothing is left to do."""


Answer = Go | Hold | Propose | Cancel | Gone


def ask(standing: Standing, now: int) -> Answer:
    """Whether the action may be sent at `now`; pure."""
    return _for_the_target(standing) or _for_the_order(standing, now) or _for_the_person(standing, now) or Go()


def _for_the_target(s: Standing) -> Answer | None:
    if s.page_removed:
        return Cancel("page_removed")
    # Lifting a ban is owed to the author whatever has become of the comment since.
    if not s.decision_current and s.kind is not ActionKind.UNBAN_AUTHOR:
        return Cancel("superseded")
    if s.kind in REMOVALS and s.comment in GONE:
        return Gone()
    if s.comment is CommentState.WITHDRAWN and s.kind is not ActionKind.UNBAN_AUTHOR:
        return Cancel("withdrawn")
    return None


def _for_the_order(s: Standing, now: int) -> Answer | None:
    # The end of a ban's term was agreed upon with the ban: no mode and no age holds it up.
    asked = s.by_machine and s.kind is not ActionKind.UNBAN_AUTHOR
    if asked and s.mode is Mode.SHADOW:
        return Cancel("mode")
    if asked and s.mode is Mode.REVIEW:
        return Propose(Reason.MODE)
    if asked and now - s.created_at > AGE_LIMIT:
        return Propose(Reason.AGE_LIMIT)
    if s.paused:
        return Hold("paused", PAUSE_RECHECK)
    return None


def _for_the_person(s: Standing, now: int) -> Answer | None:
    is_ban = s.kind is ActionKind.BAN_AUTHOR
    if s.kind in _AGAINST_AUTHOR and (is_ban or s.by_machine) and is_protected(s):
        return Cancel("protected_author")
    if not is_ban:
        return None
    if not s.author:
        return Cancel("author_unknown")
    if s.ban_until is not None and s.ban_until <= now:
        return Cancel("term_over")
    if not managers_known(s.managers_read_at, now):
        return Hold(MANAGERS_UNKNOWN, MANAGERS_RECHECK)
    return None


def managers_known(read_at: int | None, now: int) -> bool:
    """Whether the list of managers is there and young enough to protect them."""
    return read_at is not None and now - read_at <= MANAGERS_LIMIT


def is_protected(s: Standing) -> bool:
    """Whether the author is the page itself, one of its managers or a community that it trusts."""
    if s.written_by in OWN:
        return True
    if not s.author:
        return False
    # Networks that mark communities by a minus are met by lists written with and without it.
    names = {s.author, s.author.removeprefix("-")} if s.author.startswith("-") else {s.author}
    return s.page in names or bool(names & s.trusted) or s.author in s.managers
