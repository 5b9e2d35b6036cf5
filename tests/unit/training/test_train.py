"""Training from a folder to an artefact, on a small made-up folder."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np

from model.artefact import load
from model.scorer import Scorer
from tests.unit.training.conftest import write_rows
from training.dataset import read_folder
from training.samples import held_out, read_samples
from training.tasks import training_numbers
from training.train import STEPS, _questions, promise_rows, train
from training.vectorise import learn_names, matrix


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
    """Another process with other hashes and two cores writes the same bytes of every file, card and report among them."""
    _, out = trained
    command = "import typer; from training.cli import register; app = typer.Typer(); register(app); app()"
    options = ["--data", str(folder), "--out", str(tmp_path), "--created", "2026-01-01", "--jobs", "2"]
    done = subprocess.run(
        [sys.executable, "-c", command, "train", *options],
        env=os.environ | {"PYTHONHASHSEED": "77", "MPLBACKEND": "svg", "TZ": "Asia/Vladivostok"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = sorted(p.name for p in out.iterdir())
    assert names == sorted(p.name for p in tmp_path.iterdir())
    assert {"CARD.md", "report.html", "manifest.json"} <= set(names)
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_every_step_is_told(trained, steps):
    """The progress bar is told of every step, and their number is known beforehand."""
    assert trained
    assert len(steps) == STEPS
    assert len(set(steps)) == STEPS


def test_labels_of_people_change_the_model(folder, trained, tmp_path):
    """With --labels the model differs, the manifest names the file, and what people called an insult becomes one."""
    labels = tmp_path / "labels.jsonl"
    words = ("вжикало", "вжикала", "вжикалы")
    rows = [{"text": f"парк {words[n % 3]} мост {n}", "labels": ["insult"], "appeal": False} for n in range(60)]
    write_rows(labels, rows)
    taught = train(folder, tmp_path / "out", created="2026-01-01", labels=labels)
    before, after = Scorer(trained[0]), Scorer(taught)
    assert taught.manifest.version != trained[0].manifest.version
    assert "labels.jsonl" in taught.manifest.data
    assert after.score("мост, вжикало!").insult > before.score("мост, вжикало!").insult + 0.2


def test_the_packed_model_judges_as_the_fitted(trained):
    """The manifest says that no verdict differs and no probability by more than a thousandth, on every text."""
    found = trained[0].manifest.metrics["agreement"]
    assert found["rows"] > 1000
    assert found["largest_difference"] <= 1e-3
    assert not any(found["verdicts_that_differ"].values())


def test_the_promise_is_refused_or_proved(trained):
    """Some hundreds of comments cannot prove 1/1000, and the manifest says how many labels are missing."""
    manifest = trained[0].manifest
    assert "1/1000" in manifest.refused
    assert "не хватает меток" in manifest.refused["1/1000"]
    card = (trained[1] / "CARD.md").read_text(encoding="utf-8")
    assert manifest.version in card
    assert "CC BY-NC-SA 4.0" in card
    assert all(digest in card for name, digest in manifest.data.items() if not name.startswith("samples/"))


def test_sources_that_prove_promises_teach_nothing_that_removes(folder):
    """Of several sources the first teaches nothing, the others only what an appeal is."""
    rows = read_folder(folder)
    prefix = "sloyka/,SOIKA/"
    names = learn_names(rows)
    taught = {task.name: {rows[n].source for n in task.rows} for task in _questions(rows, names, prefix)}
    assert not {s for sources in taught.values() for s in sources if s.startswith("sloyka/")}
    assert any(s.startswith("SOIKA/") for s in taught["appeal"])
    assert not {s for name in taught if name != "appeal" for s in taught[name] if s.startswith("SOIKA/")}
    assert any(row.source.startswith("SOIKA/") for row in promise_rows(rows, prefix))


def test_held_out_sources_are_not_trained_on(folder):
    """No text of a held-out source, and no copy of one, is among the training rows."""
    rows = read_folder(folder)
    held = {row.cluster for row in promise_rows(rows, "sloyka/")}
    assert held
    assert not held & {rows[n].cluster for n in training_numbers(rows, "sloyka/")}
    assert len(held) == len(promise_rows(rows, "sloyka/"))


def test_measured_samples_are_not_trained_on(folder):
    """No sample of the measured third, and no copy of one, is among the training rows."""
    measured = {" ".join(s.text.lower().split()) for s in read_samples() if held_out(s.id)}
    rows = read_folder(folder)
    assert measured
    assert not measured & {" ".join(row.text.lower().split()) for row in rows}
    assert sum(row.source.startswith("samples/") for row in rows) > len(measured)


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


def test_scoring_needs_no_scikit_learn():
    """Loading and scoring import neither scikit-learn nor scipy nor the training code."""
    code = (
        "import sys; from model.artefact import load, DEFAULT_ARTEFACT; from model.scorer import Scorer;"
        "Scorer(load(DEFAULT_ARTEFACT)).explain('дурак', categories=['insult']);"
        "print([m for m in ('sklearn', 'scipy', 'training', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_clean_text_with_a_toxic_copy_spoils_no_threshold(folder, tmp_path):
    """Copies that people labelled differently leave every threshold a number."""
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    first = json.loads((data / "toxic.jsonl").read_text(encoding="utf-8").splitlines()[0])
    rows = [
        {**first, "text": "дом кот парк снег дождь ветер", "toxic": t, "source": s}
        for s in ("ok_a", "ok_b")
        for t in (0, 1)
    ]
    with (data / "toxic.jsonl").open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    manifest = train(data, tmp_path / "out", created="2026-01-01").manifest
    assert all(np.isfinite(zero) for zero in manifest.calibration["zero"].values())
    assert all(np.isfinite(t) for p in manifest.promises.values() for t in p.thresholds.values())
