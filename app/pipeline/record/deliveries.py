"""Which deliveries are new, which were here before, and which cannot be taken."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.domain.ids import IdSource
from app.pipeline.configuration import PageConfig
from app.pipeline.house import House
from app.pipeline.record.items import Item, Outcome
from app.storage.bulk import Bulk
from app.storage.tables import RejectedEvent, SeenEvent

_HASH: Final = (1 << 63) - 1


def key_hash(page_id: int, key: str, probe: int = 0) -> int:
    """The 63 bits by which a delivery is found again; `probe` counts collisions with another key."""
    digest = hashlib.blake2b(f"{probe}:{page_id}:{key}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) & _HASH


def reject(bulk: Bulk, house: House, item: Item, code: str) -> None:
    """Keep aside what the database refused, without its text, so that nothing is lost silently."""
    row = {
        "id": house.ids(),
        "page_id": item.page_id,
        "key": _plain(item.event.key[:200]),
        "type": _plain(item.event.type[:64]),
        "code": code,
        "received_at": item.received_at,
    }
    bulk.insert(RejectedEvent, [row])


def _plain(text: str) -> str:
    """What every database takes, whatever was wrong with the original."""
    return text.encode("ascii", "replace").decode().replace("\0", "?")


class Deliveries:
    """Knows which deliveries are new; rows go in by hash order so that two writers never wait in a ring."""

    def __init__(self, bulk: Bulk, house: House, ids: IdSource) -> None:
        self._bulk = bulk
        self._house = house
        self._new_id = ids
        self._ids: dict[int, int] = {}
        self._outcomes: list[dict[str, object]] = []

    def take(self, items: Sequence[Item], pages: Mapping[int, PageConfig]) -> list[Outcome | None]:
        """`DUPLICATE` for what was here before, `REJECTED` for pages that are gone, None for what is new.

        A text that waited for a model was delivered long ago: it leaves no trace here.
        """
        outcomes: list[Outcome | None] = [None if item.page_id in pages else self._homeless(item) for item in items]
        waiting = [place for place, outcome in enumerate(outcomes) if outcome is None and items[place].waited is None]
        probe = 0
        while waiting:
            waiting = self._insert(items, waiting, outcomes, probe)
            probe += 1
        return outcomes

    def _homeless(self, item: Item) -> Outcome:
        """Its page was removed while it was on its way."""
        reject(self._bulk, self._house, item, "page_removed")
        return Outcome.REJECTED

    def _insert(
        self, items: Sequence[Item], places: Sequence[int], outcomes: list[Outcome | None], probe: int
    ) -> list[int]:
        """Insert one round; returns the places whose hash belongs to another key."""
        first: dict[int, int] = {}
        again: list[int] = []
        for place in places:
            number = key_hash(items[place].page_id, items[place].event.key, probe)
            other = first.setdefault(number, place)
            if other != place and _same(items[other], items[place]):
                outcomes[place] = Outcome.DUPLICATE
            elif other != place:
                again.append(place)
        rows = [self._row(items[place], number) for number, place in sorted(first.items())]
        inserted = self._bulk.insert_new(SeenEvent, ("key_hash",), rows)
        self._ids.update({id(items[first[row["key_hash"]]]): row["id"] for row in rows if row["id"] in inserted})
        taken = [(row["key_hash"],) for row in rows if row["id"] not in inserted]
        for number, page_id, key in self._bulk.match(SeenEvent, ("key_hash",), taken, ("key_hash", "page_id", "key")):
            item = items[first[number]]
            if (page_id, key) == (item.page_id, item.event.key):
                outcomes[first[number]] = Outcome.DUPLICATE
            else:
                again.append(first[number])
        return again

    def _row(self, item: Item, number: int) -> dict[str, Any]:
        return {
            "id": self._new_id(),
            "page_id": item.page_id,
            "key_hash": number,
            "key": item.event.key,
            "type": item.event.type,
            "outcome": "decided",
            "received_at": item.received_at,
        }

    def done(self, item: Item, outcome: Outcome) -> None:
        """Remember what became of a new event; most become a decision, which is what their row says already."""
        if outcome is not Outcome.DECIDED and item.waited is None:
            self._outcomes.append({"id": self._ids[id(item)], "outcome": str(outcome)})

    def write(self) -> None:
        """Store the outcomes that differ from `decided`."""
        if self._outcomes:
            self._bulk.update(SeenEvent, ("outcome",), self._outcomes)


def _same(one: Item, other: Item) -> bool:
    return (one.page_id, one.event.key) == (other.page_id, other.event.key)
