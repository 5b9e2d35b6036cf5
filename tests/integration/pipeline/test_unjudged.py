"""A model that breaks costs no comment its judgement: texts wait for it and are ruled on as soon as it works."""

import threading
from collections.abc import Iterator

import pytest
from sqlmodel import select

from app.domain.clock import HOUR
from app.domain.events import Act
from app.pipeline.administration.pages import remove_page
from app.pipeline.breaker import IN_A_ROW
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record import committing
from app.pipeline.record.items import Item, Outcome
from app.pipeline.unjudged.waiting import QUIET
from app.storage.erasing import REVISIONS, erase
from app.storage.tables import Action, Decision, Evidence, RejectedEvent, ReviewCase, Unjudged
from app.storage.transaction import Transaction
from tests.fakes.house import removed
from tests.integration.pipeline.storm import RUDE, Storm


@pytest.fixture
def storm(database_url: str) -> Iterator[Storm]:
    """On each engine."""
    made = Storm(database_url)
    yield made
    made.house.database.dispose()


@pytest.fixture
def squall(sqlite_url: str) -> Iterator[Storm]:
    """Where no statement differs between the engines."""
    made = Storm(sqlite_url)
    yield made
    made.house.database.dispose()


def test_a_text_waits_for_the_model_and_is_ruled_on_when_it_works(storm: Storm) -> None:
    """Words and event are kept, there is no decision; then it is removed like any other, with its event as evidence."""
    storm.break_model()
    assert storm.write() is Outcome.UNJUDGED
    assert storm.write() is Outcome.DUPLICATE
    assert (storm.decisions_on(1), storm.waiting()) == ([], 1)
    assert storm.incidents() == [("model", "RuntimeError", False)]

    storm.judge_waiting()
    assert (storm.decisions_on(1), storm.waiting()) == ([], 1)

    storm.mend_model()
    storm.judge_waiting()
    [decision] = storm.decisions_on(1)
    assert (decision.verdict, decision.decided_by, decision.supersedes) == ("remove", "machine", None)
    begun = {one.kind: one.state for one in storm.actions_on(1)}
    assert begun == {"delete_comment": "pending", "ban_author": "proposed"}
    assert [one.body for one in storm.desk.rows(Evidence) if one.decision_id == decision.id] == [b"{}"]
    assert storm.waiting() == 0
    assert storm.write("Спасибо за новый парк", number=2) is Outcome.DECIDED


def test_failures_before_the_breaker_opens_are_shown_to_people(squall: Storm) -> None:
    """Each of them has its decision and its case: nothing is left to a model that may never work again."""
    squall.break_model()

    reasons = {one.reasons_json for one in squall.desk.rows(Decision)}
    assert reasons == {'["indeterminate"]'}
    assert len(squall.desk.rows(ReviewCase)) == IN_A_ROW


def test_the_incident_ends_once_all_is_judged_and_quiet(squall: Storm) -> None:
    """Not while texts wait, nor in the minute after the last one was set aside: another process may be broken."""
    squall.break_model()
    squall.write()
    squall.mend_model()
    squall.clock.advance(QUIET)
    stopped = threading.Event()
    stopped.set()
    squall.judge_waiting(stopped)
    assert (squall.waiting(), squall.incidents()) == (1, [("model", "RuntimeError", False)])

    squall.scorer.broken = True
    squall.write(number=2)
    squall.mend_model()
    squall.judge_waiting()
    assert (squall.waiting(), squall.incidents()) == (0, [("model", "RuntimeError", False)])

    squall.clock.advance(QUIET)
    squall.judge_waiting()
    assert squall.incidents() == [("model", "RuntimeError", True)]


def test_only_the_newest_words_are_ruled_on(storm: Storm) -> None:
    """Both states of the text waited; what it said first is no longer there to be judged."""
    storm.break_model()
    storm.write(RUDE)
    assert storm.write("Простите, погорячился, дорогу починили", act=Act.EDIT) is Outcome.UNJUDGED
    assert storm.waiting() == 2

    storm.mend_model()
    storm.judge_waiting()
    assert [one.verdict for one in storm.decisions_on(1)] == ["keep"]
    assert storm.waiting() == 0


def test_an_edit_of_a_decided_text_supersedes_its_decision_when_it_is_judged(squall: Storm) -> None:
    """What was to be done about the old words is called back at once; the new decision follows the old one."""
    squall.write("Всё хорошо")
    squall.break_model()
    squall.write(RUDE, act=Act.EDIT)
    squall.mend_model()
    squall.judge_waiting()

    first, second = squall.decisions_on(1)
    assert (first.verdict, second.verdict, second.supersedes) == ("keep", "remove", first.id)


def test_what_is_gone_is_not_judged(squall: Storm) -> None:
    """Nobody acts on a comment that its author took back, or that a person deleted."""
    squall.break_model()
    squall.write(number=1)
    squall.write(number=2)
    squall.deliver(removed(page_id=squall.desk.page_id, number=1, deleter="777"))
    squall.deliver(removed(page_id=squall.desk.page_id, number=2, deleter="5"))
    squall.mend_model()
    squall.judge_waiting()

    assert (squall.decisions_on(1), squall.decisions_on(2), squall.waiting()) == ([], [], 0)


