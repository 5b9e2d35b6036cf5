"""Measures a model: on texts held out while training, and on any data folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from model.artefact import Artefact
from model.manifest import Manifest
from model.scorer import Scorer
from training.appeals import is_appeal
from training.calibrate import expected_error, probability
from training.dataset import Row, file_digests, read_folder
from training.fit import SEED, fit

_DRAWS: Final = 200
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


def _interval(measure: Callable[[Any, Any], float], answers: Any, scores: Any) -> list[float]:
    """95 % bootstrap interval, answers and scores drawn within each class."""
    draw = np.random.default_rng(SEED)
    yes, no = np.flatnonzero(answers), np.flatnonzero(~answers)
    values = []
    for _ in range(_DRAWS):
        chosen = np.concatenate([draw.choice(yes, len(yes)), draw.choice(no, len(no))])
        values.append(measure(answers[chosen], scores[chosen]))
    return [round(float(q), 4) for q in np.quantile(values, [0.025, 0.975])]


def ranking(answers: Any, scores: Any) -> Metrics:
    """AUC, average precision, best F1 and recall at 1 % and 0.1 % false alarms."""
    precision, recall, _ = precision_recall_curve(answers, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    result: Metrics = {
        "n": len(answers),
        "positive": int(answers.sum()),
        "auc": round(float(roc_auc_score(answers, scores)), 4),
        "auc_interval": _interval(roc_auc_score, answers, scores),
        "average_precision": round(float(average_precision_score(answers, scores)), 4),
        "best_f1": round(float(f1.max()), 4),
    }
    for name, share in (("recall_at_1_percent", 0.01), ("recall_at_0.1_percent", 0.001)):
        cut = np.quantile(scores[~answers], 1 - share, method="higher")
        hits = int((scores[answers] > cut).sum())
        result[name] = round(hits / int(answers.sum()), 4)
        result[f"{name}_interval"] = wilson(hits, int(answers.sum()))
    return result


def _both(answers: Any) -> bool:
    return bool(answers.any() and not answers.all())


def _by_source(fitted: Any, rows: list[Row]) -> Metrics:
    """Toxicity per source, held out by cluster; the file's own labels are the truth."""
    task, logits = fitted.task, fitted.held_out
    truth = np.array([bool(rows[n].toxic) for n in task.rows])
    family = np.array([rows[n].source.split("/")[0] for n in task.rows])
    found = {}
    for name in ("ok_comments", "2ch_pikabu", "russe_detox"):
        chosen = family == name
        if chosen.any() and _both(truth[chosen]):
            found[name] = ranking(truth[chosen], logits[chosen])
    return found


def _unseen_sources(fitted: Any, rows: list[Row], features: Any, signals: int) -> Metrics:
    """Toxicity of a whole family of sources by a model that never saw it."""
    task = fitted.task
    chosen = features[task.rows][:, : features.shape[1] - signals]
    truth = np.array([bool(rows[n].toxic) for n in task.rows])
    source = np.array([rows[n].source for n in task.rows])
    found = {}
    for name, prefix, scored in (
        ("ok_comments", "ok_", "ok_comments"),
        ("2ch_pikabu", "2ch", "2ch_pikabu"),
        ("russe_detox", "russe_detox", "russe_detox"),
    ):
        family = np.char.startswith(source, prefix)
        inside = np.char.startswith(source, scored)
        if inside.any() and _both(truth[inside]) and _both(truth[~family]):
            model = fit(chosen[~family], task.answers[~family], task.weights[~family], fuse=False)
            found[name] = ranking(truth[inside], chosen[inside] @ model.weights + model.intercept)
    return found


def held_out_metrics(
    fitted: Mapping[str, Any], rows: list[Row], features: Any, manifest: Manifest, signals: int
) -> Metrics:
    """Everything that the card says about texts the model had not seen when it scored them."""
    metrics: Metrics = {
        "toxic_by_source": _by_source(fitted["toxic"], rows),
        "toxic_unseen_source": _unseen_sources(fitted["toxic"], rows, features, signals),
        "questions": {},
    }
    for name, one in fitted.items():
        counted = one.task.weights >= 1
        answers = one.task.answers[counted]
        # The map for toxicity assumes the share of toxic comments in a community, so it is checked on one.
        natural = counted if name != "toxic" else np.array([rows[n].source == "ok_comments" for n in one.task.rows])
        error = expected_error(probability(one.held_out[natural], one.platt), one.task.answers[natural])
        metrics["questions"][name] = ranking(answers, one.held_out[counted]) | {"calibration_error": round(error, 4)}
    metrics["removed"] = _removed(fitted, rows, features, manifest)
    metrics["appeal"] = _appeal(fitted["appeal"], rows, manifest.appeal)
    return metrics


