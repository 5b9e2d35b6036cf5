"""Measures that a model is judged by, taken from texts and their scores; the same for training and for any folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from model.labels import CATEGORIES, HEADS
from model.manifest import Manifest
from training.dataset import Row
from training.measures import Metrics, both, cut_at, ranking, recall_with, share

RUDE: Final = ("insult", "obscenity", "threat")
# The part of a source's name before "_" or "/" -> the row of the table.
FAMILIES: Final[Mapping[str, str]] = {"ok": "ok", "2ch": "forum"}
FLAGS: Final = 3
REVIEW_SHARE: Final = "0.03"
_RESIDENTS: Final = ("comment", "reply")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Texts with their scores, (rows, 5) in the order of HEADS; NaN where no honest score is at hand."""

    rows: Sequence[Row]
    scores: Any

    def part(self, mask: Any) -> "Sheet":
        """The rows under a mask."""
        chosen: list[int] = np.flatnonzero(mask).tolist()
        return Sheet([self.rows[n] for n in chosen], self.scores[chosen])

    def scored(self, *heads: str) -> "Sheet":
        """The rows that have a score for each of these heads."""
        return self.part(~np.isnan(self.scores[:, [HEADS.index(h) for h in heads]]).any(axis=1))

    def head(self, name: str) -> Any:
        """Scores of one head."""
        return self.scores[:, HEADS.index(name)]

    def rude(self) -> Any:
        """The highest score for any kind of rudeness."""
        return self.scores[:, [HEADS.index(h) for h in RUDE]].max(axis=1)

    def where(self, *kinds: str) -> Any:
        """Mask of the municipal rows of these kinds."""
        return np.array([municipal(row) and row.kind in kinds for row in self.rows], dtype=bool)


def municipal(row: Row) -> bool:
    """True for rows from the municipal file: taken as clean of everything, and labelled by nobody."""
    return row.toxic is False and row.spam is False and row.types is None


def family_of(row: Row) -> str | None:
    """The row of the table that a text labelled toxic or not belongs to."""
    if row.toxic is None or row.spam is not None:
        return None
    return FAMILIES.get(row.source.split("_", maxsplit=1)[0].split("/", maxsplit=1)[0])


def labelled(rows: Sequence[Row], family: str) -> Any:
    """Mask of one family's rows; sources that hold one class only are left out when another holds both."""
    answers: dict[str, set[bool | None]] = {}
    for row in rows:
        if family_of(row) == family:
            answers.setdefault(row.source, set()).add(row.toxic)
    full = {name for name, held in answers.items() if len(held) == 2} or set(answers)
    return np.array([family_of(row) == family and row.source in full for row in rows], dtype=bool)


def communities(sheet: Sheet) -> dict[str, Sheet]:
    """ok.ru and forum comments with labels of both classes."""
    known = sheet.scored(*RUDE)
    found = {name: known.part(labelled(known.rows, name)) for name in FAMILIES.values()}
    return {name: part for name, part in found.items() if both(toxic_of(part))}


def toxic_of(sheet: Sheet) -> Any:
    """The file's own label of each row."""
    return np.array([row.toxic is True for row in sheet.rows], dtype=bool)


def toxicity(sheet: Sheet) -> Metrics:
    """The highest of the three rude scores against the label, for each community."""
    return {name: ranking(toxic_of(part), part.rude()) for name, part in communities(sheet).items()}


def types(rows: Sequence[Row], scores: Any) -> Metrics:
    """For each kind of rudeness that people labelled: its own head over the rows that people labelled otherwise."""
    sheet = Sheet(rows, scores).part([row.types is not None for row in rows]).scored(*RUDE)
    found: Metrics = {}
    for name in RUDE:
        answers = np.array([name in (row.types or ()) for row in sheet.rows], dtype=bool)
        if both(answers):
            found[name] = ranking(answers, sheet.head(name))
    return found


def spam(sheet: Sheet) -> Metrics:
    """Recall where few residents' comments and appeals are flagged, and the ranking among chat."""
    known = sheet.scored("spam")
    asked = known.part([row.spam is not None and not municipal(row) for row in known.rows])
    answers = np.array([row.spam is True for row in asked.rows], dtype=bool)
    people = known.part(known.where(*_RESIDENTS, "appeal"))
    found: Metrics = {}
    if answers.any() and people.rows:
        scores = asked.head("spam")
        negative = people.head("spam")
        found["few_flags"] = {str(n): recall_with(scores[answers], negative, n) for n in (0, 1, FLAGS, 10)}
        source = np.array([row.source for row in asked.rows])
        found["by_source"] = {
            name: recall_with(scores[answers & (source == name)], negative, FLAGS)
            for name in sorted(set(source[answers].tolist()))
        }
    if both(answers):
        found["ranking"] = ranking(answers, asked.head("spam"))
    return found


def over(scores: Any, thresholds: Mapping[str, float]) -> Any:
    """(rows, categories): which scores reach their threshold."""
    return scores[:, : len(CATEGORIES)] >= np.array([thresholds[c] for c in CATEGORIES])


def groups_of(sheet: Sheet) -> dict[str, Any]:
    """Masks of the groups that removals are counted in."""
    ok, toxic = labelled(sheet.rows, "ok"), toxic_of(sheet)
    return {
        "municipal_comments": sheet.where(*_RESIDENTS),
        "appeals": sheet.where("appeal"),
        "ok_toxic": ok & toxic,
        "ok_clean": ok & ~toxic,
    }


def removals(sheet: Sheet, manifest: Manifest) -> Metrics:
    """Per promise and group: texts over a removal threshold, and those that no protection of appeals keeps."""
    known = sheet.scored(*HEADS)
    groups = groups_of(known)
    protected = known.head("appeal") >= manifest.appeal
    found: Metrics = {}
    for promise, kept in manifest.promises.items():
        reached = over(known.scores, kept.thresholds).any(axis=1)
        found[promise] = {
            name: share(int((reached & ~protected & mask).sum()), int(mask.sum()))
            | {"over_threshold": int((reached & mask).sum())}
            for name, mask in groups.items()
            if mask.any()
        }
    return found


def clean_cut(sheet: Sheet) -> float | None:
    """The rude score that one of a hundred clean ok.ru comments exceeds."""
    part = communities(sheet).get("ok")
    return None if part is None else cut_at(part.rude()[~toxic_of(part)], 0.01)
