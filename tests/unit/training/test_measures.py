"""The measures say what scikit-learn says, and what can be counted by hand."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_curve, roc_auc_score

from training.measures import auc, best_f1, best_macro_f1, curve, ranking, recall_at, recall_with, wilson


def _drawn(seed, places):
    draw = np.random.default_rng(seed)
    answers = draw.random(500) < 0.3
    return answers, np.round(draw.normal(size=500) + answers, places)


@pytest.mark.parametrize("places", [8, 1, 0])
def test_rankings_are_those_of_scikit_learn(places):
    """AUC and both F1 agree with the library, with many ties and without."""
    answers, scores = _drawn(places, places)
    steps = curve(answers, scores)
    assert auc(steps) == pytest.approx(roc_auc_score(answers, scores), abs=1e-12)
    precision, recall, _ = precision_recall_curve(answers, scores)
    assert best_f1(steps) == pytest.approx((2 * precision * recall / np.maximum(precision + recall, 1e-12)).max())
    macro = max(f1_score(answers, scores >= cut, average="macro") for cut in np.unique(scores))
    assert best_macro_f1(steps) == pytest.approx(macro)


def test_an_interval_holds_its_measure():
    """Every interval of a ranking surrounds what it belongs to and is narrower than all that is possible."""
    found = ranking(*_drawn(3, 8))
    for name in ("auc", "best_f1", "macro_f1", "recall_at_1_percent", "recall_at_0.1_percent"):
        low, high = found[f"{name}_interval"]
        assert low <= found[name] <= high
        assert high - low < 0.5


def test_recall_counts_what_lies_above_the_allowed():
    """At 1 % false alarms one of a hundred clean texts may lie above; with three flags three."""
    clean = np.arange(100.0)
    answers = np.array([False] * 100 + [True] * 4)
    scores = np.append(clean, [98.5, 98.0, 99.5, 97.5])
    assert recall_at(answers, scores, 0.01) == (2, 4)
    assert recall_with(scores[answers], clean, 3)["hits"] == 4
    assert recall_with(scores[answers], clean, 0)["hits"] == 1
    assert recall_with(scores[answers], clean[:2], 3)["hits"] == 4


def test_wilson_knows_nothing_of_no_texts():
    """No text tells nothing; many narrow the interval around the share."""
    assert wilson(0, 0) == [0.0, 1.0]
    assert wilson(0, 1000) == [0.0, 0.00383]
    low, high = wilson(300, 600)
    assert low == pytest.approx(0.46, abs=0.002)
    assert high == pytest.approx(0.54, abs=0.002)
