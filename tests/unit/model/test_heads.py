"""How a head is made of its logits."""

import math

import numpy as np
import pytest

from model.heads import BEND, MARGIN, Heads
from model.labels import HEADS

LOGITS = ("toxic", "insult_if_toxic", "obscenity_if_toxic", "threat_if_toxic", "spam", "appeal")
PARTS = {
    "spam": ("spam",), "appeal": ("appeal",), "insult": ("toxic", "insult_if_toxic"),
    "obscenity": ("toxic", "obscenity_if_toxic"), "threat": ("toxic", "threat_if_toxic"),
}  # fmt: skip


@pytest.fixture
def heads():
    return Heads(LOGITS, PARTS, np.array([[1.0, 0.0]] * len(LOGITS)))


def _sigmoid(value):
    return 1.0 / (1.0 + math.exp(-value))


def test_the_best_explained_kind_keeps_the_toxic_score(heads):
    """The highest of the three kinds is the toxic score itself; the others fall behind by their lack."""
    scores = heads.one((2.0, 0.5, -3.0, 1.5, 0.0, 0.0))
    assert scores.threat == pytest.approx(_sigmoid(2.0))
    assert scores.insult == pytest.approx(_sigmoid(2.0 - BEND * 1.0))
    assert scores.obscenity == pytest.approx(_sigmoid(2.0 - BEND * 4.5))


def test_what_no_kind_explains_falls_behind(heads):
    """Coarse speech about nobody: where every kind is unlikely, all fall by what the likeliest lacks to even odds."""
    scores = heads.one((2.0, -4.0, -2.0, -6.0, 0.0, 0.0))
    assert scores.obscenity == pytest.approx(_sigmoid(2.0 - 2.0))
    assert scores.insult == pytest.approx(_sigmoid(2.0 - 2.0 - BEND * 2.0))


def test_a_very_toxic_text_is_not_of_every_kind(heads):
    """However toxic a text is, a kind that does not explain it stays near its own likelihood."""
    scores = heads.one((20.0, 9.0, -8.0, 6.0, 0.0, 0.0))
    assert scores.insult == pytest.approx(_sigmoid(20.0))
    assert scores.obscenity == pytest.approx(_sigmoid(-8.0 + MARGIN))
    assert scores.threat == pytest.approx(_sigmoid(6.0 + MARGIN))


def test_many_texts_are_scored_as_one(heads):
    """Arrays and single texts give the same scores, also far out."""
    logits = np.random.default_rng(3).normal(0.0, 4.0, (200, len(LOGITS)))
    logits[0] = 90.0
    logits[1] = -90.0
    found = heads.many(logits)
    assert all(a == pytest.approx(heads.one(z), abs=1e-15) for a, z in zip(found, logits.tolist(), strict=True))


def test_evidence_weighs_kinds_as_the_rule_does(heads):
    """A single part speaks with its slope, a kind with the bent share of it."""
    evidence = dict(zip(HEADS, heads.evidence, strict=True))
    assert evidence["spam"] == [(4, 1.0)]
    assert evidence["threat"] == [(0, 1.0), (3, BEND)]
