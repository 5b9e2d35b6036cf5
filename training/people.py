"""Reads what people decided: rows that teach, and a third of the random sample that is only measured."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.errors import DataError
from training.lines import labels_of, objects
from training.measures import Metrics
from training.samples import held_out

# The random sample of what the machine decided: the only labels that nobody chose.
AUDIT: Final = "audit"
_VERDICTS: Final = (None, "keep", "remove")


@dataclass(frozen=True, slots=True)
class Label:
    """One text as people left it; `weight` is how many decisions it stands for."""

    text: str
    labels: tuple[str, ...]
    appeal: bool | None
    source: str
    weight: float
    id: str

    @property
    def plain(self) -> str:
        """The text without case and spacing."""
        return " ".join(self.text.casefold().split())

    @property
    def answer(self) -> tuple[frozenset[str], bool | None]:
        """What people said."""
        return frozenset(self.labels), self.appeal


@dataclass(frozen=True, slots=True)
class People:
    """Labels that teach and labels that are only measured; texts that came again, and texts that people disagree on."""

    taught: tuple[Label, ...]
    measured: tuple[Label, ...]
    repeated: int
    disagreed: int

    def counts(self) -> Metrics:
        """The numbers for the manifest."""
        return {
            "taught": len(self.taught),
            "measured": len(self.measured),
            "repeated": self.repeated,
            "disagreed": self.disagreed,
        }


def read_labels(path: Path) -> People:
    """The labels of a file that `dvornik labels export` or a person wrote; each text counts once.

    A text that people left differently teaches nothing. Raises DataError.
    """
    found = _checked(path)
    by_text: dict[str, list[Label]] = {}
    for label in found:
        by_text.setdefault(label.plain, []).append(label)
    taught: list[Label] = []
    measured: list[Label] = []
    disagreed = 0
    for copies in by_text.values():
        if len({label.answer for label in copies}) > 1:
            disagreed += 1
            continue
        # A copy from the random sample tells more than one that somebody chose.
        first = next((label for label in copies if label.source == AUDIT), copies[0])
        (measured if first.source == AUDIT and held_out(first.id) else taught).append(first)
    repeated = len(found) - sum(
        len(copies) if len({c.answer for c in copies}) > 1 else 1 for copies in by_text.values()
    )
    return People(tuple(taught), tuple(measured), repeated, disagreed)


def _checked(path: Path) -> list[Label]:
    found: list[Label] = []
    lines: dict[str, int] = {}
    for number, value in objects(path):
        label = _label(path, number, value)
        if label.id:
            if label.id in lines:
                raise DataError(path, f"id repeats the one in line {lines[label.id]}, expected one of its own", number)
            lines[label.id] = number
        found.append(label)
    if not found:
        raise DataError(path, "0 rows, expected at least 1")
    return found


def _label(path: Path, number: int, value: dict[str, Any]) -> Label:
    labels, appeal = labels_of(path, number, value)
    if not value["text"].strip():
        raise DataError(path, "text is empty, expected a comment", number)
    verdict, source, name = value.get("verdict"), value.get("source", "people"), value.get("id", "")
    if verdict not in _VERDICTS:
        raise DataError(path, f"verdict = {verdict!r}, expected keep or remove", number)
    if verdict is not None and (verdict == "remove") is not bool(labels):
        expected = "at least one label" if verdict == "remove" else "no labels"
        raise DataError(path, f"verdict = {verdict!r} with labels {list(labels)}, expected {expected}", number)
    for field, found in (("source", source), ("id", name)):
        if not isinstance(found, str):
            raise DataError(path, f"{field} = {found!r}, expected a string", number)
    if not source:
        raise DataError(path, "source is empty, expected where the label comes from", number)
    if source == AUDIT and not name:
        raise DataError(path, "id is missing, expected one: it decides whether the row is only measured", number)
    return Label(value["text"], labels, appeal, source, _weight(path, number, value), name)


def _weight(path: Path, number: int, value: dict[str, Any]) -> float:
    weight = value.get("weight")
    if weight is None:
        return 1.0
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight) or weight < 1:
        raise DataError(path, f"weight = {weight!r}, expected a number from 1 or nothing", number)
    return float(weight)


def measured_by(labels: tuple[Label, ...], fates: list[str]) -> Metrics:
    """What becomes of the measured third: of texts that people kept and of those that they removed.

    `fates` are `training.verdicts.fates` of these texts. The shares are weighted: they speak of all decisions that the
    sample was drawn from.
    """
    found: Metrics = {}
    for name, wanted in (("people_kept", False), ("people_removed", True)):
        rows = [(label, fate) for label, fate in zip(labels, fates, strict=True) if bool(label.labels) is wanted]
        total = math.fsum(label.weight for label, _ in rows)
        hits = math.fsum(label.weight for label, fate in rows if fate == "removed")
        found[name] = {
            "n": len(rows),
            "removed": sum(fate == "removed" for _, fate in rows),
            "share_removed": hits / total if rows else None,
        }
    return found
