"""The measures of a ranking and of a share, each with its 95 % interval."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score

_DRAWS: Final = 200
_SEED: Final = 20261122
Metrics = dict[str, Any]


def wilson(hits: int, n: int) -> list[float]:
    """95 % interval of a share."""
    if n == 0:
        return [0.0, 1.0]
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * ((p * (1 - p) + z * z / (4 * n)) / n) ** 0.5
    return [
        round(max(0.0, (middle - half) / (1 + z * z / n)), 5),
        round(min(1.0, (middle + half) / (1 + z * z / n)), 5),
    ]


def share(hits: int, n: int) -> Metrics:
    """A count with its share and interval."""
    return {"n": n, "hits": hits, "share": round(hits / n, 4) if n else None, "interval": wilson(hits, n)}


def both(answers: Any) -> bool:
    """True when there are a yes and a no to tell apart."""
    return bool(np.any(answers) and not np.all(answers))


class Steps(NamedTuple):
    """For every cut between two different scores, from the strictest: true and false alarms from it up."""

    cuts: Any
    hits: Any
    false: Any
    positive: int
    negative: int


class _Order:
    """Answers in the order of falling scores; counts its steps for the texts as they are or drawn anew."""

    def __init__(self, answers: Any, scores: Any) -> None:
        order = np.argsort(-scores, kind="stable")
        self.scores, self.answers = scores[order], np.asarray(answers)[order]
        self.last = np.append(np.flatnonzero(np.diff(self.scores)), len(order) - 1)
        self.yes, self.no = np.flatnonzero(self.answers), np.flatnonzero(~self.answers)

    def steps(self, times: Any = 1) -> Steps:
        """`times` says how often each text counts."""
        hits = np.cumsum(self.answers * times)[self.last]
        false = np.cumsum(~self.answers * times)[self.last]
        return Steps(self.scores[self.last], hits, false, len(self.yes), len(self.no))

    def drawn(self, draw: np.random.Generator) -> Steps:
        """The steps of as many texts drawn from each class with repetition."""
        times = np.zeros(len(self.answers), dtype=np.int64)
        for members in (self.yes, self.no):
            chosen = draw.integers(0, len(members), len(members))
            times[members] = np.bincount(chosen, minlength=len(members))
        return self.steps(times)


def curve(answers: Any, scores: Any) -> Steps:
    """The steps of a ranking."""
    return _Order(answers, scores).steps()


def auc(steps: Steps) -> float:
    """Chance that a yes stands above a no; a tie counts half."""
    hits, false = np.append(0, steps.hits), np.append(0, steps.false)
    return float(np.sum(np.diff(false) * (hits[1:] + hits[:-1]) / 2) / (steps.positive * steps.negative))


def _f1(hits: Any, false: Any, positive: int) -> Any:
    return 2 * hits / np.maximum(hits + false + positive, 1)


def best_f1(steps: Steps) -> float:
    """The highest F1 that any cut reaches."""
    return float(_f1(steps.hits, steps.false, steps.positive).max())


def best_macro_f1(steps: Steps) -> float:
    """The highest mean of the F1 of both classes that any cut reaches."""
    kept_right, kept_wrong = steps.negative - steps.false, steps.positive - steps.hits
    other = _f1(kept_right, kept_wrong, steps.negative)
    return float(((_f1(steps.hits, steps.false, steps.positive) + other) / 2).max())


def cut_at(clean: Any, false_alarms: float) -> float:
    """The score that at most this share of clean texts lies above."""
    allowed = int(len(clean) * false_alarms + 1e-9)
    return float(np.sort(clean)[::-1][allowed])


def recall_at(answers: Any, scores: Any, false_alarms: float) -> tuple[int, int]:
    """How many of the yes lie above the score that this share of the no exceeds; and how many there are."""
    cut = cut_at(scores[~answers], false_alarms)
    return int((scores[answers] > cut).sum()), int(answers.sum())


_MEASURES: Final[dict[str, Callable[[Steps], float]]] = {
    "auc": auc,
    "best_f1": best_f1,
    "macro_f1": best_macro_f1,
}


def ranking(answers: Any, scores: Any) -> Metrics:
    """AUC, average precision, best F1 and macro-F1, recall at 1 % and 0.1 % false alarms, with 95 % intervals.

    The intervals of the first are a bootstrap within each class, those of recall are Wilson's.
    """
    order = _Order(answers, scores)
    draw = np.random.default_rng(_SEED)
    samples = [order.drawn(draw) for _ in range(_DRAWS)]
    result: Metrics = {
        "n": len(answers),
        "positive": int(answers.sum()),
        "average_precision": round(float(average_precision_score(answers, scores)), 4),
    }
    for name, measure in _MEASURES.items():
        result[name] = round(measure(order.steps()), 4)
        borders = np.quantile([measure(steps) for steps in samples], [0.025, 0.975])
        result[f"{name}_interval"] = [round(float(q), 4) for q in borders]
    for name, false_alarms in (("recall_at_1_percent", 0.01), ("recall_at_0.1_percent", 0.001)):
        hits, positive = recall_at(answers, scores, false_alarms)
        result[name] = round(hits / positive, 4)
        result[f"{name}_interval"] = wilson(hits, positive)
    return result


def recall_with(positive: Any, negative: Any, flags: int) -> Metrics:
    """Recall where at most so many of the negatives are flagged: above the highest that must not be."""
    ordered = np.sort(negative)[::-1]
    cut = ordered[flags] if len(ordered) > flags else -np.inf
    return share(int((positive > cut).sum()), len(positive)) | {"negatives": len(negative), "flags": flags}
