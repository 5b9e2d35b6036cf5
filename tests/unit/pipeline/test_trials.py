"""A model that failed is tried with sentences of our own before texts are trusted to it again."""

from dataclasses import dataclass, field

import pytest

from app.domain.decisions import Judgement
from app.pipeline.breaker import IN_A_ROW, PROBE_EVERY
from app.pipeline.moderate import Broken, Moderator
from app.policy.binding import bind
from app.policy.rules import load_preset
from model.scorer import Scores
from tests.fakes.clock import FakeClock
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds

POLICY = bind(load_preset("novokuznetsk-59"), FakeThresholds())


@dataclass
class Picky(WordScorer):
    """Fails on every text with some words in it; '' = on all of them, None = on none."""

    fails_on: str | None = ""
    asked: list[str] = field(default_factory=list)

    def score(self, text: str) -> Scores:
        """As its parent, or no opinion at all."""
        self.asked.append(text)
        if self.fails_on is not None and self.fails_on in text:
            raise RuntimeError("no memory")
        return super().score(text)


@dataclass
class Patient:
    """A model that has failed too often, and the clock by which it is tried again."""

    scorer: Picky = field(default_factory=Picky)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        """Let it fail."""
        self.moderator = Moderator(self.scorer, now=self.clock.now)
        for _ in range(IN_A_ROW):
            assert isinstance(self.write(), Judgement)

    def write(self) -> Judgement | Broken:
        """A citizen writes."""
        return self.moderator.judge_or_wait("Когда откроют сквер?", policy=POLICY)


@pytest.fixture
def patient() -> Patient:
    """It has just failed once too often."""
    return Patient()


def test_nothing_is_asked_of_a_broken_model_between_trials(patient: Patient) -> None:
    """Texts wait without costing it anything; one trial in a while ends at the first failure."""
    asked = len(patient.scorer.asked)
    assert patient.write() == patient.write() == Broken("RuntimeError")
    assert len(patient.scorer.asked) == asked

    patient.clock.advance(PROBE_EVERY)
    assert patient.write() == patient.write() == Broken("RuntimeError")
    assert len(patient.scorer.asked) == asked + 1


def test_a_model_that_works_for_some_texts_does_not_work(patient: Patient) -> None:
    """Every sentence of a trial must be judged before texts are."""
    patient.clock.advance(PROBE_EVERY)
    patient.scorer.fails_on = "мусор"
    assert patient.write() == Broken("RuntimeError")

    patient.clock.advance(PROBE_EVERY)
    patient.scorer.fails_on = None
    assert isinstance(patient.write(), Judgement)


def test_no_trial_repeats_another(patient: Patient) -> None:
    """What the model remembers of an earlier trial tells nothing of how it works at present."""
    asked = len(patient.scorer.asked)
    patient.scorer.fails_on = "мусор"
    for _ in range(3):
        patient.clock.advance(PROBE_EVERY)
        patient.write()

    tried = patient.scorer.asked[asked:]
    assert len(set(tried)) == len(tried) == 9


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 1.1])
def test_what_is_no_probability_is_a_failure(score: float) -> None:
    """A model that counts nonsense is as broken as one that says nothing."""

    class Absurd(WordScorer):
        def score(self, text: str) -> Scores:
            return super().score(text)._replace(spam=score)

    moderator = Moderator(Absurd())
    judged = [moderator.judge_or_wait("Когда откроют сквер?", policy=POLICY) for _ in range(IN_A_ROW + 1)]
    assert judged[0] == Judgement(None, failure="not_a_probability")
    assert judged[-1] == Broken("not_a_probability")
