"""Deliveries are committed in order and in batches, together with what hangs on them, on both engines."""

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from app.domain.errors import BusyError
from app.domain.events import AuthorBanned
from app.pipeline.record import committing
from app.pipeline.record.committing import Committer, cut
from app.pipeline.record.items import Item, Outcome
from app.storage.tables import Comment, Poll, Post, RejectedEvent, SeenEvent
from tests.fakes.clock import FakeClock
from tests.fakes.house import INSULT, make_house, written
from tests.integration.test_hostile import hostile
from tests.integration.test_record import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A page that enforces an act, on each engine."""
    clock = FakeClock()
    made = Desk(make_house(database_url, clock), clock, "enforce")
    yield made
    made.house.database.dispose()


def committer(desk: Desk) -> Committer:
    """One that commits for the desk."""
    return Committer(desk.house, desk.configuration, 1)


def comment(desk: Desk, number: int, text: str = "Спасибо") -> Item:
    """A delivery of a comment."""
    return written(text, page_id=desk.page_id, number=number)


def move_cursor(desk: Desk, cursor: str):
    """What a poller wants done with its events."""

    def also(session: Session) -> None:
        session.merge(Poll(page_id=desk.page_id, cursor=cursor))

    return also


def cursors(desk: Desk) -> list[str]:
    """Where polling stands."""
    with desk.house.database.read() as session:
        return list(session.exec(select(Poll.cursor)))


def test_what_hangs_on_deliveries_is_stored_with_the_last_of_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several batches, one cursor; the same again repeats nothing and moves the cursor on."""
    monkeypatch.setattr(committing, "BATCH", 2)
    items = [comment(desk, number) for number in (1, 2, 3)]
    own = committer(desk)

    assert own.commit(items, move_cursor(desk, "3")) == [Outcome.DECIDED] * 3
    assert own.commit(items, move_cursor(desk, "4")) == [Outcome.DUPLICATE] * 3
    assert (cursors(desk), len(desk.rows(Comment))) == (["4"], 3)


def test_it_is_stored_without_deliveries_too(desk: Desk) -> None:
    """A poll that brought nothing moves the cursor all the same."""
    assert committer(desk).commit([], move_cursor(desk, "9")) == []
    assert cursors(desk) == ["9"]


def test_what_fails_beside_deliveries_is_told_and_blamed_on_none(desk: Desk) -> None:
    """A lease lost meanwhile: the transaction is rolled back, the events are neither stored nor set aside."""

    def lost(_session: Session) -> None:
        raise LookupError("lease")

    with pytest.raises(LookupError):
        committer(desk).commit([comment(desk, 1), comment(desk, 2)], lost)
    assert desk.rows(SeenEvent) == desk.rows(RejectedEvent) == []


def test_a_post_is_remembered_only_when_it_stands(desk: Desk) -> None:
    """A transaction that fails takes its post with it; the comments that follow stand under the one that is stored."""

    def lost(_session: Session) -> None:
        raise LookupError("lease")

    own = committer(desk)
    with pytest.raises(LookupError):
        own.commit([comment(desk, 1)], lost)
    for number in (1, 2, 3, 4):
        assert own.commit([comment(desk, number)]) == [Outcome.DECIDED]

    (post,) = desk.rows(Post)
    assert [row.post_id for row in desk.rows(Comment)] == [post.id] * 4


def test_a_broken_delivery_at_the_end_does_not_hold_the_cursor(desk: Desk) -> None:
    """It is set aside in the transaction that moves the cursor, else it would come for ever."""
    items = [comment(desk, 1), hostile("x", page_id=desk.page_id, external_id="900", at=2**63)]

    assert committer(desk).commit(items, move_cursor(desk, "2")) == [Outcome.DECIDED, Outcome.REJECTED]
    assert cursors(desk) == ["2"]
    assert len(desk.rows(RejectedEvent)) == 1


def test_nothing_is_tried_after_what_could_not_be_taken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away after the first batch: the rest is to come again, in order, and the cursor stays."""
    monkeypatch.setattr(committing, "BATCH", 1)
    real, taken = committing.record, []

    def failing(session, house, configuration, items, *rest, **named):
        taken.extend(items)
        if len(taken) == 2:
            raise OperationalError("", None, sqlite3.OperationalError("disk I/O error"))
        return real(session, house, configuration, items, *rest, **named)

    monkeypatch.setattr(committing, "record", failing)
    answers = committer(desk).commit([comment(desk, number) for number in (1, 2, 3)], move_cursor(desk, "3"))

    assert answers[0] is Outcome.DECIDED
    assert all(isinstance(answer, BusyError) for answer in answers[1:])
    assert (len(answers), len(taken), cursors(desk)) == (3, 2, [])


def test_the_cursor_stays_before_one_of_a_batch_that_is_to_come_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken delivery has its batch tried one by one, and the database fails at the first of them."""
    real, asked = committing.record, []

    def failing(session, house, configuration, items, *rest, **named):
        asked.append(len(items))
        if len(asked) == 2:
            raise OperationalError("", None, sqlite3.OperationalError("disk I/O error"))
        return real(session, house, configuration, items, *rest, **named)

    monkeypatch.setattr(committing, "record", failing)
    broken = hostile("x", page_id=desk.page_id, external_id="900", at=2**63)
    answers = committer(desk).commit([comment(desk, 1), broken, comment(desk, 3)], move_cursor(desk, "3"))

    assert isinstance(answers[0], BusyError)
    assert answers[1:] == [Outcome.REJECTED, Outcome.DECIDED]
    assert (asked, cursors(desk)) == ([3, 1, 1, 1], [])


def test_batches_keep_the_order_and_no_comment_twice(desk: Desk) -> None:
    """An edit begins a batch of its own after its comment, a ban stands alone."""
    first, other = comment(desk, 1), comment(desk, 2)
    edit = written("дурак", page_id=desk.page_id, number=1, scores=INSULT, key="edit")
    ban = desk.event(AuthorBanned("777", "5", None), "user_block")

    assert list(cut([first, other, edit, ban, other])) == [[first, other], [edit], [ban], [other]]
    assert [len(batch) for batch in cut([comment(desk, n) for n in range(5)], limit=2)] == [2, 2, 1]
