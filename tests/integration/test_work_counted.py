"""How much is done for fixed input, counted and not timed: what becomes dearer shows here on any machine.

The bounds are what was counted when they were set, and a tenth more. Whoever raises one says why.
"""

import gc
import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.pipeline.judging import judge_all
from app.pipeline.moderate import Moderator
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.pipeline.record.known_posts import KnownPosts
from app.pipeline.record.nearby import Nearby
from app.storage.transaction import Transaction
from model.artefact import DEFAULT_ARTEFACT, load
from model.normalise import normalise
from model.scorer import Scorer
from model.tokens import forms
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house, written
from tests.integration.test_record import Desk

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "comments"
BATCH = 32
#: Statements for a batch and for one comment alone, the transaction's own left out.
TOGETHER = 24
ALONE = 16
#: Bytes that a batch of 32 leaves in Python's memory, and needs while it is recorded.
LEFT = 40_000
PEAK = 500_000


class Counted:
    """A driver's cursor that counts its statements by their first words."""

    def __init__(self, cursor: Any, statements: Counter[str]) -> None:
        self._cursor = cursor
        self._statements = statements

    def execute(self, sql: str, *values: Any) -> Any:
        """Count and run."""
        self._statements[sql.split("(", maxsplit=1)[0][:40]] += 1
        return self._cursor.execute(sql, *values)

    def executemany(self, sql: str, values: Any) -> Any:
        """Count and run."""
        self._statements[sql.split("(", maxsplit=1)[0][:40]] += 1
        return self._cursor.executemany(sql, values)

    def fetchall(self) -> Any:
        """What was found."""
        return self._cursor.fetchall()


class Yard(Desk):
    """A page whose comments are judged by the shipped model."""

    def __init__(self, url: str) -> None:
        super().__init__(make_house(url, FakeClock()), FakeClock(), "review")
        self.scorer = Scorer(load(DEFAULT_ARTEFACT))
        self.moderator = Moderator(self.scorer)
        self.nearby = Nearby()
        self.known_posts = KnownPosts()
        self.number = 0

    def judged(self, texts: list[str]) -> list[Item]:
        """Deliveries of comments, each by somebody else."""
        with self.house.database.read() as session:
            page = self.configuration.current(session).by_id[self.page_id]
        self.number += len(texts)
        items = [
            written(text, page_id=self.page_id, number=self.number - place, author=str(self.number - place))
            for place, text in enumerate(texts)
        ]
        return judge_all([(item.event, page, item.received_at) for item in items], self.moderator)

    def taken(self, items: list[Item]) -> Counter[str]:
        """Record a batch; the statements that it took."""
        statements: Counter[str] = Counter()
        with self.house.database.transact() as transaction:
            self._count(transaction, statements)
            record(
                transaction,
                self.house,
                self.configuration,
                items,
                1,
                nearby=self.nearby,
                known_posts=self.known_posts,
            )
            assert transaction.opened is None, "an ordinary batch needs no session"
        return statements

    @staticmethod
    def _count(transaction: Transaction, statements: Counter[str]) -> None:
        transaction.bulk.cursor = Counted(transaction.bulk.cursor, statements)


@pytest.fixture
def yard(database_url: str) -> Iterator[Yard]:
    """A page and the shipped model."""
    yard = Yard(database_url)
    yield yard
    yard.house.database.dispose()


def texts(kind: str, count: int) -> list[str]:
    """The first comments of a kind."""
    lines = (SAMPLES / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["text"] for line in lines[:count]]
    assert len(found) == count
    return found


def mixed() -> list[str]:
    """A batch with violations in it."""
    return texts("chatter", BATCH - 8) + texts("appeals", 5) + texts("abuse", 3)


def test_a_batch_takes_few_statements(yard: Yard) -> None:
    """A batch takes no more statements than its tables, and one comment alone no more than that."""
    # The first inserts the post, the second finds it, and from there on it is known.
    yard.taken(yard.judged(texts("disputes", BATCH)))
    yard.taken(yard.judged(texts("chatter", 1)))

    together = yard.taken(yard.judged(mixed()))
    alone = yard.taken(yard.judged(texts("crime-talk", 1)))

    assert together.total() <= TOGETHER, together
    assert alone.total() <= ALONE, alone


def test_a_word_is_looked_up_once(yard: Yard) -> None:
    """Each word of a batch is looked for once and computed at most once; what was seen is not computed again."""
    batch = texts("disputes", BATCH)
    words = [word for text in batch for word in forms(normalise(text).text)]

    def looked_up() -> tuple[int, int]:
        before = yard.scorer.memories()["words"]
        yard.scorer.score_many(batch)
        after = yard.scorer.memories()["words"]
        return after.hits - before.hits, after.misses - before.misses

    hits, misses = looked_up()
    assert hits + misses == len(words)
    assert looked_up() == (len(words), 0)


def test_a_comment_leaves_nothing_in_memory(yard: Yard) -> None:
    """What was recorded is forgotten but for the memories that have a bound, and a batch needs little at a time."""
    for _ in range(3):
        yard.taken(yard.judged(mixed()))
    items = yard.judged(mixed())
    yard.nearby = Nearby()
    gc.collect()
    tracemalloc.start()
    try:
        yard.taken(items)
        yard.nearby = Nearby()
        del items
        gc.collect()
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left <= LEFT
    assert peak <= PEAK
