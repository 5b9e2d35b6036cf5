"""Where asking for a group's comments stands: what is known of each discussion, and how often OK may be asked."""

from collections.abc import Iterable
from typing import Final

import msgspec

from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.networks.ok.comments import KINDS, Discussion

#: Discussions that are remembered; of those that are forgotten only new comments are looked for.
MOST: Final = 250
#: How soon a discussion is looked at again whose counters have not changed, for its edits: by how
#: fresh its newest comment is.
_LOOKS: Final = ((10 * MINUTE, 0), (DAY, 15 * MINUTE), (3 * DAY, 2 * HOUR))
#: A listing goes back so far behind the newest comment that is known, for edits and removals.
QUICK_LOOK: Final = 10 * MINUTE
LONG_LOOK: Final = DAY
#: Asking rests for a part of the time since something was last written, within these limits.
LEAST_REST: Final = MINUTE
MOST_REST: Final = HOUR
#: Whoever has added a page tries it out, and looks whether it works.
TRIAL: Final = 15 * MINUTE
TRIAL_REST: Final = 20 * SECOND
_PART: Final = 12
#: OK does not say when it gives new calls: what is left has to do for so long.
_QUOTA_TERM: Final = DAY
#: How long what OK said about the calls that are left is counted on from.
CALLS_FOR: Final = 30 * MINUTE


class Known(msgspec.Struct, array_like=True):
    """One discussion: its counters when it was last listed, its newest comment, when it was looked at; microseconds."""

    mark: str
    newest: int
    looked: int

    def is_due(self, now: int, begun: int) -> bool:
        """Whether it is to be looked at again though nothing seems to have happened; `begun`: see `Cursor`."""
        age = now - self.newest
        return self.newest >= begun and any(age < fresh and now - self.looked >= pause for fresh, pause in _LOOKS)


class Cursor(msgspec.Struct, omit_defaults=True):
    """`begun` is when the page was first asked for: older comments are none of ours. Instants in microseconds.

    `floor`: what is not remembered was looked at up to here. `active`: when something was last written. `left`: calls
    that OK said were left at `left_at`, less those made since; None = it did not say. `marker`: of messages.
    """

    begun: int
    floor: int = 0
    active: int = 0
    left: int | None = None
    left_at: int = 0
    marker: str = ""
    known: dict[str, Known] = msgspec.field(default_factory=dict)

    def rest(self, now: int, calls: int) -> int:
        """How long there is nothing to ask for, when a round costs so many calls."""
        least = TRIAL_REST if now - self.begun < TRIAL else LEAST_REST
        quiet = min(max((now - self.active) // _PART, least), MOST_REST)
        if self.left is None:
            return quiet
        return max(quiet, min(MOST_REST, _QUOTA_TERM * calls // max(1, self.left)))

    def spend(self, calls: int) -> None:
        """Count calls that were made."""
        if self.left is not None:
            self.left = max(0, self.left - calls)

    def forget(self, listed: Iterable[str]) -> None:
        """Keep those that OK lists at present, and of the others those in which something was written last."""
        if len(self.known) <= MOST:
            return
        present = frozenset(listed)
        by_age = sorted(self.known, key=lambda one: (one in present, self.known[one].newest, one))
        for one in by_age[: len(by_age) - MOST]:
            self.floor = max(self.floor, self.known.pop(one).newest)

    def written(self) -> str:
        """As it is stored."""
        return msgspec.json.encode(self).decode()


_decode: Final = msgspec.json.Decoder(Cursor).decode


def read_cursor(text: str) -> Cursor | None:
    """A stored cursor; None when it is none of ours."""
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return None


def name_of(on: Discussion) -> str:
    """How a discussion is remembered."""
    return f"{on.type}:{on.id}"


def discussion_of(name: str) -> Discussion | None:
    """A remembered discussion; None for a name that is none."""
    kind, _, number = name.partition(":")
    return Discussion(kind, number) if kind in KINDS and number.isdigit() else None
