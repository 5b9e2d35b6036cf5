"""Counts copies: which texts of a batch were written before, by whom and where.

Each text has one row, locked while it is counted. It is found by a keyed hash, so copies letter by letter are counted
exactly whichever process takes them. Copies that nearly say the same are found in this process's memory (`Nearby`), as
well as it knows.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from app.domain.clock import HOUR
from app.domain.copies import TextPrint
from app.domain.decisions import NO_CONTEXT, Context
from app.domain.events import Act, Written
from app.domain.ids import IdSource
from app.pipeline.configuration import PageConfig
from app.pipeline.record.items import Item
from app.pipeline.record.ledger import CommentRow, Ledger, json_text, key_of
from app.pipeline.record.nearby import COMPARED, Nearby
from app.policy.copies import LONGEST_WINDOW_HOURS
from app.storage.bulk import Bulk, Row
from app.storage.tables import SeenText
from app.storage.vault import Vault

#: Occurrences kept of one text, the newest; counts of a bigger wave stand still here.
KEPT: Final = 128
_COLUMNS: Final = ("id", "own_words", "seen_json")


class Occurrence(NamedTuple):
    """One comment with the text; `at` is when it was written, in microseconds."""

    comment: int
    revision: int
    author: int
    page: int
    place: str
    at: int


_decode: Final = msgspec.json.Decoder(list[Occurrence]).decode


@dataclass(slots=True)
class Said:
    """A text under the transaction's lock, with its newest occurrences."""

    id: int
    own_words: bool
    #: By comment, in the order of arrival.
    seen: dict[int, Occurrence]
    #: It was there before this batch.
    old: bool = True
    changed: bool = False

    def on(self, page_id: int) -> list[Occurrence]:
        """Where it stands on one page."""
        return [one for one in self.seen.values() if one.page == page_id]