def _removed(fitted: Mapping[str, Any], rows: list[Row], features: Any, manifest: Manifest) -> Metrics:
    """Share of labelled toxic and clean ok.ru comments that each promise removes; toxicity held out by cluster."""
    toxic = fitted["toxic"]
    chosen = np.array([rows[n].source == "ok_comments" for n in toxic.task.rows])
    truth = np.array([bool(rows[n].toxic) for n in toxic.task.rows])[chosen]
    p = probability(toxic.held_out[chosen], toxic.platt)
    over = {name: np.zeros(len(truth), dtype=bool) for name in manifest.promises}
    for category in ("insult", "obscenity", "threat"):
        kind = fitted[f"{category}_if_toxic"]
        logits = features[toxic.task.rows[chosen]] @ kind.model.weights + kind.model.intercept
        scores = p * probability(logits, kind.platt)
        for name, kept in manifest.promises.items():
            over[name] |= scores >= kept.thresholds[category]
    return {
        name: {
            "toxic": int(truth.sum()), "toxic_removed": int((o & truth).sum()),
            "clean": int((~truth).sum()), "clean_removed": int((o & ~truth).sum()),
        }
        for name, o in over.items()
    }  # fmt: skip


def _appeal(fitted: Any, rows: list[Row], threshold: float) -> Metrics:
    over = probability(fitted.held_out, fitted.platt) >= threshold
    kinds = [rows[n] for n in fitted.task.rows]
    groups = {
        "appeals_kursk": [r.source.startswith("kursk") and r.types is None and not r.toxic for r in kinds],
        "appeals_troitsk": [r.source.startswith("troitsk") for r in kinds],
        "comments_that_complain": [
            r.kind in ("comment", "reply") and r.source.startswith("SOIKA") and bool(is_appeal(r)) for r in kinds
        ],
        "toxic": [bool(r.toxic) for r in kinds],
    }
    found = {}
    for name, mask in groups.items():
        chosen = np.array(mask)
        hits, n = int(over[chosen].sum()), int(chosen.sum())
        found[name] = {"n": n, "over_threshold": hits, "interval": wilson(hits, n)}
    return found


def _quiet(_done: int, _of: int) -> None:
    """No progress wanted."""


def evaluate(artefact: Artefact, data: Path, step: Callable[[int, int], None] = _quiet) -> Metrics:
    """Score every labelled text of a folder and measure; says which files the model was trained on."""
    rows = read_folder(data)
    scorer = Scorer(artefact)
    scores = np.zeros((len(rows), 5))
    for number, row in enumerate(rows):
        scores[number] = scorer.score(row.text)
        if number % 1000 == 0:
            step(number, len(rows))
    step(len(rows), len(rows))
    known = set(artefact.manifest.data.values())
    metrics: Metrics = {
        "model": artefact.manifest.version,
        "seen_in_training": sorted(name for name, digest in file_digests(data).items() if digest in known),
        "toxic": {},
    }
    worst = scores[:, 1:4].max(axis=1)
    toxic = np.array([row.toxic is True for row in rows])
    family = np.array([row.source.split("/")[0] if row.kind == "comment" and row.spam is None else "" for row in rows])
    for name in sorted(set(family) - {""}):
        chosen = family == name
        if _both(toxic[chosen]):
            metrics["toxic"][name] = ranking(toxic[chosen], worst[chosen])
    asked = np.array([row.spam is not None for row in rows])
    metrics["spam"] = ranking(np.array([row.spam is True for row in rows])[asked], scores[asked, 0])
    metrics["removed"] = _counts(artefact.manifest, rows, scores)
    return metrics


def _counts(manifest: Manifest, rows: list[Row], scores: Any) -> Metrics:
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        label = "toxic" if row.toxic else "spam" if row.spam else "clean"
        groups.setdefault(f"{row.source} {row.kind} {label}", []).append(number)
    found: Metrics = {}
    for promise, kept in manifest.promises.items():
        cut = np.array([kept.thresholds[c] for c in ("spam", "insult", "obscenity", "threat")])
        over = (scores[:, :4] >= cut).any(axis=1)
        found[promise] = {name: [int(over[chosen].sum()), len(chosen)] for name, chosen in sorted(groups.items())}
    return found
