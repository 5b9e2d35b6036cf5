"""The limits of a model's promotion: what is proved, what is worse, and how much of it is too much."""

from dataclasses import dataclass

import pytest
from scipy.stats import binom

from app.domain.errors import ConfigurationError
from app.pipeline.promotion.gate import _compare, _judge, chance
from app.pipeline.promotion.golden import Fates, fates, judged, read_golden
from app.pipeline.replay import Change, Tally
from app.policy.binding import bind
from app.policy.rules import load_preset
from model.scorer import Scores
from tests.fakes.thresholds import FakeThresholds


@dataclass(frozen=True)
class Held:
    """A promise's sample."""

    n: int
    errors_observed: int


@pytest.mark.parametrize("n", [1, 300, 2995, 8234, 100_000])
@pytest.mark.parametrize("errors", [0, 1, 3, 40])
@pytest.mark.parametrize("share", [1 / 300, 1 / 1000])
def test_a_sample_proves_what_the_binomial_law_says(n, errors, share):
    """The chance of so few errors is the law's, to twelve digits."""
    assert chance(Held(n, errors), share) == pytest.approx(float(binom.cdf(errors, n, share)), rel=1e-9)


def test_nothing_is_proved_by_nothing():
    """Without a sample every share of errors is possible."""
    assert chance(Held(0, 0), 1 / 1000) == 1.0


def _fates(appeals=(), clean=(), removed=10, seen=90):
    numbers = [f"v-{n}" for n in range(100)]
    return Fates(frozenset(appeals), frozenset(clean), frozenset(numbers[:removed]), frozenset(numbers[:seen]), 100)


@pytest.mark.parametrize(
    ("candidate", "said"),
    [
        (_fates(), ""),
        (_fates(appeals=["a-1"]), ""),
        (_fates(appeals=["a-2"]), "удаляет обращения жителей, которые сейчас не удаляются: 1 (a-2)"),
        (_fates(clean=["c-2"]), ""),
        (_fates(clean=["c-1", "c-2"]), "удаляет больше чистых примеров: 2 (c-2)"),
        (_fates(seen=88), ""),
        (_fates(seen=87), "видит меньше нарушений: 87 из 100, сейчас 90"),
        (_fates(removed=0), ""),
        (_fates(removed=50), ""),
    ],
)
def test_samples_are_compared_with_the_model_in_use(candidate, said):
    """What the present model does too is no new fault; what only the candidate does is one."""
    assert list(_compare(_fates(appeals=["a-1"], clean=["c-1"]), candidate)) == ([said] if said else [])


def test_a_model_that_hardly_acts_is_worse():
    """Removing a tenth of the violations fewer is a refusal: a model that does nothing is safe and useless."""
    assert list(_compare(_fates(removed=40), _fates(removed=29))) == [
        "сама удаляет меньше нарушений: 29 из 100, сейчас 40"
    ]


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally(judged=1000, removed_before=50, removed_after=60), ""),
        (Tally(judged=1000, removed_before=50, removed_after=61), "удаляла бы много больше: 61, сейчас 50"),
        (Tally(judged=1000, removed_before=0, removed_after=10), ""),
        (
            Tally(newly_removed=Change(decisions=1, people_kept=1, kept_examples=[7])),
            "удалила бы то, что люди оставили: 1 (решения 7)",
        ),
        (Tally(newly_removed=Change(decisions=9, people_removed=9)), ""),
        (Tally(confirmed=40, no_longer_removed=Change(decisions=2, people_removed=2)), ""),
        (
            Tally(confirmed=40, no_longer_removed=Change(decisions=3, people_removed=3, examples=[1, 2, 3])),
            "перестала бы удалять то, что люди тоже удалили: 3 из 40 (решения 1, 2, 3)",
        ),
        (Tally(confirmed=1, no_longer_removed=Change(decisions=1, people_removed=1)), ""),
    ],
)
def test_stored_comments_have_their_limits(tally, said):
    """One comment that people kept is too many; a few removals more or less are no evidence."""
    assert list(_judge(tally)) == ([said] if said else [])


class OneHead:
    """Takes whatever says a word for an insult."""

    def __init__(self, word):
        self._word = word

    def score_many(self, texts):
        """High where the word is."""
        return [Scores(0.01, 0.97 if self._word in text else 0.01, 0.01, 0.01, 0.01) for text in texts]


def test_samples_are_ruled_on_by_the_policy(tmp_path):
    """Each kind of sample has its fate, by the production's ruling."""
    (tmp_path / "a.jsonl").write_text(
        '{"id": "a-1", "text": "дебил, где дорога", "labels": ["insult"], "appeal": true, "why": ""}\n'
        '{"id": "a-2", "text": "дебил", "labels": ["insult"], "appeal": false}\n\n'
        '{"id": "a-3", "text": "осёл", "labels": ["insult"], "appeal": false}\n'
        '{"id": "a-4", "text": "дебилизм", "labels": [], "appeal": false}\n',
        encoding="utf-8",
    )
    samples = read_golden([tmp_path / "nowhere", tmp_path])
    policy = bind(load_preset("novokuznetsk-59"), FakeThresholds())
    found = fates(samples, judged(samples, OneHead("дебил")), policy)

    assert found == Fates(frozenset({"a-1"}), frozenset({"a-4"}), frozenset({"a-2"}), frozenset({"a-2"}), violations=2)


def test_the_shipped_samples_are_there():
    """A checkout carries them, with complaints, clean texts and violations."""
    samples = read_golden()

    assert len({sample.id for sample in samples}) == len(samples) > 2000
    assert sum(sample.appeal for sample in samples) > 500


def test_a_broken_sample_is_named(tmp_path):
    """File and line are told; an installation without samples has none."""
    (tmp_path / "a.jsonl").write_text('{"id": "a-1"}\n')
    with pytest.raises(ConfigurationError, match=r"a\.jsonl, строка 1: ожидается эталонный пример"):
        read_golden([tmp_path])
    assert read_golden([tmp_path / "nowhere"]) == []