class Copies:
    """The texts of one batch."""

    def __init__(self, bulk: Bulk, ledger: Ledger, vault: Vault, ids: IdSource, nearby: Nearby) -> None:
        self._bulk = bulk
        self._ledger = ledger
        self._vault = vault
        self._ids = ids
        self._nearby = nearby
        self._hashes: dict[int, int] = {}
        self._prints: dict[int, TextPrint] = {}
        self._said: dict[int, Said] = {}
        #: Occurrences that are stored with a new text, by the text's id.
        self._first: dict[int, Occurrence] = {}
        #: How many deliveries of the batch say it.
        self._times: Counter[int] = Counter()
        #: Hashes of texts that are counted at another one which hardly differs.
        self._near: set[int] = set()

    def load(self, fresh: Sequence[tuple[Item, PageConfig]]) -> None:
        """Find and lock the texts of these deliveries; their comments must be in the ledger."""
        rows: dict[int, Row] = {}
        for item, page in fresh:
            if item.print is None or not isinstance(item.event.body, Written):
                continue
            number = self._vault.number(item.print.folded)
            self._hashes[id(item)] = number
            self._prints.setdefault(number, item.print)
            if number not in rows:
                if not rows:
                    self._nearby.renew(self._bulk, self._ledger.at)
                rows[number] = self._row(number, item, item.event.body, page)
        if rows:
            self._lock({row["id"]: row for _, row in sorted(rows.items())})
            self._times.update(self._said[number].id for number in self._hashes.values())

    def _row(self, number: int, item: Item, body: Written, page: PageConfig) -> Row:
        """The text as it is stored if nobody has said it before: its first occurrence included, where that is sure."""
        folded = self._prints[number].folded
        text_id = self._ids()
        like = self._nearby.find_or_remember(number, folded, text_id)
        comment = self._ledger.comments[key_of(page.id, body.ref)]
        sure = like is None and comment.fresh and body.act is Act.NEW and item.judgement is not None
        first = self._occurrence(comment, body) if sure else None
        if first is not None:
            self._first[text_id] = first
        return {
            "id": text_id,
            "text_hash": number,
            "text": folded[:COMPARED] if like is None else None,
            "like_id": like,
            "own_words": False,
            "seen_json": "[]" if first is None else json_text([first]),
            "last_at": self._ledger.at,
        }

    def _lock(self, rows: dict[int, Row]) -> None:
        """Insert what is new, in the order of hashes; then lock what was there, in the order of ids."""
        inserted = self._bulk.insert_new(SeenText, ("text_hash",), list(rows.values()))
        heads = {row["text_hash"]: (row["id"], row["like_id"]) for row in rows.values() if row["id"] in inserted}
        known = [(row["text_hash"],) for row in rows.values() if row["id"] not in inserted]
        for text_id, number, like in self._bulk.match(SeenText, ("text_hash",), known, ("id", "text_hash", "like_id")):
            heads[number] = text_id, like
        said = {
            row["id"]: self._fresh(row["id"])
            for row in rows.values()
            if row["id"] in inserted and row["like_id"] is None
        }
        said |= self._read({like or text_id for text_id, like in heads.values()} - said.keys())
        # What it was like is forgotten: from here on it is counted by itself.
        said |= self._read({text_id for text_id, like in heads.values() if like is not None and like not in said})
        for number, (text_id, like) in heads.items():
            self._said[number] = said[like] if like in said else said[text_id]
            if self._said[number].id != text_id:
                self._near.add(number)
            else:
                self._nearby.remember(number, self._prints[number].folded, text_id)

    def _fresh(self, text_id: int) -> Said:
        first = self._first.get(text_id)
        return Said(text_id, own_words=False, seen={} if first is None else {first.comment: first}, old=False)

    def _read(self, ids: Iterable[int]) -> dict[int, Said]:
        rows = self._bulk.match(SeenText, ("id",), [(id_,) for id_ in sorted(ids)], _COLUMNS, lock=True)
        oldest = self._ledger.at - LONGEST_WINDOW_HOURS * HOUR
        return {
            id_: Said(id_, bool(own), {one.comment: one for one in _decode(seen) if one.at > oldest})
            for id_, own, seen in rows
        }

    def of(self, item: Item) -> Said | None:
        """The text of a delivery; None where it is nobody's copy by its nature."""
        number = self._hashes.get(id(item))
        return None if number is None else self._said[number]

    def known(self, fresh: Iterable[tuple[Item, PageConfig]]) -> list[tuple[int, Said]]:
        """Pages and texts of these deliveries, as far as the texts were seen before; each pair once."""
        pairs = {(page.id, said.id): (page.id, said) for item, page in fresh if (said := self.of(item)) and said.old}
        return list(pairs.values())

    def may_repeat(self, item: Item) -> bool:
        """Whether more than this comment may stand behind the text."""
        said = self.of(item)
        return said is not None and (said.old or self._times[said.id] > 1)

    def own_words(self, item: Item) -> None:
        """The page itself or a manager says this: nobody who repeats it copies another citizen."""
        said = self.of(item)
        if said is not None:
            said.own_words = said.changed = True

    def is_alone(self, comment: CommentRow, item: Item) -> bool:
        """Whether nobody else says it or has said it, so that there is nothing to count or to store."""
        said = self.of(item)
        return said is None or (not said.own_words and self._is_only(said, comment))

    def _is_only(self, said: Said, comment: CommentRow) -> bool:
        """Whether the comment is all that the text's row tells, and was stored with it."""
        return not said.old and self._times[said.id] == 1 and comment.id in said.seen

    def count(self, comment: CommentRow, item: Item, body: Written, page: PageConfig) -> Context:
        """Take the comment down among those that say the same, and count them."""
        said = self.of(item)
        if said is None or said.own_words:
            return NO_CONTEXT
        if self._is_only(said, comment):
            return NO_CONTEXT
        own = self._occurrence(comment, body)
        if own is None:
            return NO_CONTEXT
        _take_down(said, own)
        within = page.policy.policy.copies.hours * HOUR
        live = [one for one in said.seen.values() if -within <= one.at - own.at <= within]
        if len(live) <= 1:
            return NO_CONTEXT
        here = [one.author for one in live if one.page == own.page]
        mine = [(one.page, one.place) for one in live if one.author == own.author]
        number = self._hashes[id(item)]
        return Context(
            texts=len(here),
            authors=len(set(here)),
            own_texts=len(mine),
            own_places=len(set(mine)),
            authors_everywhere=len({one.author for one in live}),
            pages=len({one.page for one in live}),
            contact=self._prints[number].contact,
            near=number in self._near,
        )

    def _occurrence(self, comment: CommentRow, body: Written) -> Occurrence | None:
        if comment.author_id is None or comment.revision_id is None:
            return None
        place = body.post or f"{body.ref.kind}/{body.ref.scope}"
        # What was held up on its way was still written when it was written; an edit has no time of its own.
        at = min(self._ledger.at, body.written_at or self._ledger.at) if body.act is Act.NEW else self._ledger.at
        return Occurrence(comment.id, comment.revision_id, comment.author_id, comment.page_id, place, at)

    def write(self) -> None:
        """Store what was counted."""
        rows = [
            {
                "id": said.id,
                "own_words": said.own_words,
                "seen_json": json_text(list(said.seen.values())),
                "last_at": self._ledger.at,
            }
            for said in {one.id: one for one in self._said.values()}.values()
            if said.changed
        ]
        if rows:
            self._bulk.update(SeenText, ("own_words", "seen_json", "last_at"), rows)


def _take_down(said: Said, own: Occurrence) -> None:
    """A comment counts once, with its newest revision that says this; the oldest of too many makes room."""
    known = said.seen.get(own.comment)
    if known is not None and known.revision == own.revision:
        return
    said.seen[own.comment], said.changed = own, True
    if len(said.seen) > KEPT:
        del said.seen[next(iter(said.seen))]
