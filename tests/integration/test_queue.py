"""The queue is walked along its index in its own order, in bounded stretches, on both engines."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.domain.clock import MINUTE
from app.domain.urgency import rank
from app.pipeline.house import House
from app.storage import cases
from app.storage.case_context import thread_statement
from app.storage.cases import CaseFilter, case_ids, count_open, list_cases, walk_statement
from app.storage.tables import Comment, Connection, Decision, Page, PolicyVersion, ReviewCase, Revision
from app.storage.walk import Statement
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house

PAGES = 8
OPEN = 10_000
CLOSED = 4_000
START = 1_790_000_000_000_000
ANNA = "1001"


def _case(number: int, chance: random.Random) -> dict[str, Any]:
    opened_at = START + number * MINUTE
    protected, sampled, uncertainty = number % 10 == 0, number % 17 == 0, chance.random()
    return {
        "id": number + 1,
        "comment_id": number + 1,
        "page_id": chance.randrange(PAGES) + 1,
        "revision_id": number + 1,
        "decision_id": number + 1,
        "state": "closed" if number >= OPEN else "open",
        "reason": "protected_appeal" if protected else "score_over_review",
        "protected": protected,
        "category": "spam" if number % 997 == 0 else "insult",
        "uncertainty": uncertainty,
        "rank": rank(
            protected=protected, sampled=sampled and not protected, uncertainty=uncertainty, opened_at=opened_at
        ),
        "assigned_to": "person:anna" if number % 50 == 1 else "",
        "skipped_json": json.dumps([ANNA]) if number % 3 == 0 else "[]",
        "opened_at": opened_at,
    }


def _comment(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": case["comment_id"],
        "page_id": case["page_id"],
        "kind": "wall",
        "scope": "",
        "external_id": str(case["id"]),
        "written_by": "citizen",
        "state": "visible",
        "received_at": 0,
        "changed_at": 0,
    }


def _revision(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": case["revision_id"],
        "comment_id": case["comment_id"],
        "number": 1,
        "digest": "",
        "act": "new",
        "received_at": 0,
    }


def _page(number: int) -> Page:
    return Page(
        id=number,
        network="vk",
        external_id=str(number),
        connection_id=1,
        title="Страница",
        policy_name="p",
        mode="review",
        timezone="Europe/Moscow",
        created_at=0,
    )


def _decision(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": case["decision_id"],
        "comment_id": case["comment_id"],
        "revision_id": case["revision_id"],
        "page_id": case["page_id"],
        "verdict": "review",
        "categories_json": "[]",
        "reasons_json": "[]",
        "clauses_json": "[]",
        "mode": "review",
        "policy_version_id": 1,
        "decided_by": "machine",
        "decided_at": case["opened_at"],
    }


ROWS = [_case(number, random.Random(number)) for number in range(OPEN + CLOSED)]


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Ten thousand open questions on eight pages, and some that are closed."""
    house = make_house(database_url, FakeClock())
    with house.database.write() as session:
        session.execute(insert(ReviewCase), ROWS)
        session.execute(insert(Comment), [_comment(row) for row in ROWS])
        session.execute(insert(Decision), [_decision(row) for row in ROWS])
        session.execute(insert(Revision), [_revision(row) for row in ROWS])
        session.add(PolicyVersion(id=1, name="p", version=1, digest="", source="", created_at=0, created_by="cli"))
        session.add(Connection(id=1, network="vk", callback_key="k", created_at=0))
        session.flush()
        session.add_all(_page(number + 1) for number in range(PAGES))
    with house.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    yield house
    house.database.dispose()


def _plan(session: Session, statement: Statement) -> str:
    """How the database would carry the statement out."""
    if session.get_bind().dialect.name == "postgresql":
        dialect, explain = postgresql.dialect(), "EXPLAIN "
    else:
        dialect, explain = sqlite.dialect(), "EXPLAIN QUERY PLAN "
    compiled = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return json.dumps([list(map(str, row)) for row in session.execute(text(explain + compiled.replace(":", "\\:")))])


def _reads_all(plan: str) -> bool:
    return "Seq Scan" in plan or ("SCAN review_case" in plan and "USING" not in plan)


