"""A random share of what the machine decided is put to people: keyed, at the end of the queue, with its probability."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.clock import DAY, MINUTE
from app.domain.states import CommentState
from app.domain.words import Reason
from app.journal.verify import verify
from app.pipeline.duties.all import duties_with
from app.pipeline.duties.walk import Round
from app.pipeline.labels.sampling import NAME, Shares, lot, sample_with
from app.settings import Settings
from app.storage.audits import probabilities
from app.storage.tables import Comment, Decision, Page, ReviewCase, RevisionBody
from app.storage.vault import JournalKey
from tests.fakes.yard import Yard

ALL = Shares(removals=1.0, keeps=1.0, a_day=1000)


@pytest.fixture
def yard(database_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation on each engine, where the sample has begun."""
    made = Yard(database_url, tmp_path)
    _sample(made)
    made.clock.advance(5 * MINUTE)
    yield made
    made.close()


def _sample(yard: Yard, shares: Shares = ALL) -> None:
    yard.clock.advance(5 * MINUTE)
    sample_with(shares)(yard.house, yard.configuration, threading.Event())


def _audits(yard: Yard) -> list[ReviewCase]:
    return [case for case in yard.rows(ReviewCase) if case.reason == Reason.AUDIT]


def test_removals_and_keeps_are_put_to_people(yard):
    """What the machine removed and kept becomes a question; what people are asked about anyway does not."""
    removed, kept = yard.comment("дебил"), yard.comment("Спасибо")
    asked = yard.comment("дебил, почините дорогу")
    _sample(yard)

    assert {case.decision_id for case in _audits(yard)} == {removed, kept}
    assert {case.decision_id for case in yard.rows(ReviewCase)} == {removed, kept, asked}
    assert {case.category for case in _audits(yard)} == {"insult", ""}


def test_the_sample_stands_at_the_end_of_the_queue(yard):
    """Every other question comes before the oldest of the sample."""
    yard.comment("дебил")
    _sample(yard)
    yard.comment("дебил, почините дорогу")
    [other] = [case for case in yard.rows(ReviewCase) if case.reason != Reason.AUDIT]

    assert [other.rank < case.rank for case in _audits(yard)] == [True]


def test_the_sample_is_drawn_in_shadow_too(yard):
    """A page that only watches learns how good the machine is before it acts."""
    yard.add_page("229000002", "shadow")
    decision = yard.comment("дебил", page="229000002")
    _sample(yard)

    assert [case.decision_id for case in _audits(yard)] == [decision]


def test_the_probability_stands_in_the_journal(yard):
    """It is there for every question of the sample, and the journal stays whole."""
    shares = Shares(removals=1.0, keeps=0.5, a_day=1000)
    yard.comment("дебил")
    for number in range(20):
        yard.comment(f"Спасибо {number}")
    _sample(yard, shares)
    cases = _audits(yard)
    with yard.house.database.read() as session:
        found = probabilities(session, [case.comment_id for case in cases])

    assert 2 < len(cases) < 21
    verdicts = {row.id: row.verdict for row in yard.rows(Decision)}
    for case in cases:
        assert [p for _, p in found[case.comment_id]] == [1.0 if verdicts[case.decision_id] == "remove" else 0.5]
    assert verify(yard.house.database, yard.house.journal_key).problems == []


def test_a_decision_is_drawn_once(yard):
    """Walking again, also from the beginning, opens no second question, not even about one that was answered."""
    yard.comment("дебил")
    _sample(yard)
    [case] = _audits(yard)
    yard.change(ReviewCase, case.id, state="closed", ended="removed")
    with yard.house.database.write() as session:
        from app.storage.duties import write_cursor

        write_cursor(session, NAME, 0, yard.clock.now())
    _sample(yard)

    assert [one.id for one in _audits(yard)] == [case.id]


@pytest.mark.parametrize("reason", ["private", "withdrawn", "edited", "erased", "removed page", "no text", "fresh"])
def test_what_is_not_to_be_asked_is_left_out(yard, reason):
    """Private, withdrawn, edited and erased texts, those of removed pages and those without words are no questions."""
    decision = yard.comment(" " if reason == "no text" else "дебил", private=reason == "private")
    row = next(one for one in yard.rows(Decision) if one.id == decision)
    if reason == "withdrawn":
        yard.change(Comment, row.comment_id, state=CommentState.WITHDRAWN.value)
    if reason == "edited":
        yard.change(Comment, row.comment_id, decision_id=yard.house.ids())
    if reason == "erased":
        yard.change(RevisionBody, row.revision_id, text=None)
    if reason == "removed page":
        yard.change(Page, row.page_id, removed_at=yard.clock.now())
    if reason == "fresh":
        # Not yet: a smaller id may still be on its way.
        yard.clock.advance(-5 * MINUTE)
    _sample(yard)

    assert _audits(yard) == []


