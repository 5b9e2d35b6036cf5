"""Measures a model on any data folder: the whole table that models are judged by, in one go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from model.artefact import Artefact
from model.scorer import Scorer
from training import footprint, held_out, judged
from training.dataset import FILES, Row, file_digests, read_present
from training.judged import Sheet
from training.measures import Metrics
from training.robustness import robustness

_BATCH: Final = 1000
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Measures, and the scored texts that plots are drawn from."""

    metrics: Metrics
    sheet: Sheet


def _quiet(_done: int, _of: int) -> None:
    """No progress wanted."""


def _scores(scorer: Scorer, texts: Sequence[str], step: Step = _quiet) -> Any:
    found = np.zeros((len(texts), 5))
    for begin in range(0, len(texts), _BATCH):
        step(begin, len(texts))
        part = texts[begin : begin + _BATCH]
        found[begin : begin + len(part)] = scorer.score_many(part)
    step(len(texts), len(texts))
    return found


def evaluate(artefact: Artefact, folder: Path, data: Path, step: Step = _quiet) -> Evaluated:
    """Score every labelled text of a data folder and measure; `folder` is where the artefact was read from.

    Says which files the model was trained on: measures on these show how well it remembers, not how well it judges.
    Raises DataError.
    """
    rows = read_present(data)
    # First of all, while no word has been seen.
    cost = footprint.size(folder) | footprint.speed(artefact, _comments(rows))
    scorer = Scorer(artefact)
    sheet = Sheet(rows, _scores(scorer, [row.text for row in rows], step))
    manifest = artefact.manifest
    known = set(manifest.data.values())
    digests = {name: digest for name, digest in file_digests(data).items() if name in FILES}
    metrics: Metrics = {
        "model": manifest.version,
        "files": {name: {"sha256": d, "seen_in_training": d in known} for name, d in digests.items()},
        "rows": len(rows),
        "toxicity": judged.toxicity(sheet),
        "disguises": _disguises(scorer, sheet),
        "types": judged.types(sheet.rows, sheet.scores),
        "spam": judged.spam(sheet),
        "removals": judged.removals(sheet, manifest),
        "samples": held_out.samples(scorer, manifest),
        "cost": cost,
        "held_out_while_training": manifest.metrics.get("judged", {}),
    }
    return Evaluated(metrics, sheet)


def seen(metrics: Metrics, *files: str) -> bool:
    """True when a measure rests on a file that the model was trained on."""
    return any(metrics["files"].get(name, {}).get("seen_in_training") for name in files)


def _comments(rows: Sequence[Row]) -> list[str]:
    """Texts as people write them under posts; where a folder has none, whatever it has."""
    found = [row.text for row in rows if row.kind in ("comment", "reply")]
    return found or [row.text for row in rows]


def _disguises(scorer: Scorer, sheet: Sheet) -> Metrics:
    part = judged.communities(sheet).get("ok")
    cut = judged.clean_cut(sheet)
    if part is None or cut is None:
        return {}
    toxic = judged.toxic_of(part)
    texts = [row.text for row in part.rows]

    def rude(given: list[str]) -> Any:
        return _scores(scorer, given)[:, 1:4].max(axis=1)

    return robustness(
        [text for text, yes in zip(texts, toxic, strict=True) if yes],
        [text for text, yes in zip(texts, toxic, strict=True) if not yes],
        cut,
        rude,
    )
