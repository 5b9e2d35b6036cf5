"""What a measurement is given and what it gives back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Material:
    """Texts that no process under measurement has seen, and a folder on disk that is removed afterwards."""

    texts: list[str]
    texts_file: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the results, the sentences around it, and the numbers behind it."""

    title: str
    conditions: list[str]
    columns: list[str]
    rows: list[list[str]]
    data: dict[str, Any] = field(default_factory=dict)


def range_of(spread: dict[str, float], digits: int = 2) -> str:
    """A median with its least and largest, as the tables show it."""
    return f"{spread['median']:.{digits}f} ({spread['least']:.{digits}f}–{spread['largest']:.{digits}f})"


def ratio_of(summary: dict[str, Any], digits: int = 2) -> str:
    """A ratio, or why there is none."""
    if summary["ratio"] is not None:
        return f"**{range_of(summary['ratio'], digits)}**"
    return f"not told: others used {summary['foreign_cores']:.1f} cores, {summary['quiet_pairs']} quiet pairs"
