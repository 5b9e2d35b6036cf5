"""Data that are not fit for training are refused with file, line and reason; copies are found."""

import json

import pytest

from tests.unit.training.conftest import write_rows
from training.clusters import join_clusters
from training.dataset import Row, read_folder, read_words
from training.errors import DataError


def _spoil(folder, name, line, change):
    rows = [json.loads(x) for x in (folder / name).read_text().splitlines()]
    change(rows[line - 1])
    write_rows(folder / name, rows)


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("toxic.jsonl", lambda r: r.pop("text"), "field 'text' is missing or no string"),
        ("toxic.jsonl", lambda r: r.pop("toxic"), "field 'toxic' is missing"),
        ("toxic.jsonl", lambda r: r.update(toxic=7), "unknown label toxic = 7"),
        ("toxic.jsonl", lambda r: r.pop("source"), "field 'source' is missing"),
        ("spam.jsonl", lambda r: r.update(spam="да"), "unknown label spam = 'да'"),
        ("municipal.jsonl", lambda r: r.update(kind="poem"), "unknown kind 'poem'"),
    ],
)
def test_a_bad_row_is_refused(data, name, change, reason):
    """The error names the file, the line and what is wrong there."""
    _spoil(data, name, 5, change)
    with pytest.raises(DataError, match=rf"{name}:5: {reason}"):
        read_folder(data)


def test_a_line_that_is_no_json_is_refused(data):
    """A broken line is named."""
    path = data / "spam.jsonl"
    path.write_text("{\n" + path.read_text())
    with pytest.raises(DataError, match=r"spam.jsonl:1: not JSON"):
        read_folder(data)


def test_one_class_is_refused(data):
    """A file with one class only teaches nothing."""
    rows = [json.loads(x) for x in (data / "toxic.jsonl").read_text().splitlines()]
    write_rows(data / "toxic.jsonl", [r | {"toxic": 0} for r in rows])
    with pytest.raises(DataError, match="one class only: every row has toxic = 0"):
        read_folder(data)


def test_few_rows_are_refused(data):
    """Twenty rows are no data set, and neither are forty-nine."""
    write_rows(data / "spam.jsonl", [{"text": "а", "spam": i % 2, "source": "x"} for i in range(49)])
    with pytest.raises(DataError, match="49 rows, expected at least 50"):
        read_folder(data)


def test_a_missing_file_is_named(data):
    """A missing file is an error, not an empty data set."""
    (data / "municipal.jsonl").unlink()
    with pytest.raises(DataError, match=r"municipal.jsonl: cannot be read"):
        read_folder(data)


def test_labels_of_people(data, tmp_path):
    """People's labels are read; an unknown one is refused with its line."""
    labels = tmp_path / "labels.jsonl"
    rows = [{"text": f"ты баран номер {i} из дома {i * 7}", "labels": ["insult"], "appeal": False} for i in range(25)]
    write_rows(labels, rows)
    found = [r for r in read_folder(data, labels) if r.source.startswith("labels/")]
    assert found
    assert {(r.types, r.toxic, r.spam, r.appeal) for r in found} == {(("insult",), True, False, False)}
    write_rows(labels, [*rows, {"text": "x", "labels": ["rude"]}])
    with pytest.raises(DataError, match=r"labels.jsonl:26: unknown label 'rude'"):
        read_folder(data, labels)


def test_copies_share_a_cluster():
    """Copies of a template are one cluster, other texts are not."""
    template = "Ищу людей для удалённой работы, доход от {} долларов в день, опыт не нужен, пишите мне в личные сообщения прямо сейчас"
    texts = [
        template.format(300),
        template.format(500) + " быстрее",
        "Совсем другой комментарий про дорогу и мост у школы нашего района",
        "да",
        "ДА!",
        "нет",
    ]
    rows = [Row(t, "s", "comment") for t in texts]
    for row in rows:
        read_words(row)
    join_clusters(rows)
    clusters = [r.cluster for r in rows]
    assert clusters[0] == clusters[1]
    assert clusters[3] == clusters[4]
    assert len(set(clusters)) == 4


def test_emoji_that_give_the_label_away_are_not_read():
    """Of the collections whose clean comments lost their emoji, no row keeps them; elsewhere they are words."""
    told, untold = (Row("ну ты и 🤡", source, "comment") for source in ("russe_detox/train", "ok_toxic_only_a"))
    for row in (told, untold):
        read_words(row)
    assert told.words == ("ну", "ты", "и", "<clown>")
    assert untold.words == ("ну", "ты", "и")
