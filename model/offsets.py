"""Where a piece of a rewritten text stood in the original."""

from collections.abc import Sequence
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


def _start_before(position: int, edits: Sequence[Edit]) -> int:
    shift = 0
    for start, end, new in edits:
        out = start + shift
        if position < out:
            break
        if position < out + len(new):
            return start + (position - out) if len(new) == end - start else start
        shift += len(new) - (end - start)
    return position - shift


def _end_before(position: int, edits: Sequence[Edit]) -> int:
    shift = 0
    for start, end, new in edits:
        out = start + shift
        if position <= out:
            break
        if position <= out + len(new):
            return start + (position - out) if len(new) == end - start else end
        shift += len(new) - (end - start)
    return position - shift


def before(start: int, end: int, layers: Sequence[Sequence[Edit]]) -> tuple[int, int]:
    """The span of the original that became [start, end) after all layers of edits."""
    for edits in reversed(layers):
        start, end = _start_before(start, edits), _end_before(end, edits)
    return start, max(start, end)
