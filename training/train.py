"""Trains a model: data in, checked artefact with its promises and its card out."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from model.artefact import Artefact, save
from model.labels import CATEGORIES, HEADS
from model.manifest import Manifest
from model.scorer import Scorer
from model.signals import SIGNALS
from training import card, report, tasks, thresholds
from training.agreement import agreement
from training.appeals import appeal_task, made_texts
from training.calibrate import Platt, fit_platt, probability
from training.dataset import Row, file_digests, read_folder
from training.errors import DataError
from training.figures import figures
from training.fit import fit_task, out_of_fold
from training.held_out import Trained, held_out_metrics, honest
from training.judged import Sheet
from training.linear import Linear
from training.measures import Metrics
from training.pack import fingerprint, pack
from training.people import People, measured_by, read_labels
from training.spam import spam_task, without_doubtful
from training.splits import is_by_cluster, splittable
from training.vectorise import Names, learn_names, matrix, toxic_scales
from training.verdicts import fates

LIBRARIES: Final = ("numpy", "scikit-learn", "scipy", "pymorphy3", "pymorphy3-dicts-ru")
# Sources of residents' comments that prove the promises. The first teaches nothing at all; the others teach only what
# an appeal is, which never removes anything.
HELD_OUT: Final = "sloyka/,SOIKA/"
# Of toxic comments that are no appeal, at most this share may hide behind the protection of appeals.
APPEAL_ERROR: Final = 0.05
TOXIC_PRIOR: Final = 0.10
# How often `step` is called: reading, features, six questions, promises, agreement, measures, report.
STEPS: Final = 12
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """One question answered: its task, the final model, held-out logits and their calibration."""

    task: tasks.Task
    model: Linear
    held_out: Any
    platt: Platt


def _questions(rows: list[Row], names: Names, prefix: str) -> list[tasks.Task]:
    removing, appeals = tasks.training_numbers(rows, prefix), tasks.training_numbers(rows, _first(prefix))
    made = [replace(tasks.toxic_task(rows, removing), scales=toxic_scales(names))]
    made += [tasks.type_task(rows, removing, c) for c in ("insult", "obscenity", "threat")]
    return [*made, spam_task(rows, removing), appeal_task(rows, appeals)]


def _first(prefix: str) -> str:
    return prefix.split(",", maxsplit=1)[0]


def _fit_all(made: list[tasks.Task], rows: list[Row], features: Any, step: Step, jobs: int) -> dict[str, Fitted]:
    signals = len(SIGNALS)
    clusters = np.array([row.cluster for row in rows])
    fitted = {}
    for task in made:
        step(f"обучение: {task.name}")
        asked = without_doubtful(task, rows, features, signals, clusters, jobs=jobs) if task.name == "spam" else task
        model = fit_task(asked, features, signals)
        held_out = out_of_fold(asked, features, signals, clusters, jobs=jobs)
        # Probabilities speak of communities.
        counted = asked.weights > 0 if task.forum is None or task.forum.all() else ~task.forum
        prior = TOXIC_PRIOR if task.name == "toxic" else None
        fitted[task.name] = Fitted(task, model, held_out, fit_platt(held_out[counted], task.answers[counted], prior))
    return fitted


def _zero(fitted: Mapping[str, Fitted], sheet: Sheet) -> dict[str, float]:
    """Per category the log-odds that one of 300 clean training texts passes, scored by models that did not see it.

    The kinds of rudeness share one: their highest ranks as toxicity does, and no kind is easier to remove than another.
    """
    toxic, spam = fitted["toxic"].task, fitted["spam"].task
    counted = ~toxic.answers & (toxic.weights >= 1) & (True if toxic.forum is None else ~toxic.forum)
    clean = {
        "spam": sheet.head("spam")[spam.rows[~spam.answers]],
        "rude": sheet.rude()[toxic.rows[counted if counted.any() else ~toxic.answers]],
    }
    # A clean text whose copy is labelled toxic has no honest score.
    cuts = {name: float(np.nanquantile(thresholds.log_odds(p), 1 - 1 / 300)) for name, p in clean.items()}
    return {category: cuts["spam" if category == "spam" else "rude"] for category in CATEGORIES}


def _appeal_threshold(fitted: Mapping[str, Fitted], rows: list[Row]) -> float:
    appeal = fitted["appeal"]
    rude = np.array([bool(rows[n].toxic) for n in appeal.task.rows]) & ~appeal.task.answers
    return float(np.quantile(probability(appeal.held_out[rude], appeal.platt), 1 - APPEAL_ERROR)) + 1e-6


def promise_rows(rows: list[Row], prefix: str) -> list[Row]:
    """Held-out residents' comments, one per near-duplicate cluster."""
    chosen: dict[int, Row] = {}
    for row in rows:
        if tasks.is_held_out(row, prefix) and row.kind in ("comment", "reply"):
            chosen.setdefault(row.cluster, row)
    return list(chosen.values())


def _category_scores(scorer: Scorer, rows: list[Row]) -> Any:
    return np.array([scorer.score(row.text)[: len(CATEGORIES)] for row in rows])


