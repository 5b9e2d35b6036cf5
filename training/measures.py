"""The measures of a ranking and of a share, each with its 95 % interval."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

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


def bootstrap(measure: Callable[[Any, Any], float], answers: Any, scores: Any) -> list[float]:
    """95 % interval of a measure, answers and scores drawn within each class."""
    draw = np.random.default_rng(_SEED)
    yes, no = np.flatnonzero(answers), np.flatnonzero(~answers)
    values = []
    for _ in range(_DRAWS):
        chosen = np.concatenate([draw.choice(yes, len(yes)), draw.choice(no, len(no))])
        values.append(measure(answers[chosen], scores[chosen]))
    return [round(float(q), 4) for q in np.quantile(values, [0.025, 0.975])]


def curve(answers: Any, scores: Any) -> tuple[Any, Any, Any]:
    """For every cut between two different scores, from the strictest: the cut, true and false alarms from it up."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(answers[order])[last]
    return ordered[last], hits, last + 1 - hits


def _f1(hits: Any, false: Any, positive: int) -> Any:
    return 2 * hits / np.maximum(hits + false + positive, 1)


def best_f1(answers: Any, scores: Any) -> float:
    """The highest F1 that any cut reaches."""
    _, hits, false = curve(answers, scores)
    return float(_f1(hits, false, int(answers.sum())).max())


def best_macro_f1(answers: Any, scores: Any) -> float:
    """The highest mean of the F1 of both classes that any cut reaches."""
    _, hits, false = curve(answers, scores)
    positive, n = int(answers.sum()), len(answers)
    kept_right, kept_wrong = n - positive - false, positive - hits
    return float(((_f1(hits, false, positive) + _f1(kept_right, kept_wrong, n - positive)) / 2).max())


def cut_at(clean: Any, false_alarms: float) -> float:
    """The score that at most this share of clean texts lies above."""
    return float(np.quantile(clean, 1 - false_alarms, method="higher"))


def recall_at(answers: Any, scores: Any, false_alarms: float) -> tuple[int, int]:
    """How many of the yes lie above the score that this share of the no exceeds; and how many there are."""
    cut = cut_at(scores[~answers], false_alarms)
    return int((scores[answers] > cut).sum()), int(answers.sum())


def ranking(answers: Any, scores: Any) -> Metrics:
    """AUC, average precision, best F1 and macro-F1, recall at 1 % and 0.1 % false alarms, with intervals."""
    result: Metrics = {
        "n": len(answers),
        "positive": int(answers.sum()),
        "auc": round(float(roc_auc_score(answers, scores)), 4),
        "auc_interval": bootstrap(roc_auc_score, answers, scores),
        "average_precision": round(float(average_precision_score(answers, scores)), 4),
        "best_f1": round(best_f1(answers, scores), 4),
        "best_f1_interval": bootstrap(best_f1, answers, scores),
        "macro_f1": round(best_macro_f1(answers, scores), 4),
        "macro_f1_interval": bootstrap(best_macro_f1, answers, scores),
    }
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
