"""Turns a text as citizens write it into plain lower-case words, and remembers where each of them stood."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from model.characters import clean_characters, fix_tokens, lower
from model.disguises import draw_back, join_spread, shorten, unmask
from model.offsets import Edit, apply, before

# NFKC can grow a text eighteen-fold, so it is cut on both sides of that step.
MAX_BEFORE: Final = 16_000
MAX_AFTER: Final = 20_000
# Every step removes what it looks for, so two or three passes are the rule.
_MAX_PASSES: Final = 12


class Undone(NamedTuple):
    """How many places of each kind of disguise were undone."""

    hidden: int
    drawn: int
    spread: int
    stretched: int
    masked: int


NOTHING_UNDONE: Final = Undone(0, 0, 0, 0, 0)


class Normalised(NamedTuple):
    """A plain text, what was undone on the way, and the edits that lead back to the original."""

    text: str
    undone: Undone
    layers: Sequence[Sequence[Edit]]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind text[start:end], in code points."""
        return before(start, end, self.layers)


def _cut(text: str) -> list[Edit]:
    return [Edit(MAX_AFTER, len(text), "")] if len(text) > MAX_AFTER else []


def _cut_back(text: str) -> list[Edit]:
    return [Edit(MAX_BEFORE, len(text), "")] if len(text) > MAX_BEFORE else []


_STEPS: Final[tuple[tuple[str, Callable[[str], list[Edit]]], ...]] = (
    ("hidden", clean_characters),
    ("", _cut),
    ("", fix_tokens),
    ("", lower),
    ("spread", join_spread),
    ("drawn", draw_back),
    ("stretched", shorten),
    ("masked", unmask),
    ("", _cut_back),
)


def _hides(text: str, edits: Sequence[Edit]) -> int:
    """How many of the cleaned places touch a letter; emoji and foreign quotes are no disguise."""
    return sum(
        1
        for start, end, new in edits
        if any(c.isalpha() for c in new) or (start and end - start < 3 and text[start - 1].isalpha())
    )


def normalise(text: str) -> Normalised:
    """Plain lower-case text; any string is accepted and normalising a second time changes nothing."""
    layers: list[list[Edit]] = []
    if len(text) > MAX_BEFORE:
        text = text[:MAX_BEFORE]
    counts: dict[str, int] = {}
    for _ in range(_MAX_PASSES):
        changed = False
        for kind, step in _STEPS:
            edits = step(text)
            if not edits:
                continue
            if kind:
                counts[kind] = counts.get(kind, 0) + (_hides(text, edits) if kind == "hidden" else len(edits))
            text = apply(text, edits)
            layers.append(edits)
            changed = changed or step is not lower
        if not changed:
            break
    undone = Undone(**{name: counts.get(name, 0) for name in Undone._fields}) if counts else NOTHING_UNDONE
    return Normalised(text, undone, layers)
