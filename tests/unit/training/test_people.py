"""People's labels: what is refused with its line, what teaches, and what is only measured."""

import pytest

from app.pipeline.labels.export import Lesson, line
from tests.unit.training.conftest import write_rows
from training.dataset import LABELS, MOST_COPIES, read_folder
from training.errors import DataError
from training.people import Label, measured_by, read_labels
from training.samples import held_out
from training.tasks import weight_of
from training.train import HELD_OUT, promise_rows, train

GOOD = {"text": "ты баран", "labels": ["insult"], "verdict": "remove", "source": "case", "id": "a1"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD | {"labels": ["rude"]}, "unknown label 'rude', expected some of spam, insult"),
        (GOOD | {"labels": "insult"}, "field 'labels' is missing or no list"),
        (GOOD | {"text": "  "}, "text is empty, expected a comment"),
        (GOOD | {"text": None}, "field 'text' is missing or no string"),
        (GOOD | {"appeal": "да"}, "appeal = 'да', expected true, false or nothing"),
        (GOOD | {"verdict": "review"}, "verdict = 'review', expected keep or remove"),
        (GOOD | {"verdict": "keep"}, r"verdict = 'keep' with labels \['insult'\], expected no labels"),
        (GOOD | {"labels": []}, r"verdict = 'remove' with labels \[\], expected at least one label"),
        (GOOD | {"weight": 0.5}, "weight = 0.5, expected a number from 1 or nothing"),
        (GOOD | {"weight": float("inf")}, "weight = inf, expected a number from 1"),
        (GOOD | {"weight": True}, "weight = True, expected a number from 1"),
        (GOOD | {"weight": "50"}, "weight = '50', expected a number from 1"),
        (GOOD | {"source": ""}, "source is empty"),
        (GOOD | {"source": 5}, "source = 5, expected a string"),
        (GOOD | {"id": 5}, "id = 5, expected a string"),
        (GOOD | {"source": "audit", "id": ""}, "id is missing, expected one"),
        (GOOD | {"id": "first"}, "id repeats the one in line 1, expected one of its own"),
    ],
)
def test_a_bad_line_is_refused(tmp_path, row, said):
    """File, line, what was found and what was expected."""
    write_rows(tmp_path / "labels.jsonl", [GOOD | {"id": "first", "text": "другой текст"}, row])
    with pytest.raises(DataError, match=rf"labels\.jsonl:2: {said}"):
        read_labels(tmp_path / "labels.jsonl")


def test_a_file_without_a_row_is_refused(tmp_path):
    """Nothing to learn is no set of labels."""
    (tmp_path / "labels.jsonl").write_text("\n\n")
    with pytest.raises(DataError, match="0 rows, expected at least 1"):
        read_labels(tmp_path / "labels.jsonl")


def test_each_text_counts_once(tmp_path):
    """Repetitions are one, what people left differently is none; both are counted."""
    rows = [
        GOOD,
        GOOD | {"id": "a2", "text": "Ты  БАРАН"},
        GOOD | {"id": "b1", "text": "спорный"},
        {"id": "b2", "text": "спорный", "labels": [], "verdict": "keep", "source": "reversal"},
        {"text": "чистый", "labels": []},
    ]
    write_rows(tmp_path / "labels.jsonl", rows)
    people = read_labels(tmp_path / "labels.jsonl")

    assert [label.text for label in people.taught] == ["ты баран", "чистый"]
    assert people.counts() == {"taught": 2, "measured": 0, "repeated": 1, "disagreed": 1}


def _audit(number, *, labels=()):
    verdict = "remove" if labels else "keep"
    return {
        "id": f"audit-{number}", "text": f"выборка {number} река лес сад {number * 7}", "labels": list(labels),
        "verdict": verdict, "source": "audit", "weight": 50.0 if labels else 1000.0,
    }  # fmt: skip


def test_a_third_of_the_random_sample_is_only_measured(folder, tmp_path):
    """Which third depends on the id alone; other labels all teach, and the copy from the sample stands for its text."""
    rows = [_audit(number) for number in range(300)]
    rows += [{**row, "id": f"case-{n}", "source": "case", "weight": 1.0} for n, row in enumerate(rows)]
    write_rows(tmp_path / "labels.jsonl", rows)
    people = read_labels(tmp_path / "labels.jsonl")

    assert {label.id for label in people.measured} == {f"audit-{n}" for n in range(300) if held_out(f"audit-{n}")}
    assert len(people.taught) + len(people.measured) == 300
    assert people.repeated == 300
    assert 70 < len(people.measured) < 130


