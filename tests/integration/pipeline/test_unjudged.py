"""A model that breaks costs no comment its judgement: texts wait for it and are ruled on as soon as it works."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlmodel import select

from app.domain.clock import HOUR
from app.domain.events import Act
from app.pipeline.administration.pages import remove_page
from app.pipeline.breaker import IN_A_ROW, PROBE_EVERY
from app.pipeline.intake import Gate, Intake
from app.pipeline.moderate import Moderator
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.writer import Writer
from app.pipeline.unjudged.waiting import QUIET, Waiting
from app.storage.erasing import REVISIONS, erase
from app.storage.tables import Action, Comment, Decision, Evidence, Incident, ReviewCase, Unjudged
from model.scorer import Scores
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house, removed, written
from tests.fakes.scorer import WordScorer
from tests.integration.test_record import SECOND, Desk

RUDE = "Автор поста дебил и больше никто"


class Fragile(WordScorer):
    """A model that can be broken and mended."""

    broken = False

    def score(self, text: str) -> Scores:
        """As its parent, or no opinion at all."""
        if self.broken:
            raise RuntimeError("no memory")
        return super().score(text)


class Storm:
    """A page in `enforce` whose model a test breaks; every time that it passes is the test's."""

    def __init__(self, url: str, scorer: Fragile | None = None, desk: Desk | None = None) -> None:
        self.clock = desk.clock if desk else FakeClock()
        house = make_house(url, self.clock)
        if desk:
            house = replace(house, vault=desk.house.vault, journal_key=desk.house.journal_key)
            self.desk = Desk.__new__(Desk)
            self.desk.house, self.desk.clock = house, self.clock
            self.desk.page_id, self.desk.configuration = desk.page_id, desk.configuration
        else:
            self.desk = Desk(house, self.clock, "enforce")
        self.house = house
        self.scorer = scorer or Fragile()
        self.moderator = Moderator(self.scorer, now=self.clock.now)
        self.committer = Committer(house, self.desk.configuration, 1)
        self.intake = Intake(self.desk.configuration, self.moderator, Gate(Writer(self.committer)), self.clock)
        self.number = 1000

    def beside(self, url: str) -> "Storm":
        """Another process of the same installation, with a model of its own."""
        return Storm(url, desk=self.desk)

    def deliver(self, item: Item) -> Outcome:
        """One delivery goes through the door a second after the one before."""
        self.clock.advance(SECOND)
        with self.house.database.read() as session:
            page = self.desk.configuration.current(session).by_id[self.desk.page_id]
        judged = self.intake.judge(item.event, page)
        [answer] = self.committer.commit([judged])
        assert isinstance(answer, Outcome)
        return answer

    def write(self, text: str = RUDE, *, number: int = 1, act: Act = Act.NEW, **about: object) -> Outcome:
        """A citizen writes or edits a comment."""
        about = {"at": self.clock.now(), "author": "777"} | about
        return self.deliver(written(text, page_id=self.desk.page_id, number=number, act=act, **about))  # type: ignore[arg-type]

    def break_model(self) -> None:
        """The model fails until texts wait."""
        self.scorer.broken = True
        for _ in range(IN_A_ROW):
            self.number += 1
            assert self.write("Ничего особенного", number=self.number, author="9") is Outcome.DECIDED
        assert self.moderator.trouble() == "RuntimeError"

    def mend_model(self) -> None:
        """The model works, and it is time to try it."""
        self.scorer.broken = False
        self.clock.advance(PROBE_EVERY)

    def judge_waiting(self) -> None:
        """The duty's turn."""
        duty = Waiting(self.moderator, self.committer)
        duty.run(self.house, self.desk.configuration, threading.Event())

    def decisions_on(self, number: int) -> list[Decision]:
        """Decisions on a comment, the oldest first."""
        with self.house.database.read() as session:
            comment = select(Comment.id).where(Comment.external_id == str(number))
            query = select(Decision).where(Decision.comment_id == comment.scalar_subquery()).order_by(Decision.id)
            return list(session.exec(query))

    def actions_on(self, number: int) -> list[Action]:
        """Actions on a comment."""
        decisions = [one.id for one in self.decisions_on(number)]
        return [one for one in self.desk.rows(Action) if one.decision_id in decisions]

    def incidents(self) -> Sequence[tuple[str, str, bool]]:
        """Matter, code and whether it is over."""
        return [(one.what, one.code, one.ended_at is not None) for one in self.desk.rows(Incident)]

    def waiting(self) -> int:
        """How many texts wait."""
        with self.house.database.read() as session:
            return len(session.exec(select(Unjudged)).all())


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
    squall.judge_waiting()
    assert squall.incidents() == [("model", "RuntimeError", False)]

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
