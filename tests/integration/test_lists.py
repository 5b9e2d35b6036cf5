"""Lists are walked along an index, in bounded stretches, on both engines."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.domain.clock import HOUR
from app.domain.states import ActionState
from app.domain.words import Category, Verdict
from app.pipeline.house import House
from app.storage import actions, decisions, walk
from app.storage.actions import ActionFilter
from app.storage.decisions import DecisionFilter, decision_ids
from app.storage.tables import Action, Comment, Decision
from app.storage.walk import Statement
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house

PAGES = 8
ROWS = 4_000
RARE = 997
AUTHORS = 400


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Thousands of decisions and actions on eight pages; every 997th decision is a removal for spam."""
    clock = FakeClock()
    house = make_house(database_url, clock)
    rows, orders, comments = [], [], []
    for number in range(ROWS):
        clock.advance(HOUR // 10)
        rare = number % RARE == 0
        rows.append(_decision(house, number, rare=rare))
        orders.append(_action(house, number, open_=rare))
        comments.append(_comment(number))
    with house.database.write() as session:
        session.execute(insert(Comment), comments)
        session.execute(insert(Decision), rows)
        session.execute(insert(Action), orders)
    with house.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    yield house
    house.database.dispose()


def _comment(number: int) -> dict[str, object]:
    return {
        "id": number,
        "page_id": number % PAGES + 1,
        "kind": "wall",
        "scope": "",
        "external_id": str(number),
        "author_id": number % AUTHORS,
        "written_by": "citizen",
        "state": "visible",
        "received_at": 0,
        "changed_at": 0,
    }


def _decision(house: House, number: int, *, rare: bool) -> dict[str, object]:
    return {
        "id": house.ids(),
        "comment_id": number,
        "revision_id": number,
        "page_id": number % PAGES + 1,
        "verdict": "remove" if rare else "keep",
        "categories_json": '["spam"]' if rare else "[]",
        "reasons_json": "[]",
        "clauses_json": "[]",
        "explanation_json": "[]",
        "basis_json": "{}",
        "mode": "enforce",
        "policy_version_id": 1,
        "decided_by": "machine",
        "decided_at": house.clock.now(),
    }


def _action(house: House, number: int, *, open_: bool) -> dict[str, object]:
    return {
        "id": house.ids(),
        "idempotency_key": str(number),
        "kind": "ban_author",
        "state": "proposed" if open_ else "done",
        "decision_id": number,
        "comment_id": number,
        "page_id": number % PAGES + 1,
        "connection_id": 1,
        "ordered_by": "machine",
        "confirmed_by": "",
        "clause": "п. 1",
        "ban_reason": "",
        "attempts": 0,
        "last_error": "",
        "due_at": 0,
        "claim": 0,
        "created_at": 0,
        "changed_at": 0,
        "ended_by": "",
    }


def _plan(session: Session, statement: Statement) -> str:
    """How the database would carry the statement out."""
    if session.get_bind().dialect.name == "postgresql":
        dialect, explain = postgresql.dialect(), "EXPLAIN "
    else:
        dialect, explain = sqlite.dialect(), "EXPLAIN QUERY PLAN "
    compiled = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return json.dumps([list(map(str, row)) for row in session.execute(text(explain + compiled.replace(":", "\\:")))])


def _is_walk(plan: str, index: str) -> bool:
    """Whether the plan goes along the index and neither reads the whole table nor sorts it."""
    return index in plan and "Seq Scan" not in plan and "SCAN decision" not in plan and "SCAN action" not in plan


def test_a_page_of_decisions_is_read_from_its_index(house: House) -> None:
    """A page's decisions, a token's pages side by side and all decisions each go along an index without a sort."""
    before = house.ids()
    with house.database.read() as session:
        one = _plan(session, decisions.walk_statement(DecisionFilter(pages=(3,)), None, before, 51))
        some = _plan(session, decisions.walk_statement(DecisionFilter(pages=(3, 5)), None, before, 51))
        every = _plan(session, decisions.walk_statement(DecisionFilter(), None, before, 51))

    assert _is_walk(one, "ix_decision_page"), one
    assert "Sort" not in one
    assert "TEMP B-TREE" not in one
    assert _is_walk(some, "ix_decision_page"), some
    assert "decision_pkey" in every or "USING INTEGER PRIMARY KEY" in every or "autoindex_decision" in every, every


def test_a_page_of_actions_is_read_from_its_index(house: House) -> None:
    """A page's actions go along the page's index, its open ones along the small partial one."""
    before = house.ids()
    with house.database.read() as session:
        every = _plan(session, actions.walk_statement(ActionFilter(pages=(3,)), before, 51))
        wanted = ActionFilter(pages=(3,), state=ActionState.PROPOSED)
        open_ = _plan(session, actions.walk_statement(wanted, before, 51))

    assert _is_walk(every, "ix_action_page"), every
    assert _is_walk(open_, "ix_action_open"), open_


def test_an_author_is_found_by_their_comments(house: House) -> None:
    """An author's decisions are gathered through the author's comments, not by walking a page."""
    with house.database.read() as session:
        plan = _plan(session, decisions.walk_statement(DecisionFilter(pages=(3,)), [7], house.ids(), 51))

    assert "ix_comment_author" in plan, plan
    assert "ix_decision_comment" in plan, plan


@pytest.mark.parametrize(
    "wanted",
    [
        DecisionFilter(),
        DecisionFilter(pages=(3,)),
        DecisionFilter(pages=(1, 2, 3)),
        DecisionFilter(pages=tuple(range(1, 100))),
        DecisionFilter(verdict=Verdict.REMOVE),
        DecisionFilter(category=Category.SPAM, pages=(1, 6)),
        DecisionFilter(since=1_790_000_000_000_000 + 90 * HOUR, until=1_790_000_000_000_000 + 95 * HOUR),
    ],
    ids=["all", "one page", "three pages", "many pages", "rare", "rare on two pages", "five hours"],
)
def test_a_walk_finds_each_row_once(house: House, wanted: DecisionFilter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Following the cursor to its end gives exactly the rows that match, newest first, each once, whatever the bound."""
    monkeypatch.setattr(walk, "LOOKED_AT", 1_000)
    monkeypatch.setattr(walk, "_STRETCH", 250)
    with house.database.read() as session:
        rows = session.execute(text("SELECT id, page_id, verdict, decided_at FROM decision ORDER BY id DESC")).all()
        seen: list[int] = []
        before, requests = None, 0
        while True:
            found = decision_ids(session, wanted, before=before, limit=97)
            assert len(found.ids) <= 97
            seen += found.ids
            before, requests = found.next_before, requests + 1
            if before is None:
                break
    expected = [
        row.id
        for row in rows
        if (wanted.pages is None or row.page_id in wanted.pages)
        and (row.verdict == "remove" or not (wanted.verdict or wanted.category))
        and (wanted.since is None or row.decided_at >= wanted.since)
        and (wanted.until is None or row.decided_at < wanted.until)
    ]

    assert expected
    assert seen == expected
    assert requests <= ROWS // 97 + 2


def test_a_rare_find_costs_a_bounded_look(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that lets nothing through stops after the bound and hands the place on, instead of reading on."""
    monkeypatch.setattr(walk, "LOOKED_AT", 1_000)
    monkeypatch.setattr(walk, "_STRETCH", 250)
    with house.database.read() as session:
        found = decision_ids(session, DecisionFilter(verdict=Verdict.REVIEW), before=None, limit=50)

    assert found.ids == ()
    assert found.next_before is not None