def test_what_is_only_measured_is_not_trained_on(folder, tmp_path):
    """Neither a measured row nor a copy of it is among the rows, whatever file the copy stands in."""
    measured = [number for number in range(60) if held_out(f"audit-{number}")]
    rows = [_audit(number) | {"text": f"слово{number} редкое{number} совсем"} for number in range(60)]
    copy = {"text": f"Слово{measured[0]}, редкое{measured[0]} совсем!", "labels": [], "source": "case"}
    write_rows(tmp_path / "labels.jsonl", [*rows, copy])
    texts = {row.text for row in read_folder(folder, tmp_path / "labels.jsonl")}

    assert not texts & {rows[number]["text"] for number in measured}
    assert copy["text"] not in texts
    assert rows[next(n for n in range(60) if n not in measured)]["text"] in texts


def test_labels_prove_no_promise(folder, tmp_path):
    """Whatever they call their source, people's labels are no part of the sample that promises are shown on."""
    rows = [{"text": f"парк мост река сад дом утро {n}", "labels": [], "source": "sloyka/a"} for n in range(40)]
    write_rows(tmp_path / "sloyka.jsonl", rows)
    before = {row.text for row in promise_rows(read_folder(folder), HELD_OUT)}
    after = promise_rows(read_folder(folder, tmp_path / "sloyka.jsonl"), HELD_OUT)

    assert {row.text for row in after} == before
    assert not [row for row in after if row.source.startswith(LABELS)]


def test_a_template_counts_as_a_few_texts(folder, tmp_path):
    """A hundred near copies weigh as much as a few, a text alone in full."""
    spam = "Ищу людей для удалённой работы, доход от {} рублей в день, опыт не нужен, пишите в личные сообщения"
    rows = [{"text": spam.format(n) + " " + "очень " * (n % 3), "labels": ["spam"]} for n in range(100, 200)]
    write_rows(tmp_path / "labels.jsonl", [*rows, {"text": "совсем другое слово", "labels": []}])
    found = [row for row in read_folder(folder, tmp_path / "labels.jsonl") if row.source.startswith(LABELS)]
    copies = [row for row in found if row.spam]
    [alone] = [row for row in found if not row.spam]

    assert sum(row.weight for row in copies) == pytest.approx(min(len(copies), MOST_COPIES))
    assert alone.weight == 1.0
    assert weight_of(alone) == pytest.approx(3.0)


def test_shares_of_the_measured_third_are_weighted():
    """A text that stands for a thousand others counts for a thousand."""

    def label(weight, *labels):
        return Label("т", labels, None, "audit", weight, "")

    found = measured_by(
        (label(1000.0), label(50.0), label(50.0, "insult"), label(50.0, "spam")),
        ["kept", "removed", "removed", "shown"],
    )

    assert found["people_kept"] == {"n": 2, "removed": 1, "share_removed": pytest.approx(50 / 1050)}
    assert found["people_removed"] == {"n": 2, "removed": 1, "share_removed": pytest.approx(0.5)}
    assert measured_by((), [])["people_kept"]["share_removed"] is None


def test_an_export_is_what_training_takes(folder, tmp_path):
    """Lines as the export writes them train a model; the manifest tells what they were used for."""
    shared = {
        "appeal": None, "agrees": True, "reasons": [], "model": "ru-1", "policy": "novokuznetsk-59/1",
        "labelled_on": "2026-11-22",
    }  # fmt: skip
    kept = {"labels": [], "verdict": "keep", "machine_verdict": "keep", "machine_labels": []}
    gone = {"labels": ["insult"], "verdict": "remove", "machine_verdict": "remove", "machine_labels": ["insult"]}
    words = ("вжикало", "вжикала", "вжикалы")
    lessons = [
        Lesson(id=f"k{n}", text=f"река утро {n} сад{n}", source="audit", weight=1000.0, **kept, **shared)
        for n in range(60)
    ] + [
        Lesson(id=f"g{n}", text=f"парк {words[n % 3]} мост сад{n}", source="case", weight=1.0, **gone, **shared)
        for n in range(60)
    ]
    (tmp_path / "labels.jsonl").write_bytes(b"".join(map(line, lessons)))
    artefact = train(folder, tmp_path / "out", created="2026-01-01", labels=tmp_path / "labels.jsonl")
    found, card = artefact.manifest.metrics["labels"], (tmp_path / "out" / "CARD.md").read_text(encoding="utf-8")
    measured = sum(held_out(f"k{n}") for n in range(60))

    assert (found["taught"], found["measured"]) == (120 - measured, measured)
    assert (found["repeated"], found["disagreed"]) == (0, 0)
    assert found["people_kept"] == {"n": measured, "removed": 0, "share_removed": 0.0}
    assert found["people_removed"] == {"n": 0, "removed": 0, "share_removed": None}
    assert f"Решения сотрудников: учат {120 - measured}, только измеряют {measured}" in card
    assert f"оставлено людьми: {measured}, модель удалила бы 0 (доля 0.0000)" in card
    assert "удалено людьми" not in card
