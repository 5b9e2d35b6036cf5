"""A process's memory of the texts that came lately, for finding those that hardly differ.

It is bounded and best effort: two processes learn of each other's texts with a delay, an old text is forgotten. Exact
copies do not depend on it; the database tells them.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from app.domain.clock import SECOND
from app.storage.bulk import Bulk
from app.storage.texts import newest_texts

#: Texts that are remembered.
REMEMBERED: Final = 2_000
#: How often what other processes have seen is read, and how much of it.
RENEWED: Final = 5 * SECOND
#: So much of a text is compared; a shorter one than `SHORTEST` means something else as soon as a word differs.
COMPARED: Final = 400
SHORTEST: Final = 40
#: Likeness in percent from which two texts say the same.
ALIKE: Final = 90.0
#: A text is found again by so many of its longer words, as long as no newer text has all of them too.
MARKS: Final = 4
_LONG_WORD: Final = 6
Marks = frozenset[int]
_UNMARKED: Final[Marks] = frozenset()


class _Entry(NamedTuple):
    text_id: int
    beginning: str
    marks: Marks


class Nearby:
    """Texts by their hash; used by the writer's thread alone."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        #: The newest text with a mark.
        self._by_mark: dict[int, int] = {}
        self._renewed_at: int | None = None
        self._newest = 0

    def renew(self, bulk: Bulk, now: int) -> None:
        """Learn what other processes have seen, or what was seen before this one began; at most once in `RENEWED`."""
        if self._renewed_at is not None and 0 <= now - self._renewed_at < RENEWED:
            return
        self._renewed_at = now
        rows = newest_texts(bulk, after=self._newest, limit=REMEMBERED)
        for text_id, text_hash, beginning in reversed(rows):
            self._newest = max(self._newest, text_id)
            self.remember(text_hash, beginning, text_id)

    def find(self, text_hash: int, folded: str) -> int | None:
        """The id of a remembered text that hardly differs; None also for a text that is remembered itself."""
        return None if text_hash in self._entries else self._like(folded, _marks(folded))

    def find_or_remember(self, text_hash: int, folded: str, text_id: int) -> int | None:
        """The same, and a text that is like no other is remembered under `text_id`; the oldest makes room."""
        if text_hash in self._entries:
            return None
        marks = _marks(folded)
        found = self._like(folded, marks)
        if found is None:
            self._keep(text_hash, folded, text_id, marks)
        return found

    def remember(self, text_hash: int, folded: str, text_id: int) -> None:
        """Keep a text that is like no other, or learn under which id it is stored."""
        known = self._entries.get(text_hash)
        if known is None:
            self._keep(text_hash, folded, text_id, _marks(folded))
        elif known.text_id != text_id:
            self._entries[text_hash] = known._replace(text_id=text_id)

    def _like(self, folded: str, marks: Marks) -> int | None:
        """A text that shares half the marks, compared letter by letter."""
        seen, beginning = None, folded[:COMPARED]
        for mark in marks:
            other = self._by_mark.get(mark)
            if other is None or other == seen:
                continue
            seen, entry = other, self._entries[other]
            if 2 * len(marks & entry.marks) >= len(marks) and fuzz.ratio(
                beginning, entry.beginning, score_cutoff=ALIKE
            ):
                return entry.text_id
        return None

    def _keep(self, text_hash: int, folded: str, text_id: int, marks: Marks) -> None:
        self._entries[text_hash] = _Entry(text_id, folded[:COMPARED], marks)
        for mark in marks:
            self._by_mark[mark] = text_hash
        if len(self._entries) > REMEMBERED:
            self._forget(*self._entries.popitem(last=False))

    def _forget(self, text_hash: int, entry: _Entry) -> None:
        for mark in entry.marks:
            if self._by_mark.get(mark) == text_hash:
                del self._by_mark[mark]


def _marks(folded: str) -> Marks:
    """A few of the longer words, the same ones whichever others stand around them; as this process's hashes.

    A text that is too short to be compared has none.
    """
    if len(folded) < SHORTEST:
        return _UNMARKED
    return frozenset(sorted({hash(word) for word in folded[:COMPARED].split() if len(word) >= _LONG_WORD})[:MARKS])
