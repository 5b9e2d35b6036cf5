"""Fits the model of one question on all of its rows, or on all but a fold of them."""

from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

from training.linear import SEED, Linear, logistic
from training.tasks import Task
from training.toxicity import fit_toxic

__all__ = ["SEED", "Linear", "fit", "fit_part", "fit_task", "out_of_fold"]

C_PLAIN: Final = 6.0


def fit(features: Any, answers: Any, weights: Any, *, fuse: bool, forum: Any = None) -> Linear:
    """A logistic regression, or on request the recipe of toxicity; `forum` masks the rows of forums."""
    if not fuse:
        return logistic(features, answers, weights, C_PLAIN)
    return fit_toxic(features, answers, weights, np.zeros(len(answers), dtype=bool) if forum is None else forum)


def _columns(task: Task, features: Any, signals: int) -> Any:
    """Features of the task's rows, without signals where it does not use them, its blocks scaled as it wants them."""
    chosen = features[task.rows]
    if not task.uses_signals:
        chosen = chosen[:, : features.shape[1] - signals]
    return chosen if task.scales is None else chosen @ sparse.diags_array(task.scales[: chosen.shape[1]])


def _widen(model: Linear, task: Task, width: int) -> Linear:
    weights = np.zeros(width)
    held = model.weights.shape[0]
    weights[:held] = model.weights if task.scales is None else model.weights * task.scales[:held]
    return Linear(weights, model.intercept)


def _fit(columns: Any, task: Task, chosen: Any) -> Linear:
    forum = None if task.forum is None else task.forum[chosen]
    return fit(columns[chosen], task.answers[chosen], task.weights[chosen], fuse=task.forum is not None, forum=forum)


def fit_part(task: Task, features: Any, signals: int, chosen: Any) -> Linear:
    """The model of one question, trained on the rows of the task under a mask; weights cover every feature."""
    return _widen(_fit(_columns(task, features, signals), task, chosen), task, features.shape[1])


def fit_task(task: Task, features: Any, signals: int) -> Linear:
    """The model of one question, trained on all of its rows; weights cover every feature."""
    return fit_part(task, features, signals, np.ones(len(task.rows), dtype=bool))


def _fold(columns: Any, task: Task, clusters: Any, fold: int) -> tuple[Any, Any]:
    inside = task.folds == fold
    # A copy of a held-out text teaches nothing that counts.
    train = ~inside & ~np.isin(clusters, clusters[inside])
    return inside, _fit(columns, task, train).logits(columns[inside])


def out_of_fold(task: Task, features: Any, signals: int, clusters: Any, *, jobs: int) -> Any:
    """Logit of every row of a task by a model that saw neither its fold nor a copy of it."""
    columns = _columns(task, features, signals)
    own = clusters[task.rows]
    folds = [int(f) for f in np.unique(task.folds)]
    results = Parallel(n_jobs=jobs, prefer="threads")(delayed(_fold)(columns, task, own, f) for f in folds)
    logits = np.zeros(len(task.rows))
    for inside, values in results:
        logits[inside] = values
    return logits
