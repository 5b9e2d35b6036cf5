"""Finds a few telling words without which a text is ruled on more mildly, by judging the text without them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from app.domain.change import Change
from app.domain.words import Verdict

_SEVERITY: Final = {Verdict.KEEP: 0, Verdict.REVIEW: 1, Verdict.REMOVE: 2}
Place = tuple[int, int]


def without(text: str, places: Iterable[Place]) -> str:
    """The text with a space where each place [start, end) stood; places may overlap."""
    pieces, at = [], 0
    for start, end in sorted(places):
        if end > at:
            pieces.append(text[at : max(at, start)])
            at = end
    return " ".join([*pieces, text[at:]])


def change(text: str, telling: Sequence[Place], before: Verdict, verdict_of: Callable[[str], Verdict]) -> Change | None:
    """The change that takes telling places, strongest first, until the verdict changes; None when they do not suffice.

    `before` is the verdict on the text; `verdict_of` rules on what is left of it and is asked at most twice for each
    place.
    """
    if before is Verdict.KEEP:
        return None
    taken: list[Place] = []
    for place in dict.fromkeys(telling):
        taken.append(place)
        after = verdict_of(without(text, taken))
        if _SEVERITY[after] < _SEVERITY[before]:
            return _smallest(text, taken, after, before, verdict_of)
    return None


def _smallest(
    text: str, taken: Sequence[Place], after: Verdict, before: Verdict, verdict_of: Callable[[str], Verdict]
) -> Change:
    """The same change without the places that it can do without, each tried once; the last one taken stays."""
    needed = list(taken)
    for place in taken[:-1]:
        fewer = [one for one in needed if one != place]
        milder = verdict_of(without(text, fewer))
        if _SEVERITY[milder] < _SEVERITY[before]:
            needed, after = fewer, milder
    return Change(tuple(sorted(needed)), after, before)
