"""Texts that are judged together get what each would get alone, whatever breaks among them."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.decisions import Judgement
from app.pipeline.breaker import FAILURES, IN_A_ROW, PROBE_EVERY, WINDOW
from app.pipeline.moderate import Broken, Moderator
from app.policy.binding import bind
from app.policy.rules import load_preset
from model.scorer import Scores
from tests.fakes.clock import FakeClock
from tests.fakes.scorer import BREAKING, WordScorer
from tests.fakes.thresholds import FakeThresholds

POLICY = bind(load_preset("novokuznetsk-59"), FakeThresholds())
QUIET, RUDE, BROKEN, ABSURD = "Когда откроют сквер?", "Автор поста дебил", f"Ну {BREAKING}", "безумие"


@dataclass
class Absurd(WordScorer):
    """Breaks on one word and says nonsense on another; counts how it was asked."""

    together: list[int] = field(default_factory=list)
    mended: bool = False

    def score(self, text: str) -> Scores:
        """As its parent, or what is no probability."""
        if self.mended:
            return super().score(text.replace(BREAKING, ""))
        return super().score(text)._replace(**({"spam": float("nan")} if ABSURD in text else {}))

    def score_many(self, texts):
        """The same for each."""
        self.together.append(len(texts))
        return super().score_many(texts)


def alone(moderator: Moderator, texts: list[str]) -> list[Judgement | Broken]:
    """Judged one after another."""
    return [moderator.judge_or_wait(text, policy=POLICY) for text in texts]


def together(moderator: Moderator, texts: list[str]) -> list[Judgement | Broken]:
    """Judged at once."""
    return moderator.judge_many(texts, [POLICY] * len(texts))


@given(
    st.lists(
        st.tuples(st.sampled_from([QUIET, RUDE, BROKEN, ABSURD]), st.integers(1, 24)).map(
            lambda pair: [pair[0]] * pair[1]
        ),
        max_size=20,
    ),
    st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_a_batch_is_judged_as_its_texts_are(runs: list[list[str]], sizes: list[int]) -> None:
    """Opinions, explanations, failures and what waits are the same in any batches, and so is the breaker after them."""
    texts = [text for run in runs for text in run]
    one, many = (Moderator(Absurd(), now=lambda: 0) for _ in range(2))
    found: list[Judgement | Broken] = []
    for number in range(len(texts)):
        size = sizes[number % len(sizes)]
        found += together(many, texts[len(found) : len(found) + size])

    assert found == alone(one, texts)
    assert one.trouble() == many.trouble()


def test_a_text_that_breaks_the_model_harms_no_other() -> None:
    """It fails by itself; what was asked together is then asked one by one."""
    scorer = Absurd()
    found = together(Moderator(scorer), [QUIET, BROKEN, RUDE])

    assert scorer.together == [3]
    assert [one.failure for one in found if isinstance(one, Judgement)] == ["", "ArithmeticError", ""]
    assert found[2].explanation[0].category == "insult"


def test_the_twentieth_failure_of_a_batch_sets_its_rest_aside() -> None:
    """As if they had come one by one; nothing more is asked of the model."""
    found = together(Moderator(Absurd()), [BROKEN] * IN_A_ROW + [QUIET])
    assert found[IN_A_ROW - 1] == Judgement(None, failure="ArithmeticError")
    assert found[IN_A_ROW:] == [Broken("ArithmeticError")]

    found = together(Moderator(Absurd()), [ABSURD] * IN_A_ROW + [QUIET])
    assert found[IN_A_ROW:] == [Broken("not_a_probability")]


def test_one_failure_in_twenty_of_a_batch_opens_the_breaker() -> None:
    """Failures are counted in the order of the texts."""
    texts = ([QUIET] * 19 + [ABSURD]) * FAILURES
    assert len(texts) == WINDOW
    found = together(Moderator(Absurd()), [*texts, QUIET])
    assert found[WINDOW - 1] == Judgement(None, failure="not_a_probability")
    assert found[WINDOW] == Broken("not_a_probability")


def test_a_model_that_works_again_is_asked_together() -> None:
    """The first batch after the pause tries it, and is judged."""
    scorer, clock = Absurd(), FakeClock()
    moderator = Moderator(scorer, now=clock.now)
    together(moderator, [BROKEN] * IN_A_ROW)
    asked = list(scorer.together)
    assert together(moderator, [QUIET] * 3) == [Broken("ArithmeticError")] * 3
    assert scorer.together == asked

    clock.advance(PROBE_EVERY)
    scorer.mended = True
    assert all(isinstance(one, Judgement) for one in together(moderator, [QUIET] * 3))
    assert scorer.together == [*asked, 3]


def test_a_text_alone_is_judged_alone() -> None:
    """Preparing a batch of one costs more than it saves."""
    scorer = Absurd()
    assert together(Moderator(scorer), [RUDE]) == alone(Moderator(scorer), [RUDE])
    assert together(Moderator(scorer), []) == []
    assert scorer.together == []


def test_each_text_needs_its_policy() -> None:
    """A missing policy is an error of the caller and no broken model."""
    with pytest.raises(ValueError, match="zip"):
        Moderator(Absurd()).judge_many([QUIET, RUDE], [POLICY])
