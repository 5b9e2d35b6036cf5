"""Promises are kept with the probability they claim, and refused where the labels do not suffice."""

import json

import numpy as np
import pytest

from model.labels import CATEGORIES
from training.thresholds import (
    PROMISES,
    at,
    errors_allowed,
    family,
    labels_needed,
    promise,
    readings,
    review_thresholds,
)

ZERO = dict(zip(CATEGORIES, (-1.0, 0.5, -3.0, 0.0), strict=True))


@pytest.mark.parametrize(("n", "allowed"), [(2994, -1), (2995, 0), (4741, 0), (4742, 1), (6294, 2), (10000, 4)])
def test_errors_allowed(n, allowed):
    """At 1/1000 and 95 % the known table of sample sizes holds."""
    assert errors_allowed(n, 1 / 1000) == allowed


def test_too_few_labels():
    """A promise that the sample cannot prove is refused with the number of missing labels."""
    assert labels_needed(1 / 3000) == 8986
    assert promise(np.zeros(8000), 1 / 3000, ZERO) == "чистых комментариев 8000, нужно 8986: не хватает меток, 986"


def test_the_cut_is_the_order_statistic():
    """Exactly the allowed number of clean comments passes any of the thresholds together."""
    draw = np.random.default_rng(1)
    scores = draw.uniform(0.0001, 0.9999, size=(5000, 4)) ** 3
    kept = promise(family(scores, ZERO), 1 / 1000, ZERO)
    cut = np.array([kept.thresholds[c] for c in CATEGORIES])
    assert (kept.n, kept.errors_allowed, kept.errors_observed) == (5000, 1, 1)
    assert (scores >= cut).any(axis=1).sum() == (scores > cut).any(axis=1).sum() == 1


def test_the_promise_is_kept():
    """Over many samples the true share of wrong removals passes the promise in at most about 5 % of them."""
    draw = np.random.default_rng(2)
    share = PROMISES["1/300"]
    broken = 0
    for _ in range(400):
        numbers = draw.normal(size=1500)
        cut = np.sort(numbers)[::-1][errors_allowed(1500, share)]
        # The true share above a cut of a normal distribution, by a large independent sample's quantile.
        broken += cut < 2.7131
    assert broken / 400 <= 0.08


def test_thresholds_are_probabilities():
    """One cut gives each category its own probability."""
    cuts = at(2.0, ZERO)
    assert cuts["insult"] == pytest.approx(1 / (1 + np.exp(-2.5)))
    assert cuts["obscenity"] < cuts["spam"] < cuts["threat"] < cuts["insult"]


def test_review_never_passes_removal():
    """A review threshold is a quantile of the likeliest category, cut down to the lowest removal threshold."""
    scores = np.random.default_rng(3).uniform(size=(1000, 4)) ** 2
    kept = promise(family(scores, ZERO), 1 / 300, ZERO)
    found = review_thresholds(scores, [kept])
    for cuts in found.values():
        assert all(cuts[c] <= kept.thresholds[c] for c in CATEGORIES)
    assert found["0.1"]["insult"] <= found["0.03"]["insult"] <= found["0.01"]["insult"]


def test_readings_name_known_verdicts(tmp_path):
    """The shipped readings hold digests and verdicts only; an unknown verdict is refused with its line."""
    shipped = readings()
    assert all(len(digest) == 64 for digest in shipped)
    path = tmp_path / "readings.jsonl"
    path.write_text(json.dumps({"digest": "0" * 64, "verdict": "rude"}))
    with pytest.raises(ValueError, match=r"readings.jsonl:1: unknown verdict 'rude'"):
        readings(path)
