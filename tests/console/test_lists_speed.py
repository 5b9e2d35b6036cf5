"""No list reads what it does not show: with many times as many rows it costs the same, but for what it counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from app.console import queue_way
from app.domain.words import Role
from app.storage import cases, walk
from app.storage.tables import (
    Action,
    Answer,
    AnswerBody,
    Appeal,
    Author,
    Comment,
    Decision,
    Incident,
    Job,
    Label,
    Objection,
    ObjectionBody,
    ReviewCase,
    Revision,
    RevisionBody,
)
from tests.console.counter import Counter
from tests.functional.api.things import THINGS, Place

FEW, MANY = 300, 3_000
#: How many questions are counted where a person answers one of them.
COUNTED = 100
#: Instructions of SQLite's machine for each row more: counting along an index takes five or six, reading or sorting rows
#: twenty or more. Counted and not timed, so that a busy machine changes nothing.
COUNTING = 10
#: Which columns of a copied row are new, beside its id.
_NEW: dict[type[Any], tuple[str, ...]] = {
    Author: (),
    Comment: ("author_id", "revision_id", "decision_id"),
    Revision: ("comment_id",),
    RevisionBody: ("revision_id",),
    Decision: ("comment_id", "revision_id"),
    Action: ("decision_id", "comment_id", "author_id"),
    ReviewCase: ("comment_id", "revision_id", "decision_id", "rank"),
    Objection: ("comment_id", "decision_id", "case_id", "due_at"),
    ObjectionBody: ("objection_id",),
    Appeal: ("comment_id", "due_at"),
    Answer: ("comment_id",),
    AnswerBody: ("answer_id",),
    Label: ("decision_id", "comment_id"),
    Job: (),
    Incident: (),
}
#: Unique words: each copy has its own.
_WORDS = {(Author, "external_id"), (Comment, "external_id"), (Action, "idempotency_key")}
#: More than all ids of the rows that are copied lie apart.
_APART = 1 << 40

LISTS = (
    "/v1/decisions",
    "/v1/decisions?verdict=review",
    "/v1/decisions?page_id={page}",
    "/v1/actions",
    "/v1/actions?state=proposed",
    "/v1/actions?state=done&page_id={page}",
    "/v1/review",
    "/v1/review?page_id={page}&category=spam",
    "/v1/objections",
    "/v1/objections?page_id={page}",
    "/v1/objections?state=answered&page_id={page}",
    "/v1/appeals",
    "/v1/appeals?page_id={page}",
    "/v1/answers",
    "/v1/answers?page_id={page}",
    "/v1/answers?state=draft&page_id={page}",
    "/v1/jobs",
    "/v1/jobs?state=failed",
    "/v1/labels",
    "/v1/incidents",
    "/v1/incidents?page_id={page}",
    "/console/queue/list",
    "/console/queue/bans",
    "/console/journal",
    "/console/objections",
    "/console/answers",
    "/console/answers/made",
    "/console/alerts",
    "/console/pages/{page}",
)
#: These tell of every page how many of its actions wait, and of several kinds of things how many there are.
TELLING = {"/console/alerts": 5, "/console/pages/{page}": 8}


@pytest.fixture
def counter(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """An installation with one thing of each kind, where a look for what is rare ends soon."""
    for module in (walk, cases):
        monkeypatch.setattr(module, "LOOKED_AT", 200)
        monkeypatch.setattr(module, "_STRETCH", 100)
    made = Counter(sqlite_url, tmp_path)
    place = Place(made, made.page, "229000001")
    for name in ("action_id", "case_id", "objection_id", "answer_id", "job_id"):
        THINGS[name](place)
    with made.house.database.write() as session:
        row = {"id": 1, "what": "silence", "page_id": made.page, "connection_id": 0, "code": ""}
        session.add(Incident(**row, began_at=1, seen_at=1, ended_at=2))
    label(made)
    yield made
    made.close()


def label(counter: Counter) -> None:
    """What a person made of the first comment."""
    decision = counter.rows(Decision)[0]
    with counter.house.database.write() as session:
        session.add(
            Label(
                id=counter.house.ids(),
                decision_id=decision.id,
                comment_id=decision.comment_id,
                page_id=counter.page,
                text="дебил",
                source="case",
                verdict="remove",
                machine_verdict="remove",
                policy_version_id=decision.policy_version_id,
                account_id=1,
                labelled_at=counter.clock.now(),
            )
        )


def grow(counter: Counter, last_of: dict[type[Any], int], first: int, until: int) -> None:
    """Copies of every thing up to its table's last one, numbered from `first` to below `until`."""
    with counter.house.database.write() as session:
        for table, new in _NEW.items():
            columns = list(table.model_fields)
            values = ", ".join(_value(table, column, {columns[0], *new}) for column in columns)
            name = table.__tablename__
            copies = f"WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n + 1 < {until})"
            some = f'(SELECT * FROM "{name}" WHERE {columns[0]} <= {last_of[table]}) b'
            session.execute(
                text(f'{copies} INSERT INTO "{name}" ({", ".join(columns)}) SELECT {values} FROM c CROSS JOIN {some}')
            )


