"""Computes the points of the report's plots from scored texts."""

from typing import Any, Final

import numpy as np

from model.artefact import Artefact, unpack_names
from model.labels import HEADS
from model.scorer import Scorer
from training import judged, thresholds
from training.judged import Sheet
from training.measures import Metrics, both, curve

_POINTS: Final = 250
_BINS: Final = 12
_WORDS: Final = 15
# The trade is drawn up to this share of clean comments removed.
_WRONG: Final = 0.02
Points = list[tuple[float, float]]


def figures(sheet: Sheet, artefact: Artefact, disguises: Metrics) -> Metrics:
    """Everything that is drawn; a plot without points is left out by the one who draws."""
    return {
        "precision_recall": {name: precision_recall(*pair) for name, pair in _questions(sheet).items()},
        "calibration": {name: calibration(*pair) for name, pair in _calibrated(sheet).items()},
        "removals": removal_curves(sheet, artefact),
        "trade": trade(sheet, artefact),
        "disguises": disguises,
        "words": telling_words(artefact),
    }


def _questions(sheet: Sheet) -> dict[str, tuple[Any, Any]]:
    """Answers and scores of every question that the texts have labels for."""
    found = {name: (judged.toxic_of(part), part.rude()) for name, part in judged.communities(sheet).items()}
    known = sheet.scored("spam")
    asked = known.part([row.spam is not None and not judged.municipal(row) for row in known.rows])
    found["spam"] = (np.array([row.spam is True for row in asked.rows], dtype=bool), asked.head("spam"))
    typed = sheet.part([row.types is not None for row in sheet.rows]).scored(*judged.RUDE)
    for name in judged.RUDE:
        answers = np.array([name in (row.types or ()) for row in typed.rows], dtype=bool)
        found[name] = (answers, typed.head(name))
    appeals = sheet.scored("appeal")
    letters = appeals.part([row.kind == "appeal" or row.toxic is True for row in appeals.rows])
    found["appeal"] = (np.array([row.kind == "appeal" for row in letters.rows], dtype=bool), letters.head("appeal"))
    return {name: pair for name, pair in found.items() if both(pair[0])}


def _calibrated(sheet: Sheet) -> dict[str, tuple[Any, Any]]:
    return {name: pair for name, pair in _questions(sheet).items() if name in ("ok", "forum", "spam")}


def precision_recall(answers: Any, scores: Any) -> Points:
    """(recall, precision) from the strictest cut to the loosest."""
    steps = curve(answers, scores)
    recall, precision = steps.hits / steps.positive, steps.hits / np.maximum(steps.hits + steps.false, 1)
    # Even steps of recall: most cuts stand where nothing changes.
    places = np.unique(np.searchsorted(recall, np.linspace(recall[0], 1.0, _POINTS)))
    return [(float(recall[n]), float(precision[n])) for n in places]


def calibration(answers: Any, scores: Any) -> Points:
    """(mean probability, share of yes) in bins between even probabilities; bins of fewer than 20 texts are left out."""
    borders = np.linspace(0.0, 1.0, _BINS + 1)[1:-1]
    place = np.digitize(scores, borders)
    bins = [place == n for n in range(_BINS) if (place == n).sum() >= 20]
    return [(float(scores[mask].mean()), float(answers[mask].mean())) for mask in bins]


def removal_curves(sheet: Sheet, artefact: Artefact) -> Metrics:
    """Share of texts removed against the common cut of all categories, in log-odds above each category's own zero."""
    zero = artefact.manifest.calibration.get("zero")
    if not zero:
        return {}
    known = sheet.scored(*HEADS)
    found: Metrics = {"curves": {}, "cuts": {}}
    for name, mask in judged.groups_of(known).items():
        if mask.any():
            numbers = np.sort(thresholds.family(known.scores[mask][:, :4], zero))[::-1]
            share = np.arange(1, len(numbers) + 1) / len(numbers)
            found["curves"][name] = _stairs(numbers, share)
    for promise, kept in artefact.manifest.promises.items():
        logit = thresholds.log_odds(kept.thresholds["insult"])
        found["cuts"][promise] = float(logit - zero["insult"])
    return found


def trade(sheet: Sheet, artefact: Artefact) -> Metrics:
    """Share of the clean and of the toxic ok.ru comments over a common cut, and where each promise stands."""
    zero = artefact.manifest.calibration.get("zero")
    part = judged.communities(sheet).get("ok")
    if not zero or part is None:
        return {}
    steps = curve(judged.toxic_of(part), thresholds.family(part.scores[:, :4], zero))
    wrong, right = steps.false / steps.negative, steps.hits / steps.positive
    places = np.unique(np.searchsorted(wrong, np.linspace(0.0, _WRONG, _POINTS)).clip(max=len(wrong) - 1))
    found: Metrics = {"curve": [(float(wrong[n]), float(right[n])) for n in places], "promises": {}}
    for promise, kept in artefact.manifest.promises.items():
        toxic = judged.toxic_of(part)
        reached = judged.over(part.scores, kept.thresholds).any(axis=1)
        found["promises"][promise] = (float(reached[~toxic].mean()), float(reached[toxic].mean()))
    return found


def _stairs(numbers: Any, share: Any) -> Points:
    """Every one of the first steps, since each is a text, then thinner."""
    places = np.unique(np.geomspace(1, len(numbers), _POINTS).astype(int)) - 1
    return [(float(numbers[n]), float(share[n])) for n in places]


def telling_words(artefact: Artefact) -> dict[str, list[tuple[str, float]]]:
    """Per head the lemmas that speak most for it as a text of one word, of the commoner half of the lemmas."""
    arrays = artefact.arrays
    names = unpack_names(arrays.lemmas_names)
    common = np.asarray(arrays.lemmas_idf) <= np.median(arrays.lemmas_idf)
    words = [name for name, often in zip(names, common, strict=True) if often and name.isalpha()]
    if not words:
        return {}
    scores = np.array(Scorer(artefact).score_many(words))
    found: dict[str, list[tuple[str, float]]] = {}
    for column, head in enumerate(HEADS):
        towards = thresholds.log_odds(scores[:, column])
        order = np.argsort(-towards, kind="stable")[:_WORDS]
        found[head] = [(words[n], round(float(towards[n]), 2)) for n in order]
    return found