def test_a_day_has_its_bound_and_spends_its_end_slowly(yard):
    """A page is asked about no more than its number in 24 hours, and the second half of it is drawn more rarely."""
    shares = Shares(removals=1.0, keeps=1.0, a_day=10)
    for number in range(60):
        yard.comment(f"Спасибо {number}")
    _sample(yard, shares)
    cases = _audits(yard)
    with yard.house.database.read() as session:
        found = probabilities(session, [case.comment_id for case in cases])
    drawn = [found[case.comment_id][0][1] for case in sorted(cases, key=lambda case: case.id)]

    assert drawn[:6] == [1.0] * 6
    assert drawn[6:] == [pytest.approx(2 * (10 - n) / 10) for n in range(6, len(drawn))]
    assert len(drawn) <= 10
    yard.clock.advance(DAY)
    yard.comment("Спасибо завтра")
    _sample(yard, shares)
    assert len(_audits(yard)) == len(drawn) + 1


def test_pages_do_not_share_a_bound(yard):
    """A busy page takes no question from another one."""
    yard.add_page("229000002", "enforce")
    for number in range(40):
        yard.comment(f"Спасибо {number}")
    other = yard.comment("Спасибо соседям", page="229000002")
    _sample(yard, Shares(removals=1.0, keeps=1.0, a_day=2))

    assert other in {case.decision_id for case in _audits(yard)}


@pytest.mark.parametrize("shares", [Shares(0, 0, 100), Shares(1, 1, 0)])
def test_the_sample_can_be_switched_off(yard, shares):
    """No share, or no questions a day: nobody is asked."""
    yard.comment("дебил")
    _sample(yard, shares)

    assert _audits(yard) == []


def test_the_first_walk_begins_with_the_present(yard):
    """Decisions of years before the sample was switched on do not flood the queue."""
    with yard.house.database.write() as session:
        from sqlalchemy import text

        session.execute(text("DELETE FROM duty_cursor"))
    yard.comment("дебил")
    _sample(yard)

    assert _audits(yard) == []


def test_a_question_that_nobody_answers_is_let_go(yard):
    """After thirty days it is closed, so that its text may be erased; one that somebody holds waits, others stay."""
    yard.comment("дебил")
    held = yard.comment("дебил два")
    asked = yard.comment("дебил, почините дорогу")
    _sample(yard)
    [case] = [case for case in _audits(yard) if case.decision_id == held]
    yard.change(ReviewCase, case.id, state="claimed", claimed_until=yard.clock.now() + 40 * DAY)
    yard.clock.advance(29 * DAY)
    _sample(yard)
    assert {case.state for case in yard.rows(ReviewCase)} == {"open", "claimed"}
    yard.clock.advance(2 * DAY)
    _sample(yard)

    states = {case.decision_id: (case.state, case.ended) for case in yard.rows(ReviewCase)}
    assert states.pop(held) == ("claimed", None)
    assert states.pop(asked) == ("open", None)
    assert list(states.values()) == [("closed", "expired")]
    assert len(yard.journal("case_closed")) == 1
    yard.clock.advance(10 * DAY)
    _sample(yard)
    assert len(yard.journal("case_closed")) == 2
    assert verify(yard.house.database, yard.house.journal_key).problems == []


def test_the_worker_does_it(yard):
    """As a duty among others it is done when its time has come, with the shares of the settings."""
    settings = Settings(audit_removals=1.0)
    rounds = Round(yard.house, yard.configuration, [duty for duty in duties_with(settings) if duty.name == NAME])
    decision = yard.comment("дебил")
    yard.clock.advance(5 * MINUTE)
    rounds.once(threading.Event())

    assert [case.decision_id for case in _audits(yard)] == [decision]


def test_lots_are_even_and_keyed():
    """Of ten thousand ids about a fiftieth is under .02, and with another key other ones are."""
    one, other = JournalKey("a", b"a" * 32), JournalKey("b", b"b" * 32)
    under = {key.id: {n for n in range(10_000) if lot(key, n) < 0.02} for key in (one, other)}

    assert 150 < len(under["a"]) < 250
    assert 150 < len(under["b"]) < 250
    assert len(under["a"] & under["b"]) < 20
    assert lot(one, 5) == lot(one, 5)