def test_what_a_person_restored_is_not_judged(squall: Storm) -> None:
    """A restore in the network is a person's word on this text."""
    squall.break_model()
    squall.write(number=1)
    squall.write(number=1, act=Act.RESTORE)
    squall.mend_model()
    squall.judge_waiting()

    [decision] = squall.decisions_on(1)
    assert (decision.verdict, decision.decided_by, squall.waiting()) == ("keep", "network:unknown", 0)


def test_an_edit_of_what_is_being_removed_waits_for_nobody(squall: Storm) -> None:
    """The deletion is under way and the new words may be good: a person is asked at once."""
    squall.write(RUDE)
    squall.desk.set_action("sending")
    squall.break_model()
    assert squall.write("Всё хорошо", act=Act.EDIT) is Outcome.DECIDED

    assert squall.decisions_on(1)[-1].reasons_json == '["indeterminate"]'
    assert squall.waiting() == 0


def test_what_waited_three_days_is_only_proposed(squall: Storm) -> None:
    """Nobody understands a removal three days after the fact: a person is asked."""
    squall.break_model()
    squall.write()
    squall.clock.advance(73 * HOUR)
    squall.mend_model()
    squall.judge_waiting()

    [decision] = squall.decisions_on(1)
    assert decision.reasons_json == '["score_over_remove","age_limit"]'
    assert {one.state for one in squall.actions_on(1)} == {"proposed"}


def test_what_waited_is_held_to_the_budget(squall: Storm) -> None:
    """A storm does not end in a wave of removals: the page falls to review."""
    squall.break_model()
    for number in range(1, 41):
        squall.write(f"Дебил номер {number}", number=number, author=str(number + 10_000))
    squall.mend_model()
    squall.judge_waiting()

    assert squall.waiting() == 0
    deletions = [one.state for one in squall.desk.rows(Action) if one.kind == "delete_comment"]
    assert len(deletions) == 40
    assert deletions.count("pending") == 0, "a page that falls to review sends nothing by itself"


def test_a_text_that_breaks_a_working_model_is_shown_to_a_person(squall: Storm) -> None:
    """It is the text's fault and not the model's: it does not wait a second time."""
    squall.break_model()
    squall.write("сломайся", number=1)
    squall.write(RUDE, number=2)
    squall.mend_model()
    squall.judge_waiting()

    assert squall.decisions_on(1)[0].reasons_json == '["indeterminate"]'
    assert squall.decisions_on(2)[0].verdict == "remove"


def test_a_text_that_cannot_be_stored_waits_no_longer(squall: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails alone is kept aside without its words, as any delivery is; the others get their decision."""
    squall.break_model()
    squall.write(number=1)
    squall.write("Спасибо за парк", number=2)
    squall.mend_model()
    takes = committing.record

    def record(transaction: Transaction, house: House, configuration: Configuration, items: list[Item], *more, **named):
        if any(item.event.body.ref.external_id == "1" for item in items):
            raise ValueError
        return takes(transaction, house, configuration, items, *more, **named)

    monkeypatch.setattr(committing, "record", record)
    squall.judge_waiting()

    assert squall.waiting() == 0
    assert (squall.decisions_on(1), [one.verdict for one in squall.decisions_on(2)]) == ([], ["keep"])
    assert [one.code for one in squall.desk.rows(RejectedEvent)] == ["ValueError"]


def test_private_messages_and_own_words_fare_as_always(squall: Storm) -> None:
    """A message waits and is private still; the page's own words need no model."""
    squall.break_model()
    assert squall.write("Всё хорошо", number=1, author="-229000001") is Outcome.RECORDED
    assert squall.write(RUDE, number=2, private=True) is Outcome.UNJUDGED
    squall.mend_model()
    squall.judge_waiting()

    [decision] = squall.decisions_on(2)
    assert (decision.verdict, decision.reasons_json) == ("review", '["private_message"]')


def test_a_removed_page_leaves_nothing_waiting(squall: Storm) -> None:
    """Its texts are nobody's question any more, and the incident can end."""
    squall.break_model()
    squall.write()
    remove_page(squall.house, squall.desk.page_id, by="cli")
    squall.mend_model()
    squall.judge_waiting()

    assert squall.waiting() == 0


def test_erased_words_wait_no_longer(squall: Storm) -> None:
    """The event that is kept for evidence goes with the text that it quotes."""
    squall.break_model()
    squall.write()
    with squall.house.database.write() as session:
        [waiting] = session.exec(select(Unjudged)).all()
        erase(session, REVISIONS, [waiting.revision_id], squall.clock.now())

    assert squall.waiting() == 0


def test_two_processes_judge_each_text_once(storm: Storm, database_url: str) -> None:
    """Both take up the same texts at the same moment; every comment has one decision and one deletion."""
    storm.break_model()
    for number in range(1, 31):
        storm.write(f"Спасибо за парк номер {number}", number=number)
    storm.mend_model()
    other = storm.beside(database_url)
    start = threading.Barrier(2)

    def take_up(one: Storm) -> None:
        start.wait()
        one.judge_waiting()

    threads = [threading.Thread(target=take_up, args=(one,)) for one in (storm, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.house.database.dispose()

    assert storm.waiting() == 0
    assert [len(storm.decisions_on(number)) for number in range(1, 31)] == [1] * 30
