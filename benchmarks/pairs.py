"""Compares two things that take turns, and refuses a ratio when the machine was not theirs."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.machine import QUIET, Watch

#: A ratio needs so many quiet pairs.
ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Window:
    """One turn: what was measured, and how many cores others used meanwhile."""

    values: dict[str, float]
    foreign: float


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns of A and B in the order A B A B … A: one A more than B."""

    a: list[Window] = field(default_factory=list)
    b: list[Window] = field(default_factory=list)

    def quiet(self) -> list[int]:
        """Places of the pairs whose three windows were quiet."""
        return [place for place in range(len(self.b)) if self._foreign(place) < QUIET]

    def _foreign(self, place: int) -> float:
        return max(self.a[place].foreign, self.b[place].foreign, self.a[place + 1].foreign)

    def ratios(self, name: str, places: Sequence[int]) -> list[float]:
        """B over the mean of its neighbouring A, for these pairs."""
        return [
            self.b[place].values[name] / ((self.a[place].values[name] + self.a[place + 1].values[name]) / 2)
            for place in places
        ]

    def summary(self, name: str) -> dict[str, Any]:
        """Medians, spread and the ratio of one value.

        `ratio` and the spreads of the quiet windows are None when there were too few quiet pairs.
        """
        quiet = self.quiet()
        enough = len(quiet) >= ENOUGH
        neighbours = sorted({place + side for place in quiet for side in (0, 1)})
        every = self.ratios(name, range(len(self.b)))
        held = self.ratios(name, quiet)
        return {
            "a": spread([window.values[name] for window in self.a]),
            "b": spread([window.values[name] for window in self.b]),
            "pairs": len(self.b),
            "quiet_pairs": len(quiet),
            "ratio": spread(held) if enough else None,
            "quiet_a": spread([self.a[place].values[name] for place in neighbours]) if enough else None,
            "quiet_b": spread([self.b[place].values[name] for place in quiet]) if enough else None,
            "unfiltered_ratio": spread(every),
            "foreign_cores": statistics.median(window.foreign for window in [*self.a, *self.b]),
        }


def take_turns(
    a: Callable[[], dict[str, float]], b: Callable[[], dict[str, float]], *, at_least: int = ENOUGH, at_most: int = 6
) -> Turns:
    """Let A and B take turns until enough pairs were quiet, or too few can be within `at_most`."""
    turns = Turns()
    turns.a.append(_window(a))
    while len(turns.b) < at_least or ENOUGH - (at_most - len(turns.b)) <= len(turns.quiet()) < ENOUGH:
        turns.b.append(_window(b))
        turns.a.append(_window(a))
    return turns


def _window(measure: Callable[[], dict[str, float]]) -> Window:
    watch = Watch()
    values = measure()
    return Window(values, watch.foreign())


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and largest."""
    return {"median": statistics.median(values), "least": min(values), "largest": max(values)}
