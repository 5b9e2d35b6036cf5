"""Measures a model on texts that it had not seen when it scored them; what its manifest and card say of quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from model.artefact import Artefact
from model.heads import Heads
from model.manifest import Manifest
from model.scorer import Scorer
from training import judged, verdicts
from training.calibrate import expected_error, probability
from training.dataset import Row, read_words, sample_row
from training.fit import fit_part
from training.judged import Sheet
from training.measures import Metrics, both, cut_at, ranking, share
from training.robustness import robustness
from training.samples import held_out, read_samples
from training.vectorise import Names, matrix
from training.weak_labels import types_of

_ATTACKED_FOLD: Final = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """What training hands over to be measured; `fitted` maps each logit to its task, model, held-out logits, Platt."""

    fitted: Mapping[str, Any]
    rows: list[Row]
    names: Names
    features: Any
    artefact: Artefact
    signals: int


def honest(trained: Trained) -> Sheet:
    """Every text with scores of models that saw neither it nor a copy of it; NaN where there is none."""
    manifest, features = trained.artefact.manifest, trained.features
    clusters = np.array([row.cluster for row in trained.rows])
    logits = np.full((len(trained.rows), len(manifest.logits)), np.nan)
    for column, name in enumerate(manifest.logits):
        one = trained.fitted[name]
        unseen = ~np.isin(clusters, clusters[one.task.rows])
        logits[unseen, column] = features[unseen] @ one.model.weights + one.model.intercept
        logits[one.task.rows, column] = one.held_out
    heads = Heads(manifest.logits, manifest.heads, trained.artefact.arrays.platt)
    return Sheet(trained.rows, np.array(heads.many(logits)))


def held_out_metrics(trained: Trained, sheet: Sheet) -> Metrics:
    """Everything that the card says about quality; `sheet` is `honest(trained)`."""
    fitted, rows, manifest = trained.fitted, trained.rows, trained.artefact.manifest
    return {
        "judged": {
            "toxicity": judged.toxicity(sheet),
            "spam": judged.spam(sheet),
            "removals": judged.removals(sheet, manifest),
            "disguises": _disguises(trained),
        },
        "samples": samples(Scorer(trained.artefact), manifest),
        "toxic_by_source": _by_source(fitted["toxic"], rows),
        "toxic_unseen_source": _unseen_sources(trained),
        "types_by_rule": _types_by_rule(sheet),
        "questions": {name: _question(name, one, rows) for name, one in fitted.items()},
        "appeal": _appeal(fitted["appeal"], rows, manifest.appeal),
    }


def samples(scorer: Scorer, manifest: Manifest) -> Metrics:
    """The third of the project's own samples that is never trained on: kinds of violation, and fates by group."""
    measured = [sample for sample in read_samples() if held_out(sample.id)]
    scores = np.array(scorer.score_many([sample.text for sample in measured])).reshape(-1, 5)
    return {
        "n": len(measured),
        "promise": verdicts.promise_of(manifest),
        "types": judged.types([sample_row(sample) for sample in measured], scores),
        "groups": verdicts.by_group(measured, scores, manifest),
    }


def _question(name: str, one: Any, rows: Sequence[Row]) -> Metrics:
    counted = one.task.weights >= 1
    # The map for toxicity assumes the share of toxic comments in a community, so it is checked on one.
    natural = counted
    if name == "toxic" and any(rows[n].source == "ok_comments" for n in one.task.rows):
        natural = np.array([rows[n].source == "ok_comments" for n in one.task.rows])
    error = expected_error(probability(one.held_out[natural], one.platt), one.task.answers[natural])
    return ranking(one.task.answers[counted], one.held_out[counted]) | {"calibration_error": round(error, 4)}


