"""A process's memory of the texts that came lately, for finding those that hardly differ.

It is bounded and best effort: two processes learn of each other's texts with a delay, an old text is forgotten. Exact
copies do not depend on it; the database tells them.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final

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
#: A text is found again by so many of its longer words; half of them must agree before the texts are compared.
MARKS: Final = 4
_LONG_WORD: Final = 6
_CANDIDATES: Final = 8


@dataclass(frozen=True, slots=True)
class _Entry:
    text_id: int
    beginning: str
    marks: tuple[int, ...]


class Nearby:
    """Texts by their hash; used by the writer's thread alone."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._by_mark: dict[int, list[int]] = {}
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
        if text_hash in self._entries or len(folded) < SHORTEST:
            return None
        marks = _marks(folded)
        shared: Counter[int] = Counter()
        for mark in marks:
            shared.update(self._by_mark.get(mark, ()))
        if not shared:
            return None
        beginning, enough = folded[:COMPARED], (len(marks) + 1) // 2
        for other, count in shared.most_common(_CANDIDATES):
            if count < enough:
                break
            entry = self._entries[other]
            if fuzz.ratio(beginning, entry.beginning, score_cutoff=ALIKE):
                return entry.text_id
        return None

    def remember(self, text_hash: int, folded: str, text_id: int) -> None:
        """Keep a text that is like no other; the oldest makes room."""
        known = self._entries.get(text_hash)
        if known is not None:
            if known.text_id != text_id:
                self._entries[text_hash] = _Entry(text_id, known.beginning, known.marks)
            return
        marks = _marks(folded) if len(folded) >= SHORTEST else ()
        self._entries[text_hash] = _Entry(text_id, folded[:COMPARED], marks)
        for mark in marks:
            self._by_mark.setdefault(mark, []).append(text_hash)
        if len(self._entries) > REMEMBERED:
            self._forget(*self._entries.popitem(last=False))

    def _forget(self, text_hash: int, entry: _Entry) -> None:
        for mark in entry.marks:
            holders = self._by_mark[mark]
            holders.remove(text_hash)
            if not holders:
                del self._by_mark[mark]


def _marks(folded: str) -> tuple[int, ...]:
    """A few of the longer words, the same ones whichever other words stand around them; as this process's hashes."""
    return tuple(sorted({hash(word) for word in folded[:COMPARED].split() if len(word) >= _LONG_WORD})[:MARKS])
