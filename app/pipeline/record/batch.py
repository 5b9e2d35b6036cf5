"""One transaction for many deliveries: events in, what follows from them, the journal, all or nothing."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app.domain.events import Event, Written
from app.domain.words import Category
from app.journal.chain import append
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.record.budget import Budget, fall_to_review
from app.pipeline.record.happenings import Happenings
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.ledger import Ledger
from app.pipeline.record.load import Loader
from app.pipeline.record.past import AuthorOnPage, Past
from app.pipeline.record.people import People
from app.pipeline.record.rulings import Rulings
from app.storage.bulk import Bulk
from app.storage.nodes import bump_config
from app.storage.tables import (
    Action,
    Comment,
    Decision,
    Evidence,
    Page,
    Post,
    RejectedEvent,
    ReviewCase,
    Revision,
    RevisionBody,
    SeenEvent,
)

#: Tables in the order in which they are written.
_ORDER: Final = (Revision, RevisionBody, Decision, Action, ReviewCase, Evidence)
_HASH: Final = (1 << 63) - 1


def key_hash(page_id: int, key: str, probe: int = 0) -> int:
    """The 63 bits by which a delivery is found again; `probe` counts collisions with another key."""
    digest = hashlib.blake2b(f"{probe}:{page_id}:{key}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) & _HASH


def record(
    session: Session, house: House, configuration: Configuration, items: Sequence[Item], model_version_id: int
) -> list[tuple[Outcome, int]]:
    """Write a batch; no two items may be about the same comment.

    Returns for each item what became of it, and for all together (in the second place) how many actions wait for the
    worker: the count stands with the item that brought them.
    """
    pages = {page.id: page for page in configuration.current(session).pages.values()}
    bulk = Bulk(session)
    ledger = Ledger(house.clock.now())
    seen = _Events(bulk, house, ledger)
    outcomes = seen.take(items, pages)
    fresh = [(item, pages[item.page_id]) for item, outcome in zip(items, outcomes, strict=True) if outcome is None]
    Loader(bulk, ledger, house.ids).load([(item.event, page) for item, page in fresh])
    past = Past(bulk)
    past.load(_suspects(fresh, ledger))
    budget = Budget(session, ledger.at)
    rulings = Rulings(ledger, past, budget, house.ids, model_version_id)
    happenings = Happenings(ledger, rulings, People(ledger, bulk, house.vault))
    results = []
    for item, outcome in zip(items, outcomes, strict=True):
        before = ledger.pending
        known = outcome or happenings.apply(item, pages[item.page_id])
        if outcome is None:
            seen.done(item, known)
        results.append((known, ledger.pending - before))
    seen.write()
    _write(session, bulk, ledger)
    append(session, house.journal_key, ledger.entries, ledger.at)
    for page_id in sorted(budget.exceeded):
        fall_to_review(session, house, page_id, ledger.at)
    return results


def reject(session: Session, house: House, item: Item, code: str) -> None:
    """Keep aside what the database refused, without its text, so that nothing is lost silently."""
    row = {
        "id": house.ids(),
        "page_id": item.page_id,
        "key": _plain(item.event.key[:200]),
        "type": _plain(item.event.type[:64]),
        "code": code,
        "received_at": item.received_at,
    }
    session.execute(insert(RejectedEvent), [row])


def _plain(text: str) -> str:
    """What every database takes, whatever was wrong with the original."""
    return text.encode("ascii", "replace").decode().replace("\0", "?")


class _Events:
    """Knows which deliveries are new; rows go in by hash order so that two writers never wait in a ring."""

    def __init__(self, bulk: Bulk, house: House, ledger: Ledger) -> None:
        self._bulk = bulk
        self._house = house
        self._ledger = ledger
        self._ids: dict[int, int] = {}
        self._outcomes: list[dict[str, object]] = []

    def take(self, items: Sequence[Item], pages: dict[int, PageConfig]) -> list[Outcome | None]:
        """`DUPLICATE` for what was here before, `REJECTED` for pages that are gone, None for what is new."""
        outcomes: list[Outcome | None] = [None if item.page_id in pages else Outcome.REJECTED for item in items]
        waiting = [place for place, outcome in enumerate(outcomes) if outcome is None]
        probe = 0
        while waiting:
            waiting = self._insert(items, waiting, outcomes, probe)
            probe += 1
        return outcomes

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
        inserted = self._bulk.insert_new(SeenEvent, rows)
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
        row = {"id": self._house.ids(), "page_id": item.page_id, "key_hash": number, "key": item.event.key}
        return {**row, "type": item.event.type, "outcome": str(Outcome.DECIDED), "received_at": item.received_at}

    def done(self, item: Item, outcome: Outcome) -> None:
        """Remember what became of a new event; most become a decision, which is what their row says already."""
        if outcome is not Outcome.DECIDED:
            self._outcomes.append({"id": self._ids[id(item)], "outcome": str(outcome)})

    def write(self) -> None:
        """Store the outcomes that differ from `decided`."""
        if self._outcomes:
            self._bulk.update(SeenEvent, ("outcome",), self._outcomes)


def _same(one: Item, other: Item) -> bool:
    return (one.page_id, one.event.key) == (other.page_id, other.event.key)


def _suspects(fresh: Sequence[tuple[Item, PageConfig]], ledger: Ledger) -> list[AuthorOnPage]:
    """Authors whose past can matter: of a text over a removal threshold, or of nothing but links."""
    return [
        (author_id, page.id)
        for item, page in fresh
        if (author_id := ledger.authors.get((page.network, _author(item.event)))) and _may_matter(item, page)
    ]


def _author(event: Event) -> str:
    return event.body.author if isinstance(event.body, Written) else ""


def _may_matter(item: Item, page: PageConfig) -> bool:
    scores = item.judgement.scores if item.judgement else None
    if scores is None or item.bare_link:
        return True
    named = {Category.SPAM: scores.spam, Category.INSULT: scores.insult, Category.OBSCENITY: scores.obscenity}
    named[Category.THREAT] = scores.threat
    return any(one.remove is not None and named[one.category] >= one.remove for one in page.policy.categories)


def _write(session: Session, bulk: Bulk, ledger: Ledger) -> None:
    # Closed before the next one opens: a comment has one open case.
    if cases := ledger.changed_cases():
        bulk.update(ReviewCase, ("state", "ended", "ended_by", "closed_at"), cases)
    for table in _ORDER:
        bulk.insert(table, ledger.inserts[table])
    if comments := ledger.changed_comments():
        columns = (
            "state",
            "written_by",
            "revision_id",
            "revisions",
            "decision_id",
            "restored_revision_id",
            "changed_at",
        )
        bulk.update(Comment, columns, comments)
    if actions := ledger.changed_actions():
        bulk.update(Action, ("state", "outcome", "ended_by", "changed_at"), actions)
    if completed := ledger.updates[Comment]:
        bulk.update(Comment, [name for name in completed[0] if name != "id"], completed)
    if posts := ledger.updates[Post]:
        bulk.update(Post, ("text", "url", "published_at"), posts)
    if ledger.stale_managers:
        session.execute(update(Page).where(col(Page.id).in_(ledger.stale_managers)).values(managers_read_at=None))
        bump_config(session)
