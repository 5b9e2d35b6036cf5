"""Fits the linear models and folds them into one vector of weights per question."""

from typing import Any, Final, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from training.tasks import Task

SEED: Final = 20261122
C_PLAIN: Final = 6.0
C_WEIGHTED: Final = 1.0
SMOOTHING: Final = 0.3


class Linear(NamedTuple):
    """logit = weights · features + intercept."""

    weights: Any
    intercept: float


def _logistic(features: Any, answers: Any, weights: Any, c: float) -> Linear:
    model = LogisticRegression(C=c, solver="liblinear", random_state=SEED, max_iter=200)
    model.fit(features, answers, sample_weight=weights)
    return Linear(model.coef_[0], float(model.intercept_[0]))


def _ratios(features: Any, answers: Any) -> Any:
    """Log-count ratios of naive Bayes, one per feature."""
    positive = np.asarray(features[answers].sum(axis=0)).ravel() + SMOOTHING
    negative = np.asarray(features[~answers].sum(axis=0)).ravel() + SMOOTHING
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())


def fit(features: Any, answers: Any, weights: Any, *, fuse: bool) -> Linear:
    """A logistic regression, fused on request with one whose features are weighted by naive Bayes.

    Both logits are divided by their spread over the training texts before the mean, and the mean is brought back to
    the spread of the first.
    """
    plain = _logistic(features, answers, weights, C_PLAIN)
    if not fuse:
        return plain
    ratios = _ratios(features, answers)
    weighted = _logistic(features @ sparse.diags_array(ratios), answers, weights, C_WEIGHTED)
    weighted = Linear(weighted.weights * ratios, weighted.intercept)
    spread = [float(np.std(features @ m.weights)) for m in (plain, weighted)]
    scale = spread[0] / spread[1]
    return Linear(
        (plain.weights + scale * weighted.weights) / 2.0, (plain.intercept + scale * weighted.intercept) / 2.0
    )


def _columns(task: Task, features: Any, signals: int) -> Any:
    return features[task.rows] if task.uses_signals else features[task.rows][:, : features.shape[1] - signals]


def _widen(model: Linear, width: int) -> Linear:
    weights = np.zeros(width)
    weights[: model.weights.shape[0]] = model.weights
    return Linear(weights, model.intercept)


def fit_task(task: Task, features: Any, signals: int, *, fuse: bool) -> Linear:
    """The model of one question, trained on all of its rows; weights cover every feature."""
    model = fit(_columns(task, features, signals), task.answers, task.weights, fuse=fuse)
    return _widen(model, features.shape[1])


def _fold(features: Any, task: Task, clusters: Any, fold: int, *, fuse: bool) -> tuple[Any, Any]:
    inside = task.folds == fold
    # A copy of a held-out text teaches nothing that counts.
    train = ~inside & ~np.isin(clusters, clusters[inside])
    model = fit(features[train], task.answers[train], task.weights[train], fuse=fuse)
    return inside, features[inside] @ model.weights + model.intercept


def out_of_fold(task: Task, features: Any, signals: int, clusters: Any, *, fuse: bool, jobs: int) -> Any:
    """Logit of every row of a task by a model that saw neither its fold nor a copy of it."""
    chosen = _columns(task, features, signals)
    own = clusters[task.rows]
    folds = [int(f) for f in np.unique(task.folds)]
    results = Parallel(n_jobs=jobs, prefer="threads")(delayed(_fold)(chosen, task, own, f, fuse=fuse) for f in folds)
    logits = np.zeros(len(task.rows))
    for inside, values in results:
        logits[inside] = values
    return logits