def _by_source(fitted: Any, rows: Sequence[Row]) -> Metrics:
    """Toxicity per source, held out by cluster; the file's own labels are the truth."""
    task, logits = fitted.task, fitted.held_out
    truth = np.array([bool(rows[n].toxic) for n in task.rows])
    family = np.array([rows[n].source.split("/")[0] for n in task.rows])
    found = {}
    for name in ("ok_comments", "2ch_pikabu", "russe_detox"):
        chosen = family == name
        if both(truth[chosen]):
            found[name] = ranking(truth[chosen], logits[chosen])
    return found


def _unseen_sources(trained: Trained) -> Metrics:
    """Toxicity of a whole family of sources by a model that never saw it."""
    task = trained.fitted["toxic"].task
    truth = np.array([bool(trained.rows[n].toxic) for n in task.rows])
    source = np.array([trained.rows[n].source for n in task.rows])
    found = {}
    for name, prefix, scored in (
        ("ok_comments", "ok_", "ok_comments"),
        ("2ch_pikabu", "2ch", "2ch_pikabu"),
        ("russe_detox", "russe_detox", "russe_detox"),
    ):
        family = np.char.startswith(source, prefix)
        inside = np.char.startswith(source, scored)
        if both(truth[inside]) and both(task.answers[~family]):
            model = fit_part(task, trained.features, trained.signals, ~family)
            found[name] = ranking(truth[inside], model.logits(trained.features[task.rows[inside]]))
    return found


def _types_by_rule(sheet: Sheet) -> Metrics:
    """Each head against the words and patterns that stand for its label; clean ok.ru comments are the other class."""
    part = judged.communities(sheet).get("ok")
    if part is None:
        return {}
    found = {}
    for name in judged.RUDE:
        answers = np.array([row.toxic is True and name in types_of(row) for row in part.rows], dtype=bool)
        chosen = answers | ~judged.toxic_of(part)
        if both(answers[chosen]):
            found[name] = ranking(answers[chosen], part.head(name)[chosen])
    return found


def _disguises(trained: Trained) -> Metrics:
    """One more model is fitted without a quarter of the texts, and these are disguised.

    The question is toxicity as a whole, which decides whether disguised words are seen.
    """
    one, rows, features = trained.fitted["toxic"], trained.rows, trained.features
    clusters = np.array([rows[n].cluster for n in one.task.rows])
    inside = one.task.folds == _ATTACKED_FOLD
    asked = [n for n in one.task.rows[inside] if judged.family_of(rows[n]) == "ok" and rows[n].source == "ok_comments"]
    toxic, clean = [n for n in asked if rows[n].toxic], [n for n in asked if not rows[n].toxic]
    known = ~np.isin(clusters, clusters[inside])
    if not toxic or not clean or not both(one.task.answers[known]):
        return {}
    model = fit_part(one.task, features, trained.signals, known)

    def logits(texts: list[str]) -> Any:
        made = [Row(text, "", "comment") for text in texts]
        for row in made:
            read_words(row)
        return model.logits(matrix(made, trained.names))

    cut = cut_at(model.logits(features[clean]), 0.01)
    return robustness([rows[n].text for n in toxic], [rows[n].text for n in clean], cut, logits)


def _appeal(fitted: Any, rows: Sequence[Row], threshold: float) -> Metrics:
    reached = probability(fitted.held_out, fitted.platt) >= threshold
    kinds = [rows[n] for n in fitted.task.rows]
    groups = {
        f"appeals {source}": [row.kind == "appeal" and row.source == source and judged.municipal(row) for row in kinds]
        for source in sorted({row.source for row in kinds if row.kind == "appeal"})
    } | {
        "comments_that_complain": [
            row.kind in ("comment", "reply") and judged.municipal(row) and bool(answer)
            for row, answer in zip(kinds, fitted.task.answers, strict=True)
        ],
        "toxic": [bool(row.toxic) for row in kinds],
    }
    found = {}
    for name, mask in groups.items():
        chosen = np.array(mask, dtype=bool)
        if chosen.any():
            found[name] = share(int(reached[chosen].sum()), int(chosen.sum()))
    return found
