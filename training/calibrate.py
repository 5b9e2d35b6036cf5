"""Turns logits into probabilities with one Platt map per question."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression


class Platt(NamedTuple):
    """probability = sigmoid(slope * logit + offset)."""

    slope: float
    offset: float


def fit_platt(logits: Any, answers: Any, prior: float | None = None) -> Platt:
    """The map fitted on held-out logits; `prior` is the share of yes that it should assume, else that of the sample."""
    weights = None
    if prior is not None:
        share = float(np.mean(answers))
        weights = np.where(answers, prior / share, (1.0 - prior) / (1.0 - share))
    model = LogisticRegression(C=1e6, solver="lbfgs", max_iter=500)
    model.fit(np.asarray(logits).reshape(-1, 1), answers, sample_weight=weights)
    slope = float(model.coef_[0, 0])
    if slope <= 0.0:
        raise ValueError(f"calibration slope {slope:.3f}: held-out scores do not rise with the label")
    return Platt(slope, float(model.intercept_[0]))


def probability(logits: Any, platt: Platt) -> Any:
    """Probabilities for an array of logits."""
    return 1.0 / (1.0 + np.exp(-np.clip(platt.slope * np.asarray(logits) + platt.offset, -36.0, 36.0)))


def expected_error(probabilities: Any, answers: Any, bins: int = 10) -> float:
    """Expected calibration error over bins of equal size."""
    order = np.argsort(probabilities, kind="stable")
    parts = np.array_split(order, bins)
    return float(
        sum(len(p) * abs(np.mean(probabilities[p]) - np.mean(answers[p])) for p in parts if len(p)) / len(order)
    )
