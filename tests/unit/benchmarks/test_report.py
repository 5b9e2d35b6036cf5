"""The report: aims first, every table, a picture for every law, and numbers that a program can read."""

import json
from pathlib import Path

import pytest

from benchmarks.law import Law
from benchmarks.report import Found, markdown, write
from benchmarks.sections import Aim, Section, Verdict

CONDITIONS = {
    "cpus": 2,
    "cpu": "a CPU",
    "memory_gib": 8.0,
    "system": "Linux",
    "python": "3.11",
    "versions": {"numpy": "2"},
    "foreign_cores": 0.05,
    "seconds": 300.0,
    "load_before": 0.1,
    "slices": "Short slices.",
}


def _found() -> Found:
    spreads = [{"median": number, "least": number, "largest": number} for number in (4.0, 3.0, 2.0, 1.0)]
    law = Law(
        title="Against rows",
        x="rows",
        y="answers/s",
        sizes=[1, 10, 100, 1000],
        series={"SQLite": spreads},
        aim="≥ .9",
        measured=".25",
        verdict=Verdict.MISSED,
    )
    section = Section(
        "Speed", ["Quiet."], ["what", "ms"], [["a", "1"]], {"ms": 1}, [Aim("a", "≤ 2", "1", Verdict.HELD)]
    )
    return Found([section], {"rows": law}, {"speed": 10.0, "rows": 20.0})


def test_aims_stand_first_with_their_verdicts() -> None:
    """The first table has a line for every aim, of sections and of laws; the law's picture stands below its table."""
    text = markdown(CONDITIONS, _found())

    assert text.index("| a | ≤ 2 | 1 | **held** |") < text.index("## Speed")
    assert "| Against rows | ≥ .9 | .25 | **missed** |" in text
    assert text.index("| 1,000 | 1.0 (1.0–1.0) |") < text.index("![Against rows](plots/rows.svg)")
    assert "speed 10, rows 20" in text


def test_every_picture_that_is_named_is_there(tmp_path: Path) -> None:
    """What is written: the tables, the numbers, and the pictures that the tables show."""
    pytest.importorskip("matplotlib")
    write(tmp_path, CONDITIONS, _found())

    told = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [aim["verdict"] for aim in told["aims"]] == ["held", "missed"]
    assert told["sections"]["Against rows"]["series"]["SQLite"][3]["median"] == 1
    assert (tmp_path / "plots/rows.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    assert "plots/rows.svg" in (tmp_path / "RESULTS.md").read_text(encoding="utf-8")


def test_a_number_that_json_does_not_know_is_an_error(tmp_path: Path) -> None:
    """A path among the numbers is refused by name instead of being written as something else."""
    found = _found()
    found.sections.append(Section("Odd", [], ["a"], [], {"where": tmp_path}))

    with pytest.raises(TypeError, match="no number or text"):
        write(tmp_path, CONDITIONS, found)
