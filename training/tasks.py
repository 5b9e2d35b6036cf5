"""The questions a model learns to answer: which texts, which answers, and how the texts are split."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from training.dataset import Row
from training.weak_labels import is_toxic, types_of

LOGITS: Final = ("toxic", "insult_if_toxic", "obscenity_if_toxic", "threat_if_toxic", "spam", "appeal")
# A kind is the toxic logit bent by the kind's own: one head that sees all toxic texts ranks far better than three.
HEAD_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "spam": ("spam",),
    "insult": ("toxic", "insult_if_toxic"),
    "obscenity": ("toxic", "obscenity_if_toxic"),
    "threat": ("toxic", "threat_if_toxic"),
    "appeal": ("appeal",),
}
FOLDS: Final = 4
FORUM: Final = "2ch_pikabu"
WORD_WEIGHT: Final = 0.5
PEOPLE_WEIGHT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Task:
    """One question: numbers of rows, their answers, weights and folds (all of one length).

    `forum` masks the rows of forums, where the recipe sets them apart; `scales` multiply the columns of features.
    """

    name: str
    rows: Any
    answers: Any
    weights: Any
    folds: Any
    uses_signals: bool
    forum: Any = None
    scales: Any = None


def share_of(row: Row, parts: int) -> int:
    """A stable number from 0 to parts - 1 for the cluster of a row."""
    return int(hashlib.md5(f"cluster {row.cluster}".encode(), usedforsecurity=False).hexdigest(), 16) % parts


def weight_of(row: Row) -> float:
    """Texts that people labelled for this very purpose count for several."""
    return row.weight * (1.0 if row.types is None else PEOPLE_WEIGHT)


def is_held_out(row: Row, prefix: str) -> bool:
    """True for rows of the sources that are kept for the promises; `prefix` is one or several, joined by commas."""
    return row.toxic is False and row.spam is False and row.source.startswith(tuple(prefix.split(",")))


def training_numbers(rows: list[Row], prefix: str) -> list[int]:
    """Rows that may be trained on: neither from a held-out source nor a copy of a text from one."""
    held = {row.cluster for row in rows if is_held_out(row, prefix)}
    return [n for n, row in enumerate(rows) if row.cluster not in held]


def make_task(name: str, chosen: list[tuple[int, bool, float, int]], *, signals: bool = False) -> Task:
    """A task from one tuple a row: its number, the answer, the weight, the fold."""
    columns = list(zip(*chosen, strict=True))
    return Task(
        name,
        np.asarray(columns[0]),
        np.asarray(columns[1], dtype=bool),
        np.asarray(columns[2], dtype=np.float64),
        np.asarray(columns[3]),
        signals,
    )


def toxic_task(rows: list[Row], numbers: list[int]) -> Task:
    """Is the text toxic at all? The page's own posts are not asked about."""
    chosen = []
    for n in numbers:
        answer = is_toxic(rows[n])
        if answer is not None and rows[n].kind not in ("post", "official_post"):
            weight = WORD_WEIGHT if rows[n].kind == "word" else weight_of(rows[n])
            chosen.append((n, answer, weight, share_of(rows[n], FOLDS)))
    task = make_task("toxic", chosen)
    return replace(task, forum=np.array([rows[n].source == FORUM for n in task.rows]))


def type_task(rows: list[Row], numbers: list[int], category: str) -> Task:
    """Of which type is a toxic text?

    Texts that people labelled clean teach that there may be none, clean words with an obscene one in them that these
    are not obscene.
    """
    chosen = [
        (n, category in types_of(rows[n]), weight_of(rows[n]), share_of(rows[n], FOLDS))
        for n in numbers
        if is_toxic(rows[n]) or (rows[n].types == () and rows[n].spam is not True)
    ]
    if category == "obscenity":
        words = [n for n in numbers if rows[n].kind == "word"]
        chosen += [(n, False, WORD_WEIGHT, share_of(rows[n], FOLDS)) for n in words]
    return make_task(f"{category}_if_toxic", chosen)
