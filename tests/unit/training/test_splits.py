"""Data that cannot be held out by source are held out by near-duplicate cluster, or refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.conftest import write_rows
from training.dataset import Row
from training.errors import DataError
from training.splits import is_by_cluster, splittable
from training.tasks import FOLDS, make_task, share_of
from training.train import train


def _rows(count, clusters):
    return [Row("т", "s", "comment", cluster=n % clusters) for n in range(count)]


def _task(rows, fold):
    return make_task("spam", [(n, n % 3 == 0, 1.0, fold(row)) for n, row in enumerate(rows)])


def test_a_split_that_works_is_kept():
    """Folds that leave both answers to learn from are left alone."""
    rows = _rows(90, 90)
    task = _task(rows, lambda row: row.cluster // 45)
    assert splittable(task, rows, Path("x")) is task
    assert not is_by_cluster(task, rows)


def test_one_source_is_split_by_cluster():
    """A single fold leaves nothing to learn from, so near-duplicate clusters are held out instead."""
    rows = _rows(90, 90)
    again = splittable(_task(rows, lambda row: 0), rows, Path("x"))
    assert is_by_cluster(again, rows)
    assert again.folds.tolist() == [share_of(row, FOLDS) for row in rows]
    assert len(np.unique(again.folds)) == FOLDS


def test_copies_of_one_text_cannot_be_split():
    """When all texts of an answer are copies, the question is refused by name."""
    rows = _rows(90, 3)
    with pytest.raises(DataError, match=r"data: question 'spam': 30 texts answer yes, 60 no, too few"):
        splittable(_task(rows, lambda row: 0), rows, Path("data"))


def test_folders_of_one_source_are_trained_on(data, tmp_path):
    """One source of spam and no letters of citizens: training goes through, and the card tells how it held out."""
    for name, change in (
        ("spam.jsonl", lambda row: row | {"source": "mine"}),
        ("municipal.jsonl", lambda row: row if row["kind"] != "appeal" else row | {"kind": "comment"}),
    ):
        rows = [json.loads(line) for line in (data / name).read_text(encoding="utf-8").splitlines()]
        write_rows(data / name, [change(row) for row in rows])
    artefact = train(data, tmp_path / "out", created="2026-01-01")
    assert "spam" in artefact.manifest.metrics["split_by_cluster"]
    assert "Группами копий отложены: " in (tmp_path / "out" / "CARD.md").read_text(encoding="utf-8")