def _quiet(_message: str) -> None:
    """No progress wanted."""


def train(
    data: Path, out: Path, *, created: str, labels: Path | None = None, prefix: str = HELD_OUT, jobs: int = 1,
    step: Step = _quiet,
) -> Artefact:  # fmt: skip
    """Read a data folder, train every question, resolve the promises, write artefact, card and report into `out`.

    The same data, labels, readings, date and libraries give the same bytes. Raises DataError, and AgreementError when
    the packed model does not judge as the fitted one.
    """
    step("чтение данных")
    rows = read_folder(data, labels)
    kept = promise_rows(rows, prefix)
    if not kept:
        raise DataError(data / "municipal.jsonl", f"no comments of sources {prefix}*: nothing to prove promises on")
    made = made_texts(rows, tasks.training_numbers(rows, _first(prefix)))
    rows += made
    step("признаки")
    numbers = tasks.training_numbers(rows, _first(prefix))
    names = learn_names([rows[n] for n in numbers])
    features = matrix(rows, names)
    questions = [splittable(task, rows, data) for task in _questions(rows, names, prefix)]
    fitted = _fit_all(questions, rows, features, step, jobs)
    step("пороги и обещания")
    answered = [fitted[name] for name in tasks.LOGITS]
    arrays = pack(
        names, [one.model for one in answered], [one.platt for one in answered], (rows[n].words for n in numbers)
    )
    manifest = Manifest(
        version="", created=created, promises={}, refused={}, review={},
        appeal=_appeal_threshold(fitted, rows), logits=tasks.LOGITS, heads=tasks.HEAD_PARTS, files={},
        calibration={"held_out": prefix, "toxic_prior": TOXIC_PRIOR, "appeal_error": APPEAL_ERROR},
        data=file_digests(data, labels), metrics={},
        libraries={"python": platform.python_version_tuple()[0] + "." + platform.python_version_tuple()[1]}
        | {name: version(name) for name in LIBRARIES},
    )  # fmt: skip
    scorer = Scorer(Artefact(manifest, arrays))
    trained = Trained(fitted, rows, names, features, Artefact(manifest, arrays), len(SIGNALS))
    sheet = honest(trained)
    manifest = _with_promises(manifest, kept, _category_scores(scorer, kept), _zero(fitted, sheet))
    manifest = replace(manifest, version=f"ru-{fingerprint(arrays)}")
    trained = replace(trained, artefact=Artefact(manifest, arrays))
    step("сверка с обученными весами")
    agreed = agreement(trained, len(rows) - len(made))
    step("измерения")
    metrics = held_out_metrics(trained, sheet)
    metrics |= {"promise_sample": dict(manifest.calibration["reading"]), "agreement": agreed}
    if labels is not None:
        metrics["labels"] = _people(read_labels(labels), trained.artefact)
    metrics["split_by_cluster"] = [task.name for task in questions if is_by_cluster(task, rows)]
    artefact = save(out, replace(manifest, metrics=metrics), arrays)
    step("карточка и отчёт")
    (out / "CARD.md").write_text(card.write(artefact.manifest), encoding="utf-8")
    page = report.write(artefact.manifest, figures(sheet, artefact, metrics["judged"]["disguises"]))
    (out / "report.html").write_text(page, encoding="utf-8")
    return artefact


def _people(people: People, artefact: Artefact) -> Metrics:
    """What people's labels were used for, and what the model does to those that it has not seen."""
    scorer = Scorer(artefact)
    scores = np.array([scorer.score(label.text) for label in people.measured]).reshape(-1, len(HEADS))
    return people.counts() | measured_by(people.measured, fates(scores, artefact.manifest))


def _with_promises(manifest: Manifest, kept: list[Row], scores: Any, zero: Mapping[str, float]) -> Manifest:
    read = thresholds.readings()
    verdicts = [read.get(row.digest) for row in kept]
    clean = np.array([v in (None, "clean") for v in verdicts])
    numbers = thresholds.family(scores, zero)
    results = {name: thresholds.promise(numbers[clean], share, zero) for name, share in thresholds.PROMISES.items()}
    reading = {
        "comments": len(kept), "read": sum(v is not None for v in verdicts), "left_out": int((~clean).sum()),
        "clean": int(clean.sum()), "highest_unread": _highest_unread(numbers, verdicts),
    }  # fmt: skip
    return replace(
        manifest,
        promises={k: v for k, v in results.items() if not isinstance(v, str)},
        refused={k: v for k, v in results.items() if isinstance(v, str)},
        review=thresholds.review_thresholds(scores, [p for p in results.values() if not isinstance(p, str)]),
        calibration={**manifest.calibration, "zero": dict(zero), "reading": reading},
    )


def _highest_unread(numbers: Any, verdicts: list[str | None]) -> int:
    """How many comments stand above the first one that nobody read."""
    order = np.argsort(-numbers, kind="stable")
    return next((place for place, n in enumerate(order) if verdicts[n] is None), len(order))
