"""`dvornik train` and `dvornik evaluate`: what they refuse, and what they print."""

import json

import pytest
import typer
from typer.testing import CliRunner

from tests.unit.training.conftest import make_folder, write_rows
from training import cli


def _run(*arguments):
    app = typer.Typer()
    cli.register(app)
    return CliRunner().invoke(app, [str(x) for x in arguments])


def _rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _change(name, line, change):
    def spoil(folder):
        rows = _rows(folder / name)
        rows[line - 1] = change(rows[line - 1])
        write_rows(folder / name, rows)

    return spoil


def _keep(name, count):
    return lambda folder: write_rows(folder / name, _rows(folder / name)[:count])


def _rewrite(name, text):
    return lambda folder: (folder / name).write_bytes(text)


def _one_class(folder):
    write_rows(folder / "spam.jsonl", [row | {"spam": 1} for row in _rows(folder / "spam.jsonl")])


def _copies(folder):
    rows = [row for row in _rows(folder / "spam.jsonl") if not row["spam"]]
    offer = "Срочно нужны люди, доход от {} долларов в день без опыта, пишите мне в личные сообщения"
    write_rows(
        folder / "spam.jsonl", rows + [{"text": offer.format(n), "spam": 1, "source": "tg-spam"} for n in range(60)]
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_change("toxic.jsonl", 7, lambda r: {"text": r["text"], "source": "x"}), "toxic.jsonl:7: field 'toxic' is missing"),
        (_change("toxic.jsonl", 1, lambda r: r | {"toxic": 3}), "toxic.jsonl:1: unknown label toxic = 3, expected 0 or 1"),
        (_change("municipal.jsonl", 2, lambda r: r | {"kind": "x"}), "municipal.jsonl:2: unknown kind 'x'"),
        (_change("spam.jsonl", 9, lambda r: {"spam": 1, "source": "x"}), "spam.jsonl:9: field 'text' is missing"),
        (_one_class, "spam.jsonl: one class only: every row has spam = 1"),
        (_copies, "spam.jsonl: spam = 1: 1 different texts, expected at least 20"),
        (_keep("toxic.jsonl", 20), "toxic.jsonl: 20 rows, expected at least 50"),
        (_rewrite("spam.jsonl", b"text;spam\n1;2\n"), "spam.jsonl:1: not JSON"),
        (_rewrite("spam.jsonl", b'{"text": "\xef\xf0\xe8\xe2\xe5\xf2"}\n'), "spam.jsonl:1: not UTF-8"),
        (_rewrite("toxic.jsonl", b"[" * 100_000 + b"\n"), "toxic.jsonl:1: not JSON"),
        (lambda folder: (folder / "municipal.jsonl").unlink(), "municipal.jsonl: cannot be read (No such file"),
        (_rewrite("clean_words_with_obscene_substrings.tsv", b"word\n"), "obscene_substrings.tsv:1: expected the columns"),
    ],
)  # fmt: skip
def test_bad_data_are_refused(tmp_path, spoil, said):
    """The command ends with code 2, names file, line and reason, and writes nothing."""
    spoil(make_folder(tmp_path / "bad"))
    result = _run("train", "--data", tmp_path / "bad", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert said in result.stderr.replace("\n", "")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()


def test_bad_labels_are_refused(folder, tmp_path):
    """A label of people that nobody knows is refused with its line, a missing file with its name."""
    labels = tmp_path / "labels.jsonl"
    write_rows(labels, [{"text": "ты баран", "labels": ["insult"]}, {"text": "x", "labels": ["rude"]}])
    result = _run("train", "--data", folder, "--labels", labels, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "labels.jsonl:2: unknown label 'rude', expected some of spam, insult, obscenity, threat" in result.stderr
    result = _run("train", "--data", folder, "--labels", tmp_path / "nothing", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "nothing: cannot be read" in result.stderr


def test_sources_to_prove_promises_on_must_be_there(folder, tmp_path):
    """Without comments of the held-out sources nothing could be promised."""
    result = _run("train", "--data", folder, "--out", tmp_path / "out", "--held-out", "nowhere/")
    assert result.exit_code == 2
    assert "no comments of sources nowhere/*" in result.stderr


def test_evaluate_prints_a_table_for_people(folder, trained, tmp_path):
    """Every row of the table is there in Russian, measures of training texts are marked, the page is written."""
    page = tmp_path / "page.html"
    result = _run("evaluate", trained[1], "--data", folder, "--report", page)
    assert result.exit_code == 0, result.stderr
    for said in (
        "ok.ru: AUC", "2ch, Пикабу: лучшая средняя F1", "маскировка, звёздочки", "маскировки, в среднем", "спам: полнота",
        "удалено при 1/300: обращения граждан", "примеры threats: нарушение названо", "в секунду", "память процесса",
        "toxic.jsonl (был в обучении)", "* Модель обучена на этих текстах",
    ):  # fmt: skip
        assert said in result.stdout, said
    assert trained[0].manifest.version in page.read_text(encoding="utf-8")


def test_evaluate_prints_json_for_programs(folder, trained, tmp_path):
    """The same as JSON; a folder with a single file gives what can be measured on it, and nothing is marked as seen."""
    write_rows(
        tmp_path / "toxic.jsonl", [row | {"text": row["text"] + " вот"} for row in _rows(folder / "toxic.jsonl")]
    )
    write_rows(
        tmp_path / "types.jsonl",
        [{"text": "убью тебя дурак", "labels": ["threat", "insult"]}, {"text": "парк и мост", "labels": []}],
    )
    result = _run("evaluate", trained[1], "--data", tmp_path, "--json")
    assert result.exit_code == 0, result.stderr
    metrics = json.loads(result.stdout)
    assert {name: file["seen_in_training"] for name, file in metrics["files"].items()} == {
        "toxic.jsonl": False,
        "types.jsonl": False,
    }
    assert metrics["toxicity"]["ok"]["auc"] > 0.9
    assert metrics["types"]["threat"]["n"] == 2
    assert metrics["spam"] == {}
    assert metrics["cost"]["megabytes"] < 12
    assert metrics["cost"]["load_seconds"] > 0


@pytest.mark.parametrize("missing", ["model", "data"])
def test_evaluate_refuses_what_is_not_there(folder, trained, tmp_path, missing):
    """A folder without a model and a folder without texts are named, with code 2."""
    artefact, data = (folder, folder) if missing == "model" else (trained[1], tmp_path)
    result = _run("evaluate", artefact, "--data", data)
    assert result.exit_code == 2
    assert ("manifest.json" if missing == "model" else "nothing to measure on") in result.stderr


def test_evaluate_refuses_a_broken_row(trained, tmp_path):
    """A row that cannot be read stops the measuring with file and line."""
    (tmp_path / "spam.jsonl").write_text('{"text": "а", "spam": 1, "source": "x"}\n{"text": "б", "source": "x"}\n')
    result = _run("evaluate", trained[1], "--data", tmp_path)
    assert result.exit_code == 2
    assert "spam.jsonl:2: field 'spam' is missing" in result.stderr.replace("\n", "")
