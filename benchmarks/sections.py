"""What a measurement is given and what it gives back."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Material:
    """Texts that no process under measurement has seen, and a folder on disk that is removed afterwards."""

    texts: list[str]
    texts_file: Path
    folder: Path


class Verdict(StrEnum):
    """What came of an aim."""

    HELD = "held"
    MISSED = "missed"
    BUSY = "not told: the machine was busy"
    #: No aim is set: the number stands there because the next one is read beside it.
    TOLD = "for information"

    @classmethod
    def of(cls, *, held: bool, quiet: bool = True) -> "Verdict":
        """A verdict from a comparison; a busy machine gets none, whichever way the comparison went."""
        if not quiet:
            return cls.BUSY
        return cls.HELD if held else cls.MISSED


@dataclass(frozen=True, slots=True)
class Aim:
    """One line of the first table: what, how much is wanted, how much it was."""

    what: str
    aim: str
    measured: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the results, the sentences around it, and the numbers behind it."""

    title: str
    conditions: list[str]
    columns: list[str]
    rows: list[list[str]]
    data: dict[str, Any] = field(default_factory=dict)
    aims: list[Aim] = field(default_factory=list)


def at_least(what: str, aim: float, ratio: dict[str, float] | None, digits: int = 2) -> Aim:
    """An aim for a ratio, which is None where the machine was busy."""
    measured = "" if ratio is None else f"{ratio['median']:.{digits}f}"
    held = ratio is not None and ratio["median"] >= aim
    return Aim(what, f"≥ {aim:.{digits}f}", measured, Verdict.of(held=held, quiet=ratio is not None))


def range_of(spread: dict[str, float], digits: int = 2) -> str:
    """A median with its least and largest, as the tables show it."""
    shown = [f"{spread[name]:,.{digits}f}" for name in ("median", "least", "largest")]
    return f"{shown[0]} ({shown[1]}–{shown[2]})"


def ratio_of(summary: dict[str, Any], digits: int = 2) -> str:
    """A ratio, or why there is none."""
    if summary["ratio"] is not None:
        return f"**{range_of(summary['ratio'], digits)}**"
    return f"not told: others used {summary['foreign_cores']:.1f} cores, {summary['quiet_pairs']} quiet pairs"
