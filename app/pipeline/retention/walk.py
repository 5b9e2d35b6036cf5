"""Walks along everything that people wrote and erases what has had its time, a few hundred rows a transaction."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.pipeline.persons.doxxed import is_open, is_to_be_masked, mask_stored
from app.pipeline.retention.terms import Data, Terms, kind_of, time_has_come
from app.storage import erasing
from app.storage.erasing import EVIDENCE, Words
from app.storage.fates import Fate, fates, lock_comments
from app.storage.walk import last_id

#: Rows in one transaction, so that writers hardly wait.
PORTION: Final = 250


@dataclass(slots=True)
class Found:
    """Rows of one kind: how many have had their time, how many of those are held, and by what."""

    due: int = 0
    held: int = 0
    #: A row may wait for several things.
    waits: Counter[str] = field(default_factory=Counter)


Counts = defaultdict[Data, Found]


class Walk:
    """One run over the tables of words; `apply` False only counts."""

    def __init__(self, house: House, terms: Terms, stop: threading.Event, *, apply: bool, by: str) -> None:
        self._house = house
        self._terms = terms
        self._stop = stop
        self._apply = apply
        self._by = by
        self._now = house.clock.now()
        self.counts: Counts = defaultdict(Found)

    def run(self) -> None:
        """Look at every row that is old enough; what begins to wait meanwhile is left alone."""
        for words in erasing.ALL:
            after = 0
            while not self._stop.is_set():
                with self._house.database.read() as session:
                    found = erasing.stretch(session, words, after=after, until=self._until(words), limit=PORTION)
                    known = fates(session, {comment for _, comment in found.rows})
                self._look(words, found.rows, known)
                if found.last is None:
                    break
                after = found.last

    def _until(self, words: Words) -> int:
        # Somebody else's data do not wait for a term; whatever people have decided about has evidence.
        return last_id(self._now if words is EVIDENCE else self._now - self._terms.shortest)

    def _look(self, words: Words, rows: Sequence[tuple[int, int]], known: dict[int, Fate]) -> None:
        due = [(id_, comment) for id_, comment in rows if self._is_due(words, known.get(comment))]
        free = [(id_, comment) for id_, comment in due if not known[comment].waits]
        if self._apply and free:
            free = self._erase(words, free)
        self._count(words, due, free, known)
        if words is EVIDENCE:
            self._mask({comment for _, comment in rows} - {comment for _, comment in due}, known)

    def _is_due(self, words: Words, fate: Fate | None) -> bool:
        return fate is not None and time_has_come(words, fate, self._terms, self._now)

    def _erase(self, words: Words, rows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Erase what is still free once its comments are locked; returns those rows."""
        comments = {comment for _, comment in rows}
        with self._house.database.write() as session:
            lock_comments(session, comments)
            known = fates(session, comments)
            free = [(id_, c) for id_, c in rows if self._is_due(words, known.get(c)) and not known[c].waits]
            if not free:
                return []
            at = self._house.clock.now()
            erased = erasing.erase(session, words, [id_ for id_, _ in free], at)
            kinds = Counter(str(kind_of(words, known[c])) for _, c in free)
            body = {"by": self._by, "rows": erased, "kinds": dict(sorted(kinds.items()))}
            append(session, self._house.journal_key, [Entry("retention_erased", None, body)], at)
        return free

    def _count(
        self,
        words: Words,
        due: Iterable[tuple[int, int]],
        free: Iterable[tuple[int, int]],
        known: dict[int, Fate],
    ) -> None:
        gone = {id_ for id_, _ in free}
        for id_, comment in due:
            found = self.counts[kind_of(words, known[comment])]
            if id_ in gone:
                found.due += 1
            else:
                found.held += 1
                found.waits.update(known[comment].waits)

    def _mask(self, comments: Iterable[int], known: dict[int, Fate]) -> None:
        for comment in sorted(comments):
            if is_to_be_masked(known.get(comment), self._now) and self._cover(comment):
                self.counts[Data.PERSONAL_DATA].due += 1

    def _cover(self, comment: int) -> bool:
        if not self._apply:
            with self._house.database.read() as session:
                return is_open(session, comment)
        with self._house.database.write() as session:
            entries = mask_stored(session, self._house, comment)
            append(session, self._house.journal_key, entries, self._house.clock.now())
        return bool(entries)
