"""What looks for things that wait does not read those that are done, however many there are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlmodel import Session

from app.domain.answers import AppealEnd
from app.domain.clock import HOUR
from app.domain.states import ObjectionState
from app.pipeline.house import House
from app.storage import appeals, census, objections, waiting
from app.storage.tables import Appeal, Comment, Objection
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house

FEW, MANY = 200, 2_000
#: Things that wait, among all that are done.
OPEN = 5
#: More pages than are walked side by side.
PAGES = tuple(range(1, 61))


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """An installation without anything."""
    house = make_house(sqlite_url, FakeClock())
    yield house
    house.database.dispose()


def fill(house: House, first: int, last: int) -> None:
    """Comments with an objection and a waiting resident each; all but the first `OPEN` are done."""
    comments, objected, waited = [], [], []
    for number in range(first, last):
        page, done = number % len(PAGES) + 1, number >= OPEN
        at = number * HOUR
        comments.append(
            {"id": number, "page_id": page, "kind": "wall", "scope": "", "external_id": str(number)}
            | {"post_external_id": "17", "written_by": "citizen", "state": "visible"}
            | {"received_at": at, "changed_at": at}
        )
        state = ObjectionState.ANSWERED if done else ObjectionState.OPEN
        objected.append(
            {"id": number, "page_id": page, "comment_id": number, "decision_id": number, "channel": "site"}
            | {"state": state, "received_at": at, "due_at": at}
        )
        ended = {"closed_at": at, "ended": AppealEnd.ANSWERED} if done else {"closed_at": None, "ended": ""}
        waited.append({"comment_id": number, "page_id": page, "asked_at": at, "due_at": at} | ended)
    with house.database.write() as session:
        for table, rows in ((Comment, comments), (Objection, objected), (Appeal, waited)):
            session.execute(insert(table), rows)


def own() -> Comment:
    """A comment of the page itself, which may answer whoever waits there."""
    return Comment(id=MANY, page_id=1, kind="wall", scope="", external_id="own", post_external_id="17")


LOOKS: dict[str, Callable[[Session], Any]] = {
    "all objections": lambda session: objections.waiting(session, after=-1, limit=200),
    "objections counted": lambda session: objections.count_unanswered(session, None, due_before=HOUR),
    "some pages' objections counted": lambda session: objections.count_unanswered(session, (1, 2), due_before=HOUR),
    "the census": lambda session: census.take_census(session, HOUR),
    "who waits beside a comment": lambda session: appeals.waiting_beside(session, own(), MANY * HOUR),
    "who waits on many pages": lambda session: waiting.list_waiting(session, PAGES, after=None, limit=50),
    "how many wait on many pages": lambda session: waiting.count_waiting(session, PAGES, HOUR),
}


def test_what_is_done_costs_nothing(house: House) -> None:
    """Ten times as many answered objections and ended waits: the same instructions of the database, none a row."""
    done = 0

    def count() -> int:
        nonlocal done
        done += 1
        return 0

    house.database.engine.dispose()
    event.listen(house.database.engine, "connect", lambda raw, _record: raw.set_progress_handler(count, 1))
    costs: dict[str, list[int]] = {}
    for first, last in ((0, FEW), (FEW, MANY)):
        fill(house, first, last)
        with house.database.read() as session:
            for name, look in LOOKS.items():
                done = 0
                assert look(session)
                costs.setdefault(name, []).append(done)

    assert all(many - few < (MANY - FEW) / 10 for few, many in costs.values()), costs


def test_who_is_seen_again_is_found_from_those_who_were_gone(house: House) -> None:
    """The comments themselves are not walked: only those whose clock was stopped are looked up."""
    fill(house, 0, FEW)
    with house.database.write() as session:
        session.get_one(Appeal, FEW - 1).ended = AppealEnd.GONE
    statements: list[str] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda _c, _cur, sql, *_rest: statements.append(sql))
    with house.database.read() as session:
        assert appeals.gone_and_back(session, 0, 10) == [FEW - 1]
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statements[-1]}", (0, "gone", "visible", 10, 0)
        )
        steps = [row[3] for row in plan]

    assert steps[0].startswith("SEARCH appeal"), steps
    assert any(step.startswith("SEARCH comment USING INDEX") for step in steps), steps
