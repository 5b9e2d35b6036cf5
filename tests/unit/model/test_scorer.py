"""The fast scorer says what the book says, with or without its cache."""

import random
import threading

import numpy as np
import pytest

from model.artefact import DEFAULT_ARTEFACT, load
from model.cache import TokenCache
from model.labels import CATEGORIES, HEADS
from model.scorer import Scorer, Scores
from tests.unit.model.conftest import WORDS
from tests.unit.model.reference import reference_scores

HARD = ("", "   ", "😀😀", "\x00", "\ud800", "а" * 16000, "!!!", "1" * 500, "https://a.ru", "@user", "п и з д е ц")


def _texts(count):
    draw = random.Random(3)
    common = (
        "дороги",
        "ямы",
        "глава района",
        "дурак",
        "спасибо",
        "казино",
        "d",
        "Пришлите",
        "https://t.me/x",
        "1500 руб",
        "вода!",
    )
    return [" ".join(draw.choice(WORDS + common) for _ in range(draw.randint(1, 12))) for _ in range(count)]


@pytest.fixture(scope="module")
def artefact(artefact_folder):
    return load(artefact_folder)


@pytest.mark.parametrize("which", ["small", "shipped"])
def test_the_score_is_the_reference(artefact, which):
    """The sum of cached parts equals the matrices of the same arrays to 1e-9."""
    model = artefact if which == "small" else load(DEFAULT_ARTEFACT)
    texts = [*_texts(400), *HARD]
    scorer = Scorer(model)
    for _ in range(2):
        found = np.array([scorer.score(t) for t in texts])
        assert np.abs(found - reference_scores(model, texts)).max() < 1e-9


def test_the_cache_changes_nothing(artefact):
    """A score is the same to the last bit cold, warm, without a cache and with one that overflows."""
    texts = _texts(300)
    warm, none, tiny = Scorer(artefact), Scorer(artefact, cache_bytes=0), Scorer(artefact, cache_bytes=2000)
    cold = [warm.score(t) for t in texts]
    for scorer in (warm, none, tiny):
        assert [scorer.score(t) for t in texts] == cold


def test_a_token_is_admitted_when_seen_again(artefact):
    """The first sight of a token costs no memory, the second admits it, the budget bounds all."""
    scorer = Scorer(artefact)
    cache = scorer._cache
    scorer.score("яма дорога")
    assert not cache.generation.index
    scorer.score("яма вода")
    assert list(cache.generation.index) == ["яма"]
    small = TokenCache(scorer._weights.token, scorer._weights.width, 3000)
    for n in range(1000):
        small.parts(f"слово{n}")
        small.parts(f"слово{n}")
    assert 0 < len(small.generation.index) <= small.capacity < 10


def test_threads_share_a_scorer(artefact):
    """Scores are right while other threads fill and empty the cache."""
    texts = _texts(200)
    expected = {t: Scorer(artefact).score(t) for t in texts}
    shared = Scorer(artefact, cache_bytes=3000)
    wrong = []

    def work(seed):
        draw = random.Random(seed)
        for _ in range(400):
            text = draw.choice(texts)
            if shared.score(text) != expected[text]:
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("text", HARD)
def test_any_text_is_scored(artefact, text):
    """Texts without words score zero, others a probability; nothing raises."""
    scores = Scorer(artefact).score(text)
    assert all(0.0 <= s <= 1.0 for s in scores)
    assert Scorer(artefact).explain(text, categories=HEADS) is not None


def test_no_numpy_leaves_the_model(artefact):
    """Scores and spans are plain Python values."""
    scorer = Scorer(artefact)
    scores = scorer.score("дурак дорога")
    assert isinstance(scores, Scores)
    assert {type(s) for s in scores} == {float}
    for span in scorer.explain("дурак дорога", categories=CATEGORIES):
        assert [type(x) for x in span] == [int, int, float, str]


def test_explanation_adds_up(artefact):
    """Shares of one category sum to one; the strongest comes first; the limit holds."""
    scorer = Scorer(artefact)
    text = "Дурак глава района, яма, вода, казино 1500 руб"
    spans = scorer.explain(text, categories=["insult"], limit=100)
    assert sum(s.share for s in spans) == pytest.approx(1.0)
    assert [s.share for s in spans] == sorted((s.share for s in spans), reverse=True)
    assert len(scorer.explain(text, categories=CATEGORIES, limit=3)) == 3
    with pytest.raises(ValueError, match="unknown category 'rude'"):
        scorer.explain(text, categories=["rude"])


def test_function_words_are_not_pointed_at(artefact):
    """«и», «на», «вы» are shown only when nothing else speaks for the category; their shares are given to nobody."""
    scorer = Scorer(artefact)
    text = "вы и на дурак глава района яма вода казино"
    shown = {text[s.start : s.end] for s in scorer.explain(text, categories=CATEGORIES, limit=100)}
    assert shown
    assert shown.isdisjoint({"вы", "и", "на"})
    assert sum(s.share for s in scorer.explain(text, categories=["insult"], limit=100)) <= 1.0 + 1e-9
    alone = [h for h in HEADS if scorer.explain("вы", categories=[h])]
    assert alone


def test_token_evidence_is_the_logit(artefact):
    """What the tokens add, the intercept and the look of the text together are the logit."""
    from model.explain import Evidence
    from model.normalise import normalise
    from model.signals import measures
    from model.tokens import forms

    scorer = Scorer(artefact)
    text = "дурак глава района казино 1500"
    words = forms(normalise(text).text)
    rows, lemmas, _ = scorer._rows(words)
    kinds = [scorer._weights.token(w).kinds for w in words]
    added = Evidence(scorer._weights, rows, lemmas, kinds, {}).per_token().sum(axis=0)
    rest = scorer._weights.intercepts + np.array(measures(text, normalise(text).undone)) @ scorer._weights.measures
    assert np.allclose(added + rest, scorer.logits(text), atol=1e-12)
