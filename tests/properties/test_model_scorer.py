"""The scorer takes any text and always means the same by it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.artefact import DEFAULT_ARTEFACT, load
from model.labels import CATEGORIES, HEADS
from model.scorer import Scorer

ANY = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.text(alphabet="абвгдежзийклмнопрстуяXYZ дурак0$.*-😀\n@", max_size=120),
)


@pytest.fixture(scope="module")
def scorers():
    artefact = load(DEFAULT_ARTEFACT)
    return Scorer(artefact), Scorer(artefact, cache_bytes=0)


@settings(max_examples=400, deadline=None)
@given(ANY)
def test_total_and_independent_of_the_cache(scorers, text):
    """Any text gets probabilities, the same with and without a cache, the first and the second time."""
    cached, plain = scorers
    first = cached.score(text)
    assert first == cached.score(text) == plain.score(text)
    assert all(math.isfinite(s) and 0.0 <= s <= 1.0 for s in first)


@settings(max_examples=200, deadline=None)
@given(ANY, st.integers(1, 8))
def test_spans_lie_inside(scorers, text, limit):
    """Spans lie inside the text, shares between 0 and 1, the strongest first."""
    spans = scorers[0].explain(text, categories=HEADS, limit=limit)
    assert len(spans) <= limit
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert 0.0 < span.share <= 1.0
        assert span.category in HEADS
    for category in CATEGORIES:
        assert sum(s.share for s in spans if s.category == category) <= 1.0 + 1e-9
    assert [s.share for s in spans] == sorted((s.share for s in spans), reverse=True)
