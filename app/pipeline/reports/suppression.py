"""Hides small counts of what is made public so that nobody can compute them back from the rest; pure.

The sums must not form circles (two sums share one number at most, and no chain of sums comes back to its beginning):
then what can be concluded about a hidden number is exactly what passing bounds from sum to sum gives.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Counts under this are not shown.
LEAST: Final = 5
#: What remains possible for a small count must span at least this, or the reader knows it well enough.
_SPAN: Final = LEAST - 1


@dataclass(frozen=True, slots=True)
class Sum:
    """A count that is the sum of others, by name."""

    total: str
    parts: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Everything in it."""
        return (self.total, *self.parts)


def hide(counts: Mapping[str, int], sums: Sequence[Sum], unseen: Collection[str] = ()) -> frozenset[str]:
    """Names of counts that must not be shown: those under `LEAST`, and as many others as keep them unknown.

    `unseen` are totals that nobody is shown anyway.
    """
    small = frozenset(name for name, count in counts.items() if count < LEAST)
    hidden = {*small, *unseen}
    while True:
        bounds = possible(counts, sums, hidden)
        known = sorted(name for name in small if bounds[name][1] - bounds[name][0] < _SPAN)
        more = _another(counts, sums, hidden, known)
        if more is None:
            return frozenset(hidden)
        hidden.add(more)


def _another(counts: Mapping[str, int], sums: Sequence[Sum], hidden: set[str], known: Sequence[str]) -> str | None:
    """The next number to hide so that a small one is not known: the smallest part of its sum, else the total."""
    for name in known:
        for one in sums:
            if name not in one.all:
                continue
            shown = [part for part in one.parts if part not in hidden]
            if shown:
                return min(shown, key=lambda part: (counts[part], part))
            if one.total not in hidden:
                return one.total
    return None


def possible(counts: Mapping[str, int], sums: Sequence[Sum], hidden: set[str]) -> dict[str, tuple[float, float]]:
    """What a reader can conclude about each count: the least and the most that it may be."""
    bounds: dict[str, tuple[float, float]] = {
        name: (0.0, float("inf")) if name in hidden else (float(count), float(count)) for name, count in counts.items()
    }
    changed = True
    while changed:
        changed = False
        for one in sums:
            for name in one.all:
                narrower = _concluded(one, name, bounds)
                if narrower != bounds[name]:
                    bounds[name], changed = narrower, True
    return bounds


def _concluded(one: Sum, name: str, bounds: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    least, most = bounds[name]
    if name == one.total:
        low, high = (sum(bounds[part][side] for part in one.parts) for side in (0, 1))
    else:
        others = [bounds[part] for part in one.parts if part != name]
        total_low, total_high = bounds[one.total]
        rest_low, rest_high = sum(low for low, _ in others), sum(high for _, high in others)
        low = total_low - rest_high if rest_high != float("inf") else 0.0
        high = total_high - rest_low
    return max(least, low), min(most, high)
