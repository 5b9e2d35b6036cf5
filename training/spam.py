"""The question whether a text is spam: which texts answer it, with what weight, and what is held out together."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from training.dataset import Row
from training.fit import out_of_fold
from training.tasks import FOLDS, Task, make_task, share_of, weight_of

SPAM_WEIGHT: Final = 4.0
# Chat talk, bounced mail and course notices stand among the spam of the sources; below this logit of a model that saw
# neither them nor their copies they teach nothing.
DOUBTFUL: Final = -1.5


def spam_task(rows: list[Row], numbers: list[int]) -> Task:
    """Is the text spam? Comments of any tone are negatives too, one of three; whole sources of chat are held out."""
    sources = sorted({rows[n].source for n in numbers if rows[n].kind == "chat"})
    chosen = []
    for n in numbers:
        row = rows[n]
        answer = row.spam
        if answer is None and row.toxic is not None and share_of(row, 3) == 0:
            answer = False
        if answer is not None and row.kind != "word":
            fold = sources.index(row.source) if row.kind == "chat" else share_of(row, len(sources))
            weight = SPAM_WEIGHT if answer and not row.foreign else 1.0
            chosen.append((n, answer, weight * weight_of(row), fold))
    return make_task("spam", chosen, signals=True)


def without_doubtful(task: Task, rows: list[Row], features: Any, signals: int, clusters: Any, *, jobs: int) -> Task:
    """The task with no weight on spam of its sources that a model takes for ordinary talk; people's labels stay."""
    by_cluster = np.array([share_of(rows[n], FOLDS) for n in task.rows])
    logits = out_of_fold(replace(task, folds=by_cluster), features, signals, clusters, jobs=jobs)
    people = np.array([rows[n].types is not None for n in task.rows])
    doubtful = task.answers & ~people & (logits < DOUBTFUL)
    return replace(task, weights=np.where(doubtful, 0.0, task.weights))
