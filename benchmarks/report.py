"""Writes what was measured: numbers as JSON, tables as Markdown."""

import json
from pathlib import Path
from typing import Any

from benchmarks.machine import QUIET
from benchmarks.sections import Section


def markdown(conditions: dict[str, Any], sections: list[Section]) -> str:
    """The whole report."""
    versions = ", ".join(f"{name} {number}" for name, number in conditions["versions"].items())
    lines = [
        "# Measured by `make bench`",
        "",
        (
            f"{conditions['cpus']} CPUs ({conditions['cpu']}), {conditions['memory_gib']} GiB, {conditions['system']}, "
            f"Python {conditions['python']}; {versions}."
        ),
        (
            f"Other processes used {conditions['foreign_cores']:.1f} cores on average while it ran "
            f"({conditions['seconds']:.0f} s); the load average was {conditions['load_before']:.1f} before it."
        ),
        "",
        (
            "Numbers are medians with (least–largest). Read the ratios: absolute times belong to this machine and this "
            f"hour. A ratio of times is told only for turns during which others used less than {QUIET:g} cores, and "
            "only if there were three such pairs; `results.json` holds the unfiltered ones too."
        ),
    ]
    for section in sections:
        lines += ["", f"## {section.title}", ""]
        lines += [f"- {sentence}" for sentence in section.conditions]
        lines += ["", *_table(section)]
    return "\n".join(lines) + "\n"


def _table(section: Section) -> list[str]:
    rows = [section.columns, ["---"] * len(section.columns), *section.rows]
    return [f"| {' | '.join(row)} |" for row in rows]


def write(folder: Path, conditions: dict[str, Any], sections: list[Section]) -> None:
    """`results.json` and `RESULTS.md`."""
    data = {"conditions": conditions, "sections": {section.title: section.data for section in sections}}
    text = json.dumps(data, ensure_ascii=False, indent=1, default=_refuse)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "RESULTS.md").write_text(markdown(conditions, sections), encoding="utf-8")


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is no number or text: {value!r}")
