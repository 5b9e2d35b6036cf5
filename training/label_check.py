"""Reads how readers who checked labels made by rules agreed with them: counts only, no texts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.errors import DataError
from training.measures import wilson

LABEL_CHECK: Final = Path(__file__).parent / "label_check.json"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: how many rows were read, on how many the reader said the same, and agreement beyond chance."""

    rule: str
    rows: int
    agreed: int
    kappa: float | None = None
    note: str = ""

    @property
    def interval(self) -> list[float]:
        """95 % interval of the agreement."""
        return wilson(self.agreed, self.rows)


def read_checks(path: Path = LABEL_CHECK) -> list[Check]:
    """The checks in a file of {rule: {rows, agreed, kappa?, note?}}, by name; none when the file is not there.

    Raises DataError.
    """
    if not path.exists():
        return []
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(path, f"not JSON: {error}") from error
    if not isinstance(values, dict):
        raise DataError(path, f"found {type(values).__name__}, expected an object of rules")
    return [_check(path, rule, value) for rule, value in sorted(values.items())]


def _check(path: Path, rule: str, value: object) -> Check:
    if not isinstance(value, Mapping) or not {"rows", "agreed"} <= set(value) <= {"rows", "agreed", "kappa", "note"}:
        raise DataError(path, f"{rule}: {value!r}, expected rows and agreed, perhaps kappa and note")
    rows, agreed, kappa = value["rows"], value["agreed"], value.get("kappa")
    if not isinstance(rows, int) or not isinstance(agreed, int) or not 0 <= agreed <= rows or rows == 0:
        raise DataError(path, f"{rule}: {agreed!r} of {rows!r} rows, expected whole numbers, agreed at most rows")
    if kappa is not None and not (isinstance(kappa, int | float) and -1.0 <= kappa <= 1.0):
        raise DataError(path, f"{rule}: kappa = {kappa!r}, expected a number from -1 to 1")
    return Check(rule, rows, agreed, kappa, str(value.get("note", "")))
