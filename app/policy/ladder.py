"""Counts an author's offences on one page and finds the term of the next ban; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.clock import DAY
from app.domain.decisions import BanTerm
from app.domain.states import UNFINISHED, ActionState
from app.policy.rules import BanRules

#: The machine alone bans for a week at the most, whatever the ladder says.
MACHINE_LIMIT = 7 * 86_400
#: A first offence that draws no ban ends a day after its removal: by then its author could have seen it.
EPISODE = DAY


@dataclass(frozen=True, slots=True)
class StandingRemoval:
    """A removal that stands: sent, not reversed, not shadow. Both times in microseconds.

    `written_at` is when the removed words were written: the network's time of a new comment, the time of arrival of
    an edit. Private messages and protected appeals are no offences and do not belong here.
    """

    written_at: int
    sent_at: int


@dataclass(frozen=True, slots=True)
class PastBan:
    """A ban of the author on this page; `effective_at` (microseconds) is None until the network has taken it."""

    effective_at: int | None
    state: ActionState


@dataclass(frozen=True, slots=True)
class History:
    """What one author has done and suffered on one page; order does not matter."""

    removals: Sequence[StandingRemoval] = ()
    bans: Sequence[PastBan] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an author stands when a text is ruled on.

    `offences` are those before the one that this text belongs to; `ban_running` says that this very offence has its
    ban already: proposed, on its way or served.
    """

    offences: int = 0
    ban_running: bool = False


def standing(history: History, rules: BanRules, *, written_at: int, now: int) -> Standing:
    """Count offences before a text that was written at `written_at`; microseconds.

    An offence is what an author wrote between two bans, however many texts it was: a raid of one night is one
    offence. It counts while a removed text of it is younger than `rules.expires_days`.
    """
    bans = sorted(
        ban.effective_at for ban in history.bans if ban.effective_at is not None and ban.state is ActionState.DONE
    )
    live = [removal for removal in history.removals if removal.written_at > now - rules.expires_days * DAY]
    ends = sorted({*bans, *_warnings(live, bans, rules.warnings)})
    own = _place(ends, written_at)
    earlier = {_place(ends, removal.written_at) for removal in live}
    running = any(ban.state in UNFINISHED for ban in history.bans) or bool(bans and written_at <= bans[-1])
    return Standing(sum(place < own for place in earlier), running)


def _place(ends: Sequence[int], written_at: int) -> int:
    """How many offences had ended before this was written."""
    return sum(end < written_at for end in ends)


def _warnings(live: Sequence[StandingRemoval], bans: Sequence[int], warnings: int) -> list[int]:
    """The ends of the first offences, which draw no ban: the day after the removal, or an earlier ban by a person."""
    ends: list[int] = []
    for _ in range(warnings):
        later = [removal for removal in live if not ends or removal.written_at > ends[-1]]
        if not later:
            break
        first = min(later, key=lambda removal: (removal.written_at, removal.sent_at))
        ends.append(min([first.sent_at + EPISODE, *(ban for ban in bans if ban >= first.written_at)]))
    return ends


def term(ladder: Sequence[int], offences: int, warnings: int) -> BanTerm | None:
    """The ban for an offence after `offences` earlier ones; None while warnings last or without a ladder (seconds).

    The last rung holds for everything after it.
    """
    if not ladder or offences < warnings:
        return None
    rung = min(offences - warnings + 1, len(ladder))
    return BanTerm(rung, ladder[rung - 1])


def machine_may(ban: BanTerm | None) -> bool:
    """Whether the machine may send this ban alone where an office allows it to: dated, a week at the most."""
    return ban is not None and ban.seconds is not None and ban.seconds <= MACHINE_LIMIT
