"""The queue stays quick however many questions wait."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import insert

from app.domain.words import Role
from app.storage.tables import Author, Comment, Decision, ReviewCase, Revision, RevisionBody
from tests.console.counter import Counter
from tests.functional.api.things import ASKED

OPEN = 10_000
LIMIT_S = 0.1
#: Which columns of a copied row are new.
COPIED: dict[type[Any], tuple[str, ...]] = {
    Author: ("id",),
    Comment: ("id", "author_id", "revision_id", "decision_id"),
    Revision: ("id", "comment_id"),
    RevisionBody: ("revision_id",),
    Decision: ("id", "comment_id", "revision_id"),
    ReviewCase: ("id", "comment_id", "revision_id", "decision_id", "rank"),
}


@pytest.fixture
def counter(sqlite_url: str, tmp_path: Path) -> Iterator[Counter]:
    """An installation in which ten thousand questions wait."""
    made = Counter(sqlite_url, tmp_path)
    made.comment(ASKED)
    with made.house.database.write() as session:
        for table, columns in COPIED.items():
            [row] = made.rows(table)
            known = row.model_dump()
            copies = [
                known
                | {name: known[name] + number for name in columns}
                | ({"external_id": f"copy{number}"} if "external_id" in known else {})
                for number in range(1, OPEN)
            ]
            session.execute(insert(table), copies)
    yield made
    made.close()


def _quickest(ask: Any) -> float:
    """Of several times the least: what the page costs when nothing else runs."""
    times = []
    for _ in range(5):
        began = perf_counter()
        answer = ask()
        times.append(perf_counter() - began)
        assert answer.status_code in {200, 303}
    return min(times)


def test_ten_thousand_open_questions_slow_nothing_down(counter: Counter) -> None:
    """Finding the first question, showing it and listing the queue each take under a tenth of a second."""
    visitor = counter.visitor(Role.MODERATOR)
    first = visitor.get("/queue").headers["location"].removeprefix("/console")

    assert _quickest(lambda: visitor.get("/queue")) < LIMIT_S
    assert _quickest(lambda: visitor.get(first)) < LIMIT_S
    assert _quickest(lambda: visitor.get("/queue/list")) < LIMIT_S
    assert visitor.get(first).text.count("9999") >= 1
