"""The word forms that the normaliser looks for behind a disguise; training/inflect.py makes the list."""

from bisect import bisect_left
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

TABOO, INSULT, COARSE, HARSH = range(4)
#: How common a form is: 0 rare, 1 common, 2 the first that comes to mind.
TIERS: Final = 3
_DIGITS: Final = {c: n for n, c in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}
# Sorts behind every letter.
_LAST: Final = "\uffff"


class RudeWords:
    """Sorted forms with their classes; a range of the sorted list plays the part of a node of a trie."""

    def __init__(self, packed: str) -> None:
        forms: list[str] = []
        self.kinds: dict[str, int] = {}
        form = ""
        for line in packed.splitlines():
            form = form[: _DIGITS[line[0]]] + line[1:-1]
            forms.append(form)
            self.kinds[form] = _DIGITS[line[-1]]
        self._forms = forms
        self.root = (0, len(forms))
        #: Ends of the strong words, for words written in two pieces.
        self._ends: set[str] = set()
        for form in forms:
            if self.kinds[form] < 2 * TIERS and self.kinds[form] % TIERS:
                self._ends.update(form[at:] for at in range(1, min(4, len(form) - 1)))

    def below(self, node: tuple[int, int], prefix: str) -> tuple[int, int] | None:
        """The node of a prefix that continues the prefix of `node`; None when no form begins so."""
        low = bisect_left(self._forms, prefix, *node)
        if low == node[1] or not self._forms[low].startswith(prefix):
            return None
        return low, bisect_left(self._forms, prefix + _LAST, low, node[1])

    def pieces(self, longest: int) -> set[str]:
        """What forms begin with, up to so many letters, and what common strong ones have behind one to three."""
        begins = {form[:size] for form in self._forms for size in range(1, longest + 1)}
        return begins | {end for end in self._ends if len(end) <= longest}

    @cached_property
    def _buckets(self) -> dict[str, list[str]]:
        """Forms by first letter, last letter and length; an empty letter stands for any."""
        buckets: dict[str, list[str]] = {}
        for form in self._forms:
            first, last, size = form[0], form[-1], len(form)
            for key in (f"{first}{last}{size}", f"{first}-{size}", f"-{last}{size}"):
                buckets.setdefault(key, []).append(form)
        return buckets

    def of_length(self, firsts: str, lasts: str, length: int) -> list[str]:
        """Forms of that many letters that begin and end with one of these letters; «-» stands for any letter."""
        get = self._buckets.get
        return [form for first in firsts for last in lasts for form in get(f"{first}{last}{length}", ())]

    def section(self, form: str) -> int | None:
        """TABOO, INSULT, COARSE or HARSH; None for a word that is not on the list."""
        kind = self.kinds.get(form)
        return None if kind is None else kind // TIERS


@cache
def rude_words() -> RudeWords:
    """The committed list, read once."""
    return RudeWords((files("model") / "rude_forms.txt").read_text(encoding="utf-8"))