def _value(table: type[Any], column: str, new: set[str]) -> str:
    if (table, column) in _WORDS:
        return f"b.{column} || 'x' || c.n"
    return f"b.{column} + c.n * {_APART}" if column in new else f"b.{column}"


class Work:
    """Counts what the database does."""

    def __init__(self, counter: Counter) -> None:
        self.done = 0
        engine = counter.house.database.engine
        engine.dispose()
        event.listen(engine, "connect", lambda raw, _record: raw.set_progress_handler(self._count, 10))

    def _count(self) -> int:
        self.done += 10
        return 0

    def of(self, ask: Any) -> int:
        """The instructions of one answer, once what is remembered is warm."""
        for _ in range(2):
            self.done = 0
            answer = ask()
            assert answer.status_code == 200, answer.text[:300]
        return self.done


def last_rows(counter: Counter) -> dict[type[Any], int]:
    """The last key of each table that is copied."""
    return {table: max(getattr(row, next(iter(table.model_fields))) for row in counter.rows(table)) for table in _NEW}


def test_no_list_reads_more_because_there_is_more(counter: Counter) -> None:
    """Ten times as many rows cost every list of the API and of the console no more than counting what waits."""
    visitor, work = counter.visitor(Role.ADMIN), Work(counter)
    api = counter.client(Role.ADMIN, "anna")
    last_of = last_rows(counter)
    costs: dict[str, list[int]] = {}
    for first, last in ((1, FEW), (FEW, MANY)):
        grow(counter, last_of, first, last)
        for one in LISTS:
            path = one.format(page=counter.page)
            client = visitor.client if path.startswith("/console") else api
            costs.setdefault(one, []).append(work.of(lambda c=client, p=path: c.get(p)))
    more = {one: (many - few) / (MANY - FEW) for one, (few, many) in costs.items()}
    dear = {one: cost for one, cost in more.items() if cost > COUNTING * TELLING.get(one, 1)}
    assert not dear


@pytest.mark.parametrize("limited", [False, True], ids=["all pages", "one page"])
def test_a_question_costs_the_same_however_many_wait(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, *, limited: bool
) -> None:
    """One question, and the way to the next, read no more where ten times as many wait, or where most are closed."""
    monkeypatch.setattr(queue_way, "_COUNTED", COUNTED)
    visitor = counter.visitor(Role.MODERATOR, "anna", [counter.page] if limited else None)
    work, last_of = Work(counter), last_rows(counter)
    question = counter.rows(ReviewCase)[0].id
    costs: list[int] = []
    for first, last in ((1, FEW), (FEW, MANY)):
        grow(counter, last_of, first, last)
        assert f"больше {COUNTED}" in visitor.get(f"/queue/{question}").text
        costs.append(work.of(lambda: visitor.get(f"/queue/{question}")))
    closed = f"UPDATE review_case SET state = 'closed' WHERE id > {last_of[ReviewCase] + FEW * _APART}"
    with counter.house.database.write() as session:
        session.execute(text(closed))
    costs.append(work.of(lambda: visitor.get(f"/queue/{question}")))

    assert max(costs) - min(costs) < (MANY - FEW) / 10, costs
