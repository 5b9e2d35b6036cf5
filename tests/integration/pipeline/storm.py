"""A page whose model a test breaks and mends, with everything that happens to a text meanwhile."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import select

from app.domain.events import Act
from app.pipeline.breaker import IN_A_ROW, PROBE_EVERY
from app.pipeline.judging import judge
from app.pipeline.moderate import Moderator
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.unjudged.waiting import Waiting
from app.storage.tables import Action, Comment, Decision, Incident, Unjudged
from model.scorer import Scores
from tests.fakes.clock import FakeClock
from tests.fakes.house import make_house, written
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
        self.number = 1000

    def beside(self, url: str) -> "Storm":
        """Another process of the same installation, with a model of its own."""
        return Storm(url, desk=self.desk)

    def deliver(self, item: Item) -> Outcome:
        """One delivery goes through the door a second after the one before."""
        self.clock.advance(SECOND)
        with self.house.database.read() as session:
            page = self.desk.configuration.current(session).by_id[self.desk.page_id]
        judged = judge(item.event, page, self.moderator, self.clock.now())
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

    def judge_waiting(self, stop: threading.Event | None = None) -> None:
        """The duty's turn."""
        duty = Waiting(self.moderator, self.committer)
        duty.run(self.house, self.desk.configuration, stop or threading.Event())

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
