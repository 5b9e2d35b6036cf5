"""The shipped model equals a scikit-learn pipeline made of its own arrays, on thousands of texts, however it is asked."""

import random

import numpy as np
import pytest

from model.artefact import DEFAULT_ARTEFACT, load
from model.scorer import Scorer
from tests.unit.model.reference import pipeline, reference_logits, reference_scores
from training.samples import read_samples

COUNT = 5000
# What a generator of texts would not think of, and what broke other programs.
ODD = (
    "", " ", "\n\t", "\x00", "\ud800", "!!!", "...", "😀" * 40, "а" * 20_000, "1" * 500, "я" * 64 + "х" * 65, "@user", "@user @club",
    "<link>", "<phone> <email>", "İıſẞß", "ﷺ" * 900, "e\u0301" * 300, "\u200b\u200d\ufeff", "х у й", "𝓪𝓫𝓬 ①②③", "http://", "https://t.me/x " * 300,
    "+7 (900) 000-00-00", "[id1|Имя] здравствуйте", "п" + "и" * 400 + "здец", "с" * 63 + " " + "у" * 65, "ё й Ё Й", "-" * 1000, "a\u0430" * 100,
)  # fmt: skip
_SWAPS = str.maketrans({"а": "a", "о": "0", "е": "e", "с": "c", "х": "x", "и": "u", "з": "3", "б": "6"})


def _each(text, draw, change, chance):
    return "".join(change(c) if draw.random() < chance else c for c in text)


def _shuffled(text, draw):
    words = text.split()
    draw.shuffle(words)
    return " ".join(words)


# How people, robots and bad keyboards change a text.
_CHANGES = (
    lambda text, draw: text[: draw.randrange(1, len(text) + 1)],
    _shuffled,
    lambda text, draw: text.translate(_SWAPS),
    lambda text, draw: " ".join(" ".join(w) if draw.random() < 0.3 else w for w in text.split()),
    lambda text, draw: _each(text, draw, lambda c: c * 3, 0.25),
    lambda text, draw: _each(text, draw, lambda c: c + draw.choice(("\u0301", "\u200b", ".")), 0.5),
    lambda text, draw: _each(text, draw, str.upper, 0.4),
    lambda text, draw: _each(text, draw, lambda c: "*" if c.isalpha() else c, 0.15),
    lambda text, draw: "".join(text.split()),
    lambda text, draw: "".join(
        chr(draw.choice((draw.randrange(32, 0x600), draw.randrange(0x2000, 0x2C00), 0x1F600))) for _ in text
    ),
)


def make_texts(count=COUNT):
    """Written comments, and texts made of them: changed, joined and cut."""
    draw = random.Random(11)
    written = [sample.text for sample in read_samples()]
    texts = [*ODD, *written]
    while len(texts) < count:
        text = draw.choice(written)
        for _ in range(draw.choice((1, 1, 2))):
            text = draw.choice(_CHANGES)(text, draw) or text
        if draw.random() < 0.2:
            text += draw.choice((" ", ". ", "\n", "")) + draw.choice(written)
        texts.append(text)
    return texts[:count]


@pytest.fixture(scope="module")
def texts():
    return make_texts()


@pytest.fixture(scope="module")
def artefact():
    return load(DEFAULT_ARTEFACT)


@pytest.fixture(scope="module")
def scores(artefact, texts):
    return reference_scores(artefact, texts)


def test_the_texts_are_many_and_different(texts):
    """Five thousand texts, hardly one twice."""
    assert len(texts) == COUNT
    assert len(set(texts)) > 0.97 * COUNT


def test_the_logits_are_those_of_the_pipeline(artefact, texts):
    """Every raw logit equals the pipeline's decision function to 1e-9."""
    scorer = Scorer(artefact)
    found = np.array([scorer.logits(text) for text in texts])
    assert np.abs(found - reference_logits(artefact, texts)).max() < 1e-9


def test_the_probabilities_are_those_of_the_pipeline(artefact, texts, scores):
    """Every probability equals the pipeline's to 1e-9: first sight of a word, second, from the cache, without a cache."""
    scorer = Scorer(artefact)
    for _ in range(3):
        assert np.abs(np.array([scorer.score(text) for text in texts]) - scores).max() < 1e-9
    bare = Scorer(artefact, cache_bytes=0)
    assert np.abs(np.array([bare.score(text) for text in texts[::5]]) - scores[::5]).max() < 1e-9


def test_many_at_once_are_those_of_the_pipeline(artefact, texts, scores):
    """Scoring a list equals the pipeline to 1e-9, cold and warm, in whatever pieces the list comes."""
    scorer = Scorer(artefact)
    for _ in range(2):
        assert np.abs(np.array(scorer.score_many(texts)) - scores).max() < 1e-9
    pieces = [found for n in range(0, len(texts), 7) for found in scorer.score_many(texts[n : n + 7])]
    assert np.abs(np.array(pieces) - scores).max() < 1e-9
    assert list(scorer.score_many([])) == []


def test_the_pipeline_is_no_copy_of_the_scorer(artefact, texts, scores):
    """The pipeline counts every block: without one of them it disagrees, so the equality above can fail."""
    made = pipeline(artefact)
    whole = made.decision_function(texts[:300])
    width = 0
    for name, block in made["features"].transformer_list:
        size = getattr(artefact.arrays, f"{name}_weights").shape[0]
        kept = made["logits"].coef_.copy()
        made["logits"].coef_[:, width : width + size] = 0.0
        assert np.abs(made.decision_function(texts[:300]) - whole).max() > 0.01, (name, block)
        made["logits"].coef_ = kept
        width += size
    assert np.ptp(scores, axis=0).min() > 0.9
