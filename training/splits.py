"""Sees to it that every question can be asked of texts that its model did not see."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from training.dataset import Row
from training.errors import DataError
from training.measures import both
from training.tasks import FOLDS, Task, share_of


def _shares(task: Task, rows: list[Row]) -> Any:
    return np.array([share_of(rows[n], FOLDS) for n in task.rows])


def _can_be_held_out(task: Task, rows: list[Row]) -> bool:
    """True when what is left without any fold and its copies still holds both answers."""
    clusters = np.array([rows[n].cluster for n in task.rows])
    for fold in np.unique(task.folds):
        inside = task.folds == fold
        known = ~inside & ~np.isin(clusters, clusters[inside]) & (task.weights > 0)
        if not both(task.answers[known]):
            return False
    return True


def splittable(task: Task, rows: list[Row], data: Path) -> Task:
    """The task itself, or split by near-duplicate cluster when its own split leaves a fold nothing to learn from.

    Data of one source cannot be held out by source. Raises DataError when no split helps.
    """
    if _can_be_held_out(task, rows):
        return task
    again = replace(task, folds=_shares(task, rows))
    if not _can_be_held_out(again, rows):
        yes = int(task.answers.sum())
        found = f"{yes} texts answer yes, {len(task.answers) - yes} no"
        raise DataError(data, f"question {task.name!r}: {found}, too few to hold a quarter out")
    return again


def is_by_cluster(task: Task, rows: list[Row]) -> bool:
    """True when the task is split by near-duplicate cluster alone."""
    return bool(np.array_equal(task.folds, _shares(task, rows)))
