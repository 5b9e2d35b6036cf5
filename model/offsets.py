"""Where a piece of a rewritten text stood in the original."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace text[start:end] (code points) by `new`."""

    start: int
    end: int
    new: str


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text after edits that are sorted and do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces.append(text[at:start])
        pieces.append(new)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


class _Layer:
    """One layer of edits, in which a place is found by halving: a text may have as many edits as words."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._outs: list[int] = []
        self._shifts = [0]
        for start, end, new in edits:
            shift = self._shifts[-1]
            self._outs.append(start + shift)
            self._shifts.append(shift + len(new) - (end - start))

    def start(self, position: int) -> int:
        """Where a word that begins here began before the edits."""
        at = bisect_right(self._outs, position)
        if at:
            start, end, new = self._edits[at - 1]
            inside = position - self._outs[at - 1]
            if inside < len(new):
                return start + inside if len(new) == end - start else start
        return position - self._shifts[at]

    def end(self, position: int) -> int:
        """Where a word that ends here ended before the edits."""
        at = bisect_left(self._outs, position)
        if at:
            start, end, new = self._edits[at - 1]
            inside = position - self._outs[at - 1]
            if inside <= len(new):
                return start + inside if len(new) == end - start else end
        return position - self._shifts[at]


def before(spans: Iterable[tuple[int, int]], layers: Sequence[Sequence[Edit]]) -> list[tuple[int, int]]:
    """The spans of the original that became these [start, end) after all layers of edits."""
    found = list(spans)
    for edits in reversed(layers):
        layer = _Layer(edits)
        found = [(layer.start(start), layer.end(end)) for start, end in found]
    return [(start, max(start, end)) for start, end in found]
