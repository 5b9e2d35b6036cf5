"""The queue stays quick however many questions wait."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert

from app.domain.words import Role
from tests.console.counter import Counter
from tests.fakes.questions import COPIED
from tests.functional.api.things import ASKED

OPEN = 10_000
#: Instructions of SQLite's machine. Counting along an index takes nine a question, of which a thousand are counted,
#: reading the questions hundreds. Counted and not timed, so that a busy machine changes nothing.
FEW = 2 * OPEN


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


class Work:
    """Counts what the database does."""

    def __init__(self, counter: Counter) -> None:
        self.done = 0
        engine = counter.house.database.engine
        engine.dispose()
        event.listen(engine, "connect", lambda raw, _record: raw.set_progress_handler(self._count, 100))

    def _count(self) -> int:
        self.done += 100
        return 0

    def of(self, ask: Any) -> int:
        """The instructions that a page costs, once what is remembered is warm."""
        for _ in range(2):
            self.done = 0
            assert ask().status_code in {200, 303}
        return self.done


def test_ten_thousand_open_questions_slow_nothing_down(counter: Counter) -> None:
    """Finding the first question, showing it and listing the queue each read what they show, and count the rest to a thousand."""
    visitor = counter.visitor(Role.MODERATOR)
    first = visitor.get("/queue").headers["location"].removeprefix("/console")
    work = Work(counter)

    assert work.of(lambda: visitor.get("/queue")) < FEW
    assert work.of(lambda: visitor.get(first)) < FEW
    assert work.of(lambda: visitor.get("/queue/list")) < FEW
    assert "· ещё больше 1000<" in visitor.get(first).text
