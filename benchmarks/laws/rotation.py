"""Lets several sizes of one thing take turns: the smallest before and after each other one."""

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.machine import Watch
from benchmarks.pairs import Turns, Window, spread

Measure = Callable[[], dict[str, float]]


def rotate(measures: Sequence[Measure], *, rounds: int = 3) -> list[Turns]:
    """Turns of each further size as B against the first as A: A B C D A B C D … A, so that all share the A."""
    windows = [_window(measures[0])]
    others: list[list[Window]] = [[] for _ in measures[1:]]
    for _ in range(rounds):
        for kept, measure in zip(others, measures[1:], strict=True):
            kept.append(_window(measure))
        windows.append(_window(measures[0]))
    return [Turns(windows, kept) for kept in others]


def _window(measure: Measure) -> Window:
    watch = Watch()
    return Window(measure(), watch.foreign())


def spreads(turns: Sequence[Turns], name: str) -> list[dict[str, float]]:
    """One value at each size, the smallest first."""
    first = spread([window.values[name] for window in turns[0].a])
    return [first, *(spread([window.values[name] for window in one.b]) for one in turns)]


def ratios(turns: Sequence[Turns], name: str) -> tuple[list[float], bool]:
    """Each further size's share of the smallest (medians), and whether enough pairs were quiet to believe them."""
    found: list[dict[str, Any]] = [one.summary(name) for one in turns]
    quiet = all(one["ratio"] is not None for one in found)
    return [(one["ratio"] or one["unfiltered_ratio"])["median"] for one in found], quiet
