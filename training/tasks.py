"""The questions a model learns to answer: which texts, which answers, and how the texts are split."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from training.dataset import Row
from training.weak_labels import is_appeal, is_toxic, types_of

LOGITS: Final = ("toxic", "insult_if_toxic", "obscenity_if_toxic", "threat_if_toxic", "spam", "appeal")
# Types as P(toxic) * P(type | toxic): one head that sees all toxic texts ranks far better than three that do not.
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
    """One question: numbers of rows, their answers, weights and folds (all of one length)."""

    name: str
    rows: Any
    answers: Any
    weights: Any
    folds: Any
    uses_signals: bool


def share_of(row: Row, parts: int) -> int:
    """A stable number from 0 to parts - 1 for the cluster of a row."""
    return int(hashlib.md5(f"cluster {row.cluster}".encode(), usedforsecurity=False).hexdigest(), 16) % parts


def weight_of(row: Row) -> float:
    """Texts that people labelled for this very purpose count for several."""
    return 1.0 if row.types is None else PEOPLE_WEIGHT


def is_held_out(row: Row, prefix: str) -> bool:
    """True for rows of the sources that are kept for the promises and never trained on."""
    return row.toxic is False and row.spam is False and row.source.startswith(prefix)


def training_numbers(rows: list[Row], prefix: str) -> list[int]:
    """Rows that may be trained on: neither from a held-out source nor a copy of a text from one."""
    held = {row.cluster for row in rows if is_held_out(row, prefix)}
    return [n for n, row in enumerate(rows) if row.cluster not in held]


def _task(name: str, chosen: list[tuple[int, bool, float, int]], *, signals: bool = False) -> Task:
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
    return _task("toxic", chosen)


def type_task(rows: list[Row], numbers: list[int], category: str) -> Task:
    """Of which type is a toxic text? A clean word that contains an obscene one is not obscene either."""
    chosen = [
        (n, category in types_of(rows[n]), weight_of(rows[n]), share_of(rows[n], FOLDS))
        for n in numbers
        if is_toxic(rows[n])
    ]
    if category == "obscenity":
        words = [n for n in numbers if rows[n].kind == "word"]
        chosen += [(n, False, WORD_WEIGHT, share_of(rows[n], FOLDS)) for n in words]
    return _task(f"{category}_if_toxic", chosen)


def spam_task(rows: list[Row], numbers: list[int]) -> Task:
    """Is the text spam? Comments of any tone are negatives too, one of three; whole sources of chat are held out."""
    sources = sorted({rows[n].source for n in numbers if rows[n].kind == "chat"})
    chosen = []
    for n in numbers:
        row = rows[n]
        answer = row.spam
        if answer is None and row.toxic is not None and share_of(row, 3) == 0:
            answer = False
        if answer is not None and row.kind != "word":
            fold = sources.index(row.source) if row.kind == "chat" else share_of(row, len(sources))
            chosen.append((n, answer, (4.0 if answer and not row.foreign else 1.0) * weight_of(row), fold))
    return _task("spam", chosen, signals=True)


def _appeal_fold(row: Row) -> int:
    if row.kind == "appeal":
        return 0 if row.source.startswith("kursk") else 1
    return 2 if row.kind in ("comment", "reply") and row.spam is False else share_of(row, 3)


def appeal_task(rows: list[Row], numbers: list[int]) -> Task:
    """Does the text complain, ask or criticise? Sources of appeals are held out whole."""
    chosen = []
    for n in numbers:
        answer = is_appeal(rows[n])
        if answer is not None and rows[n].spam is not True and rows[n].kind != "word":
            chosen.append((n, answer, 4.0 if answer else 1.0, _appeal_fold(rows[n])))
    return _task("appeal", chosen)


def rude_appeals(rows: list[Row], numbers: list[int], count: int = 1500) -> list[Row]:
    """Complaints with an insult before or behind them: an appeal stays one however rude it is.

    Each takes the fold of its complaint's source, so a held-out source stays held out.
    """
    appeals = [rows[n] for n in numbers if is_appeal(rows[n]) and 4 <= len(rows[n].words) <= 60]
    tails = [
        rows[n] for n in numbers if rows[n].toxic and rows[n].source.startswith("ok_") and len(rows[n].words) <= 10
    ]
    made = []
    for number in range(min(count, len(appeals), len(tails))):
        appeal = appeals[number * len(appeals) // min(count, len(appeals))]
        tail = tails[number * len(tails) // min(count, len(tails))]
        parts = (tail, appeal) if number % 2 else (appeal, tail)
        made.append(
            Row(
                ". ".join(p.text for p in parts), appeal.source, appeal.kind, None, False, None, True,
                (*parts[0].words, *parts[1].words), appeal.cluster, appeal.look,
            )
        )  # fmt: skip
    return made