def test_the_queue_is_read_from_its_index(house: House) -> None:
    """A page's queue, a few pages' side by side and everybody's each go along an index of open cases, without a sort."""
    after = (ROWS[3]["rank"], ROWS[3]["id"])
    with house.database.read() as session:
        one = _plan(session, walk_statement(CaseFilter(pages=(3,)), after, 51))
        some = _plan(session, walk_statement(CaseFilter(pages=(3, 5)), after, 51))
        every = _plan(session, walk_statement(CaseFilter(), after, 51))
        many = _plan(session, walk_statement(CaseFilter(pages=tuple(range(1, 100))), after, 51))

    for plan, index in ((one, "ix_case_page_rank"), (some, "ix_case_page_rank"), (every, "ix_case_rank")):
        assert index in plan, plan
        assert not _reads_all(plan), plan
    for plan in (one, every):
        assert "Sort" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan
    assert "ix_case_rank" in many or "ix_case_page_rank" in many, many
    assert not _reads_all(many), many


def test_a_thread_is_read_from_its_index(house: House) -> None:
    """The neighbours of an answer are found along the thread, not by reading the page's comments."""
    comment = Comment(**_comment(ROWS[7]) | {"thread_root": "5", "reply_to": "6"})
    with house.database.read() as session:
        plan = _plan(session, thread_statement(comment))

    assert "ix_comment_thread" in plan, plan
    assert "Seq Scan on comment" not in plan, plan
    assert "SCAN comment" not in plan, plan


def test_a_part_of_the_queue_costs_a_fixed_number_of_statements(house: House) -> None:
    """Five or fifty of ten thousand cases, whole with their comments: the same four statements."""
    statements: list[str] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda _c, _cur, sql, *_rest: statements.append(sql))
    counted = []
    with house.database.read() as session:
        for limit in (5, 50):
            statements.clear()
            records, following = list_cases(session, CaseFilter(), after=None, limit=limit)
            counted.append(sum(sql.startswith("SELECT") for sql in statements))

            assert [record.case.id for record in records] == _expected(CaseFilter())[:limit]
            assert following == (records[-1].case.rank, records[-1].case.id)

    assert counted == [4, 4]


def _expected(wanted: CaseFilter) -> list[int]:
    """The order that the queue should have, worked out from the rows themselves."""
    chosen = [
        row
        for row in ROWS[:OPEN]
        if (wanted.pages is None or row["page_id"] in wanted.pages)
        and (wanted.category is None or row["category"] == wanted.category)
        and (wanted.reason is None or row["reason"] == wanted.reason)
        and (wanted.older_than is None or row["opened_at"] <= wanted.older_than)
        and (wanted.assigned_to is None or row["assigned_to"] == wanted.assigned_to)
    ]

    def place(row: dict[str, Any]) -> tuple[bool, int, int]:
        return wanted.passed_by is not None and wanted.passed_by in row["skipped_json"], row["rank"], row["id"]

    return [row["id"] for row in sorted(chosen, key=place)]


@pytest.mark.parametrize(
    "wanted",
    [
        CaseFilter(),
        CaseFilter(pages=(3,)),
        CaseFilter(pages=(1, 2, 3)),
        CaseFilter(pages=tuple(range(2, 100))),
        CaseFilter(category="spam"),
        CaseFilter(reason="protected_appeal", pages=(1, 6)),
        CaseFilter(older_than=START + 700 * MINUTE),
        CaseFilter(assigned_to="person:anna"),
        CaseFilter(passed_by=ANNA, pages=(4,)),
        CaseFilter(passed_by=ANNA, assigned_to="person:anna"),
    ],
    ids=["all", "one page", "three pages", "many", "rare", "appeals", "old", "assigned", "passed by", "both"],
)
def test_a_walk_finds_each_case_once_in_order(
    house: House, wanted: CaseFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Following the cursor gives exactly the open cases that match, in the queue's order, each once."""
    monkeypatch.setattr(cases, "LOOKED_AT", 1_500)
    monkeypatch.setattr(cases, "_STRETCH", 400)
    seen: list[int] = []
    after = None
    with house.database.read() as session:
        while True:
            ids, after = case_ids(session, wanted, after=after, limit=197)
            assert len(ids) <= 197
            seen += ids
            if after is None:
                break

    assert seen
    assert seen == _expected(wanted)


@pytest.mark.parametrize("at_most", [1, 700, 1_000_000])
def test_open_questions_are_counted_up_to_a_bound(house: House, at_most: int) -> None:
    """How many wait, on all pages or on some, but no more than is asked for."""
    with house.database.read() as session:
        for pages in (None, (2,), (1, 2), ()):
            waiting = sum(pages is None or row["page_id"] in pages for row in ROWS[:OPEN])
            assert count_open(session, pages, at_most=at_most) == min(waiting, at_most)
