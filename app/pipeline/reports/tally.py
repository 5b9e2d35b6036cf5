"""Adds rows to the counts of a report; JSON-able, so that a worker may go on where another one stopped; pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from app.domain.answers import AppealEnd
from app.domain.clock import MINUTE
from app.domain.states import ActionState, Outcome
from app.domain.words import ActionKind, Mode, Verdict
from app.outbox.permission import REMOVALS
from app.review.calendar import Calendar
from app.storage.walk import Found

MACHINE: Final = "machine"
_PERSON: Final = "person:"
_DAY: Final = 86_400
#: Upper ends of the classes of bans in seconds.
BANS: Final = (
    ("day", _DAY),
    ("days3", 3 * _DAY),
    ("week", 7 * _DAY),
    ("month", 31 * _DAY),
    ("year", 366 * _DAY),
)
FOR_EVER: Final = "ever"
#: Ends of a resident's waiting in which no answer is owed.
_NOT_OWED: Final = frozenset({AppealEnd.NOT_NEEDED, AppealEnd.GONE})
AUDIT: Final = "audit"
_categories: Final = msgspec.json.Decoder(list[str]).decode


class Tally(msgspec.Struct):
    """What was counted so far.

    `comments` and `removed` are by step of the period; `replies` are minutes from question to answer, `working` those
    of them that the office worked; `suspects` are comments about which one person may have decided where a second was
    absent.
    """

    comments: list[int]
    removed: list[int]
    counts: dict[str, int] = {}
    replies: list[int] = []
    working: list[int] = []
    suspects: list[int] = []

    def add(self, name: str, number: int = 1) -> None:
        """Count."""
        self.counts[name] = self.counts.get(name, 0) + number


class Ruler:
    """The steps of a period in one time zone."""

    def __init__(self, since: int, until: int, starts: Sequence[int]) -> None:
        self.since = since
        self.until = until
        self._starts = starts

    def holds(self, instant: int) -> bool:
        """Whether an instant lies in the period."""
        return self.since <= instant < self.until

    def step(self, instant: int) -> int:
        """Which step an instant of the period lies in."""
        return bisect_right(self._starts, instant) - 1


def add_decision(tally: Tally, ruler: Ruler, row: Found) -> None:
    """A decision of the period: who said what, and whether it was the first about its comment."""
    _, verdict, categories, mode, by, at, supersedes = row
    if by == MACHINE:
        tally.add("comments" if supersedes is None else "rejudged")
        if supersedes is None:
            tally.comments[ruler.step(at)] += 1
        what = _machine_said(verdict, mode)
        tally.add(f"machine.{what}")
        if what == "removed":
            _add_removal(tally, ruler, MACHINE, categories, at, 1)
    else:
        add_verdict(tally, ruler, verdict, categories, by, at)


def add_verdict(  # noqa: PLR0917 - a row's columns
    tally: Tally, ruler: Ruler, verdict: str, categories: str, by: str, at: int, number: int = 1
) -> None:
    """A person's verdict, here or in the network; `number` -1 takes one back that was undone."""
    who = "person" if by.startswith(_PERSON) else "network"
    if verdict == Verdict.KEEP:
        tally.add(f"{who}.kept", number)
    elif verdict == Verdict.REMOVE:
        tally.add(f"{who}.removed", number)
        if who == "person":
            _add_removal(tally, ruler, who, categories, at, number)


def _add_removal(  # noqa: PLR0917 - a row's columns
    tally: Tally, ruler: Ruler, who: str, categories: str, at: int, number: int
) -> None:
    """Removals are counted by their first, strongest category; a person's without one rests on a law."""
    named = _categories(categories)
    tally.add(f"{who}.removed.{named[0] if named else 'law'}", number)
    tally.removed[ruler.step(at)] += number


def _machine_said(verdict: str, mode: str) -> str:
    if mode == Mode.SHADOW:
        return "kept" if verdict == Verdict.KEEP else f"would_{'remove' if verdict == Verdict.REMOVE else 'ask'}"
    if verdict == Verdict.REMOVE:
        return "removed" if mode == Mode.ENFORCE else "proposed"
    return "kept" if verdict == Verdict.KEEP else "asked"


def is_undoing(row: Found) -> bool:
    """Whether a decision is a person's that takes their own back and asks again."""
    return str(row[4]).startswith(_PERSON) and row[1] == Verdict.REVIEW


def is_reversing(row: Found) -> bool:
    """Whether a decision is a person's keep that replaces another decision."""
    return str(row[4]).startswith(_PERSON) and row[1] == Verdict.KEEP


def add_action(tally: Tally, ruler: Ruler, row: Found) -> None:
    """An action that was ordered in the period, by what has become of it by now."""
    _, state, kind, outcome, seconds, at, comment, _, _, _ = row
    if kind == ActionKind.BAN_AUTHOR and seconds is None:
        tally.suspects.append(comment)
    if _is_confirmed_removal(row):
        tally.add("confirmed")
        tally.removed[ruler.step(at)] += 1
    if state == ActionState.FAILED:
        tally.add("actions.failed")
    if state != ActionState.DONE or outcome == Outcome.GONE:
        return
    tally.add(f"actions.{kind}")
    if kind == ActionKind.BAN_AUTHOR:
        tally.add(f"bans.{ban_class(seconds)}")


def _is_confirmed_removal(row: Found) -> bool:
    """Whether a person let a removal out that the machine had only proposed: the decision stays the machine's."""
    _, state, kind, _, _, _, _, ordered_by, confirmed_by, mode = row
    proposed = kind in REMOVALS and ordered_by == MACHINE and mode == Mode.REVIEW
    return bool(proposed and confirmed_by and state != ActionState.CANCELLED)


def ban_class(seconds: int | None) -> str:
    """The class of a ban's length."""
    if seconds is None:
        return FOR_EVER
    return next((name for name, most in BANS if seconds <= most), BANS[-1][0])


def add_objection(tally: Tally, outcome: str | None) -> None:
    """An objection that came in the period, by its outcome so far."""
    tally.add("objections")
    tally.add(f"objections.{outcome or 'waiting'}")


def add_appeal(tally: Tally, row: Found, now: int, calendar: Calendar) -> None:
    """A resident's message of the period, by whether it was answered in its term."""
    asked, _, due, answered, ended, _ = row
    tally.add("appeals")
    if answered is not None:
        tally.add("appeals.in_term" if answered <= due else "appeals.late")
        tally.replies.append(max(0, answered - asked) // MINUTE)
        tally.working.append(max(0, calendar.between(asked, answered)) // MINUTE)
    elif ended in _NOT_OWED:
        tally.add("appeals.not_owed")
    else:
        tally.add("appeals.overdue" if due < now else "appeals.waiting")


def add_label(tally: Tally, row: Found) -> None:
    """A text that machine and person have judged; random samples are counted apart, they alone are unbiased."""
    _, source, person, machine, _ = row
    tally.add(f"agreement.{AUDIT if source == AUDIT else 'other'}.{machine}.{person}")


def median(numbers: Iterable[int]) -> float | None:
    """The middle one; None where there are none."""
    ordered = sorted(numbers)
    if not ordered:
        return None
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
