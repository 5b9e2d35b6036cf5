"""Lists for readers and the merging of their verdicts."""

import json

import pytest
from typer.testing import CliRunner

from training import thresholds
from training.dataset import Row
from training.readings import add, app, merge, unread

ROWS = [Row(f"comment {n}", "sloyka/x", "comment") for n in range(100)]
NUMBERS = [float(-n) for n in range(100)]


def test_the_highest_unread_are_listed_among_lower_ones():
    """What was read is left out; the top is there, half as many from below, in an order that tells nothing."""
    read = {ROWS[0].digest: "clean", ROWS[3].digest: "insult"}
    listed = unread(ROWS, NUMBERS, read, 10)
    places = [ROWS.index(row) for row in listed]
    assert {1, 2, 4, 5, 6, 7, 8, 9, 10, 11} <= set(places)
    assert not {0, 3} & set(places)
    assert len(places) == 15 == len(set(places))
    assert places != sorted(places)
    assert places == [ROWS.index(row) for row in unread(ROWS, NUMBERS, read, 10)]


def test_a_short_sample_is_listed_whole():
    """With fewer unread comments than asked for, each stands there once."""
    assert len(unread(ROWS[:5], NUMBERS[:5], {}, 10)) == 5


def test_only_what_two_readers_agree_on_counts(tmp_path):
    """Agreement and kappa are printed, differing texts are left for a third reader, known verdicts stay."""
    first = {"a": "clean", "b": "insult", "c": "clean", "d": "threat"}
    second = {"a": "clean", "b": "insult", "c": "insult", "e": "clean"}
    found = merge(first, second)
    assert (found.agreed, found.differ) == ({"a": "clean", "b": "insult"}, ["c"])
    assert found.kappa == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    files = []
    for name, verdicts in (("one", first), ("two", second)):
        files.append(tmp_path / name)
        lines = [json.dumps({"digest": d, "verdict": v, "text": "…"}) for d, v in verdicts.items()]
        files[-1].write_text("\n".join(lines), encoding="utf-8")
    into = tmp_path / "readings.jsonl"
    add(into, {"b": "insult", "z": "clean"})
    printed = CliRunner().invoke(app, ["merge", *map(str, files), "--into", str(into)]).output
    assert thresholds.readings(into) == {"a": "clean", "b": "insult", "z": "clean"}
    assert "согласны: 2, расходятся: 1, каппа 0.40" in printed
    assert "нужен третий читатель: c" in printed


def test_a_list_that_was_not_filled_in_is_refused(tmp_path):
    """An empty verdict is an error that names the line."""
    path = tmp_path / "list"
    path.write_text('{"digest": "a", "verdict": "", "text": "x"}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["merge", str(path), str(path)])
    assert "list:1: unknown verdict ''" in str(result.exception)
