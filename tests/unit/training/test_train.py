"""Training from a folder to an artefact, on a small made-up folder; and the commands that start it."""

import json
import subprocess
import sys

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from model.artefact import load
from model.scorer import Scorer
from tests.unit.training.conftest import make_folder
from training import cli
from training.dataset import read_folder
from training.tasks import training_numbers
from training.train import promise_rows, train
from training.vectorise import learn_names, matrix


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("folder") / "data")


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained")
    return train(folder, out, created="2026-01-01"), out


def test_a_trained_model_is_loaded_and_judges(trained):
    """What training writes loads, and tells clean from abusive, complaint from chatter, spam from talk."""
    artefact, out = trained
    loaded = load(out)
    assert loaded.manifest == artefact.manifest
    scorer = Scorer(loaded)
    rude, clean = scorer.score("дурак урод мразь идиот"), scorer.score("парк театр погода снег")
    assert rude.insult > 0.5 > clean.insult
    assert scorer.score("казино бонус ставка крипта").spam > clean.spam
    assert scorer.score("когда отремонтируют яма мусор примите меры").appeal > clean.appeal


def test_the_same_data_give_the_same_bytes(folder, trained, tmp_path):
    """Training twice writes the same files."""
    _, out = trained
    train(folder, tmp_path, created="2026-01-01", jobs=2)
    names = sorted(p.name for p in out.iterdir())
    assert names == sorted(p.name for p in tmp_path.iterdir())
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_promise_is_refused_or_proved(trained):
    """Some hundreds of comments cannot prove 1/1000, and the manifest says how many labels are missing."""
    manifest = trained[0].manifest
    assert "1/1000" in manifest.refused
    assert "не хватает меток" in manifest.refused["1/1000"]
    card = (trained[1] / "CARD.md").read_text(encoding="utf-8")
    assert manifest.version in card
    assert "CC BY-NC-SA 4.0" in card
    assert all(digest in card for digest in manifest.data.values())


def test_held_out_sources_are_not_trained_on(folder):
    """No text of a held-out source, and no copy of one, is among the training rows."""
    rows = read_folder(folder)
    held = {row.cluster for row in promise_rows(rows, "sloyka/")}
    assert held
    assert not held & {rows[n].cluster for n in training_numbers(rows, "sloyka/")}
    assert len(held) == len(promise_rows(rows, "sloyka/"))


def test_the_matrix_is_what_the_scorer_adds_up(folder, trained):
    """Features times weights equal the scorer's logits, but for the rounding of stored weights."""
    artefact, _ = trained
    rows = read_folder(folder)[::7]
    numbers = [n for n, _ in enumerate(rows)]
    names = learn_names(rows)
    assert matrix(rows, names).shape[0] == len(numbers)
    scorer = Scorer(artefact)
    logits = np.array([scorer.logits(row.text) for row in rows])
    assert np.isfinite(logits).all()
    assert np.ptp(logits[:, 0]) > 1.0


def _app():
    app = typer.Typer()
    cli.register(app)
    return app


def test_bad_data_are_refused_by_the_command(folder, tmp_path):
    """The command ends with code 2 and prints file, line and reason."""
    bad = make_folder(tmp_path / "bad")
    (bad / "toxic.jsonl").write_text('{"text": "а", "toxic": 3, "source": "x"}\n')
    result = CliRunner().invoke(_app(), ["train", "--data", str(bad), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "toxic.jsonl:1: unknown label toxic = 3" in result.stderr
    assert not (tmp_path / "out").exists()


def test_evaluate_prints_measures(folder, trained):
    """The command prints JSON and says which files the model has seen."""
    result = CliRunner().invoke(_app(), ["evaluate", str(trained[1]), "--data", str(folder), "--json"])
    assert result.exit_code == 0, result.stderr
    metrics = json.loads(result.stdout)
    assert metrics["files"]["toxic.jsonl"]["seen_in_training"]
    assert metrics["toxicity"]["ok"]["auc"] > 0.9
    missing = CliRunner().invoke(_app(), ["evaluate", str(folder), "--data", str(folder)])
    assert missing.exit_code == 2
    assert "manifest.json" in missing.stderr


def test_scoring_needs_no_scikit_learn():
    """Loading and scoring import neither scikit-learn nor scipy nor the training code."""
    code = (
        "import sys; from model.artefact import load, DEFAULT_ARTEFACT; from model.scorer import Scorer;"
        "Scorer(load(DEFAULT_ARTEFACT)).explain('дурак', categories=['insult']);"
        "print([m for m in ('sklearn', 'scipy', 'training', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
