"""Proves that a packed model judges as the estimators that were fitted."""

from typing import Any, Final

import numpy as np

from model.heads import Heads
from model.labels import CATEGORIES, HEADS
from model.normalise import normalise
from model.scorer import Scorer
from model.tokens import forms
from training.dataset import Row
from training.errors import AgreementError
from training.held_out import Trained
from training.judged import over
from training.measures import Metrics

MOST: Final = 1e-3


def agreement(trained: Trained, count: int) -> Metrics:
    """Compare the scorer with the fitted weights in float64 on the first `count` rows, made texts not among them.

    A text of which training left a part unread is not compared: the scorer reads all of it.

    Raises AgreementError when a probability differs by more than 0.001 or a verdict at a promise differs.
    """
    artefact = trained.artefact
    manifest = artefact.manifest
    models = [trained.fitted[name].model for name in manifest.logits]
    whole = [n for n, row in enumerate(trained.rows[:count]) if _is_whole(row)]
    logits = trained.features[whole] @ np.stack([m.weights for m in models], axis=1)
    logits += np.array([m.intercept for m in models])
    fitted = np.array(Heads(manifest.logits, manifest.heads, artefact.arrays.platt).many(logits))
    scorer = Scorer(artefact)
    packed = np.array(scorer.score_many([trained.rows[n].text for n in whole]))
    differences = np.abs(fitted - packed)
    verdicts = {name: _differing(fitted, packed, kept.thresholds) for name, kept in manifest.promises.items()}
    protected = (fitted[:, HEADS.index("appeal")] >= manifest.appeal) != (packed[:, -1] >= manifest.appeal)
    found: Metrics = {
        "rows": len(whole),
        "largest_difference": float(f"{differences.max():.3g}"),
        "by_head": {head: float(f"{differences[:, n].max():.3g}") for n, head in enumerate(HEADS)},
        "verdicts_that_differ": verdicts,
        "protections_that_differ": int(protected.sum()),
    }
    if differences.max() > MOST:
        row, head = np.unravel_index(differences.argmax(), differences.shape)
        raise AgreementError(f"row {whole[row]}, {HEADS[head]}: packed differs from fitted by {differences.max():.2g}")
    if any(verdicts.values()) or protected.any():
        raise AgreementError(f"packed and fitted weights disagree on {verdicts}, protections {protected.sum()}")
    return found


def _is_whole(row: Row) -> bool:
    return len(row.words) == len(forms(normalise(row.text).text))


def _differing(fitted: Any, packed: Any, thresholds: Any) -> int:
    """Texts of which some category is over its threshold by one set of weights only."""
    different = over(fitted, thresholds) != over(packed, thresholds)
    return int(different[:, : len(CATEGORIES)].any(axis=1).sum())
