"""Writes what was measured: numbers as JSON, tables as Markdown, laws as pictures too."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.law import Law
from benchmarks.machine import QUIET
from benchmarks.plots import draw
from benchmarks.sections import Aim, Section

#: The folder of the pictures, beside the tables.
PLOTS: Final = "plots"


@dataclass(frozen=True, slots=True)
class Found:
    """What the measurements of one run gave back; seconds by the name of a measurement."""

    sections: list[Section] = field(default_factory=list)
    laws: dict[str, Law] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tables(self) -> list[Section]:
        """One a section, one a law."""
        return [*self.sections, *(law.section() for law in self.laws.values())]

    def aims(self) -> list[Aim]:
        """All that was hoped, in the order of the tables."""
        return [aim for section in self.tables() for aim in section.aims]


def markdown(conditions: dict[str, Any], found: Found) -> str:
    """The whole report."""
    versions = ", ".join(f"{name} {number}" for name, number in conditions["versions"].items())
    spent = ", ".join(f"{name} {seconds:.0f}" for name, seconds in found.seconds.items())
    lines = [
        "# Measured by `make bench`",
        "",
        (
            f"{conditions['cpus']} CPUs ({conditions['cpu']}), {conditions['memory_gib']} GiB, {conditions['system']}, "
            f"Python {conditions['python']}; {versions}."
        ),
        (
            f"Other processes used {conditions['foreign_cores']:.1f} cores on average while it ran "
            f"({conditions['seconds']:.0f} s: {spent}); the load average before it was "
            f"{conditions['load_before']:.1f}. {conditions['slices']}"
        ),
        "",
        (
            "Numbers are medians with (least–largest). Read the ratios: absolute times belong to this machine and this "
            f"hour. A ratio of times is told only for turns during which others used less than {QUIET:g} cores, and "
            "only if there were three such pairs; `results.json` holds the unfiltered ones too."
        ),
        *_first(found.aims()),
    ]
    for section in found.sections:
        lines += _shown(section)
    for name, law in found.laws.items():
        lines += [*_shown(law.section()), "", f"![{law.title}]({PLOTS}/{name}.svg)"]
    return "\n".join(lines) + "\n"


def _first(aims: list[Aim]) -> list[str]:
    if not aims:
        return []
    rows = [[aim.what, aim.aim, aim.measured, _marked(aim)] for aim in aims]
    return ["", "## What is hoped and what was measured", "", *_table(["what", "aim", "measured", ""], rows)]


def _marked(aim: Aim) -> str:
    return f"**{aim.verdict}**"


def _shown(section: Section) -> list[str]:
    sentences = [f"- {sentence}" for sentence in section.conditions]
    return ["", f"## {section.title}", "", *sentences, "", *_table(section.columns, section.rows)]


def _table(columns: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows)]


def write(folder: Path, conditions: dict[str, Any], found: Found) -> None:
    """`results.json`, `RESULTS.md` and a picture for each law."""
    data = {
        "conditions": {**conditions, "seconds_by_measurement": found.seconds},
        "aims": [
            {"what": aim.what, "aim": aim.aim, "measured": aim.measured, "verdict": aim.verdict} for aim in found.aims()
        ],
        "sections": {section.title: section.data for section in found.tables() if section.data},
    }
    text = json.dumps(data, ensure_ascii=False, indent=1, default=_refuse)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "RESULTS.md").write_text(markdown(conditions, found), encoding="utf-8")
    (folder / PLOTS).mkdir(exist_ok=True)
    for name, law in found.laws.items():
        draw(law, folder / PLOTS / f"{name}.svg")


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is no number or text: {value!r}")
