"""A scaling law: refused when a size is missing, shown as a table and a plot."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.law import Law
from benchmarks.plots import draw
from benchmarks.sections import Verdict

SIZES = [10_000.0, 50_000.0, 200_000.0, 1_000_000.0]


def _spreads(*medians: float) -> list[dict[str, float]]:
    return [{"median": one, "least": one - 1, "largest": one + 2} for one in medians]


def _law(**changes) -> Law:
    told = {
        "title": "Callbacks against rows",
        "x": "rows stored",
        "y": "answers/s",
        "sizes": SIZES,
        "series": {"SQLite": _spreads(4000, 3990, 3950, 3900), "bare": _spreads(9000, 9000, 9000, 9000)},
        "aim": "no worse than .9",
        "measured": ".98",
        "verdict": Verdict.HELD,
    }
    return Law(**{**told, **changes})


def test_a_law_is_a_table_with_a_line_a_size() -> None:
    """Every size has a line, every series a column with median and spread; aim and verdict stand in words."""
    section = _law(sentences=["One page."]).section()

    assert [row[0] for row in section.rows] == ["10,000", "50,000", "200,000", "1,000,000"]
    assert section.columns == ["rows stored", "SQLite, answers/s", "bare, answers/s"]
    assert section.rows[0][1] == "4,000.0 (3,999.0–4,002.0)"
    assert section.conditions == ["One page.", "Aim: no worse than .9. Measured: .98. **held**."]
    [aim] = section.aims
    assert (aim.what, aim.aim, aim.measured, aim.verdict) == (
        "Callbacks against rows",
        "no worse than .9",
        ".98",
        Verdict.HELD,
    )
    assert section.data["series"]["bare"][3]["median"] == 9000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": SIZES[:3], "series": {"SQLite": _spreads(1, 2, 3)}}, "3 sizes"),
        ({"series": {"SQLite": _spreads(1, 2, 3)}}, "3 spreads of 'SQLite' for 4 sizes"),
    ],
)
def test_a_law_with_a_gap_is_refused(changes, message) -> None:
    """Fewer than four sizes, or a series that misses one, is an error that names it."""
    with pytest.raises(ValueError, match=message):
        _law(**changes)


@pytest.mark.parametrize("scales", [{}, {"log_x": False}, {"log_y": True}])
def test_a_plot_is_the_same_file_each_time(tmp_path: Path, scales) -> None:
    """The picture is well-formed SVG, names axes and series as text, and does not change from run to run."""
    pytest.importorskip("matplotlib")
    law = _law(**scales)
    draw(law, tmp_path / "one.svg")
    draw(law, tmp_path / "two.svg")

    root = ET.parse(tmp_path / "one.svg").getroot()  # noqa: S314 - a file of our own
    words = {text.strip() for text in root.itertext()}
    assert {"Callbacks against rows", "rows stored", "answers/s", "SQLite", "bare"} <= words
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize(
    ("held", "quiet", "verdict"),
    [
        (True, True, Verdict.HELD),
        (False, True, Verdict.MISSED),
        (True, False, Verdict.BUSY),
        (False, False, Verdict.BUSY),
    ],
)
def test_a_busy_machine_gets_no_verdict(held, quiet, verdict) -> None:
    """Whichever way a comparison of times went, it counts only on a machine that was ours."""
    assert Verdict.of(held=held, quiet=quiet) is verdict
