"""The comments written for this project: what is refused, and what holds for the whole set."""

import json
import re

import pytest
from rapidfuzz import fuzz, process

from model.labels import CATEGORIES
from training.errors import DataError
from training.samples import FOLDER, held_out, read_samples

# Nothing in these groups says by its words alone why it is labelled so.
_HARD = {"criticism-insult", "figurative-threats", "quotes", "sarcasm", "traps"}
# Full names that stand for nobody; a new one is added here by whoever has made sure of that.
_INVENTED = {"Баранов Сергей Петрович", "Козлова Мария Ивановна", "Дрянных Марию Петровну"}
_CAPITAL = r"[А-ЯЁ][а-яё]+"
_PATRONYMIC = r"[А-ЯЁ][а-яё]+(?:ович|евич|ьич|овн|евн|ичн)[а-яё]*"
_FULL_NAME = rf"{_CAPITAL}\s+{_CAPITAL}\s+{_PATRONYMIC}|{_CAPITAL}\s+{_PATRONYMIC}\s+{_CAPITAL}"
_PHONE = r"(?:\+7|\b[78])[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}\b"
_CARD = r"\d{4}[\s-]?\d{4}[\s-]?\d{4}[\s-]?\d{4}"
_FEWEST = 2800
_ALIKE = 85  # per cent of equal letters
_GOOD = {"id": "plain-001", "text": "Когда почистят двор?", "labels": [], "appeal": True, "why": ""}


@pytest.fixture(scope="module")
def samples():
    """Give all comments of the project."""
    return read_samples()


def _write(folder, *rows, name="plain"):
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": ["rude"]}, "labels = ['rude'], expected a list of some of spam, insult, obscenity, threat"),
        ({"labels": "insult"}, "labels = 'insult', expected a list"),
        ({"labels": ["insult", "insult"]}, "each at most once"),
        ({"appeal": 1}, "appeal = 1, expected true or false"),
        ({"text": " \n"}, "text is empty, expected a comment"),
        ({"text": None}, "text = None, expected a string"),
        ({"why": None}, "why = None, expected a string"),
        ({"id": "traps-001"}, "id = 'traps-001', expected plain-001"),
        ({"label": []}, "missing or unknown: label; expected exactly id, text, labels, appeal, why"),
    ],
)
def test_a_bad_field_is_named(tmp_path, change, said):
    """A field that training could misread is refused with the file, the line and what was expected."""
    _write(tmp_path, _GOOD, "", {**_GOOD, "id": "plain-002", "text": "другой", **change})
    with pytest.raises(DataError) as refused:
        read_samples(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path / 'plain.jsonl'}:3: ")
    assert said in str(refused.value)


@pytest.mark.parametrize(("line", "said"), [('{"id": ', "not JSON"), ("[]", "found list, expected an object")])
def test_a_line_that_is_no_object_is_refused(tmp_path, line, said):
    """A line that holds anything but one JSON object is refused."""
    _write(tmp_path, _GOOD, line)
    with pytest.raises(DataError, match=f"plain.jsonl:2: {said}"):
        read_samples(tmp_path)


def test_an_id_is_used_once(tmp_path):
    """Two samples with one id are refused, because the id decides who is held out."""
    _write(tmp_path, _GOOD, {**_GOOD, "text": "другой"})
    with pytest.raises(DataError, match=r"plain.jsonl:2: id repeats the one in plain.jsonl:1"):
        read_samples(tmp_path)


def test_a_text_is_used_once_in_all_files(tmp_path):
    """A text that stands in another file too is refused: one copy could be trained on and the other held out."""
    _write(tmp_path, _GOOD)
    _write(tmp_path, {**_GOOD, "id": "traps-001", "text": "когда  почистят Двор?"}, name="traps")
    with pytest.raises(DataError, match=r"traps.jsonl:1: text repeats the one in plain.jsonl:1"):
        read_samples(tmp_path)


def test_a_folder_without_samples_is_refused(tmp_path):
    """An empty folder is an error, never an empty set."""
    with pytest.raises(DataError, match="expected a file of samples"):
        read_samples(tmp_path)


def test_a_third_is_held_out_and_stays_so(samples):
    """What is held out depends on the id alone and is about a third of every larger group."""
    assert held_out("traps-004") is True
    assert held_out("traps-002") is False
    for group in {sample.group for sample in samples}:
        flags = [held_out(sample.id) for sample in samples if sample.group == group]
        if len(flags) >= 100:
            assert 0.2 < sum(flags) / len(flags) < 0.47, group


def test_the_set_is_large_enough(samples):
    """The set holds enough comments to teach and to measure with."""
    assert len(samples) >= _FEWEST


def test_every_category_and_its_absence_are_there(samples):
    """Each category has at least a hundred comments, and each stands with and without an appeal but for spam."""
    for category in CATEGORIES:
        chosen = [sample for sample in samples if category in sample.labels]
        assert len(chosen) >= 100, category
    assert {sample.appeal for sample in samples if "obscenity" in sample.labels} == {True, False}
    assert {sample.appeal for sample in samples if not sample.labels} == {True, False}


def test_coarse_speech_stays(samples):
    """At least 200 comments are coarse and carry no label: coarse speech is no ground for a removal."""
    assert sum(sample.group == "coarse" and not sample.labels for sample in samples) >= 200


def test_hard_comments_say_why(samples):
    """Every comment of a hard group says what makes it hard."""
    assert {sample.group for sample in samples} >= _HARD
    assert [sample.id for sample in samples if sample.group in _HARD and not sample.why] == []


def test_no_comment_gives_away_a_person(samples):
    """Phones and cards hold three zeros in a row, which marks invented ones, and full names are known inventions."""
    for sample in samples:
        for number in re.findall(f"{_PHONE}|{_CARD}", sample.text):
            assert "000" in re.sub(r"\D", "", number), sample.id
        assert set(re.findall(_FULL_NAME, sample.text)) <= _INVENTED, sample.id


@pytest.mark.parametrize("text", ["звоните 8 (912) 345-67-89", "пишите +79123456789", "карта 2202 1234 5678 9012"])
def test_a_real_looking_number_would_be_seen(text):
    """The pattern for numbers finds the ways in which people write them."""
    assert re.search(f"{_PHONE}|{_CARD}", text)


def test_no_two_comments_are_nearly_the_same(samples):
    """No comment is another one with a word swapped."""
    texts = [" ".join(sample.text.casefold().split()) for sample in samples]
    alike = []
    for number, text in enumerate(texts):
        rest = texts[number + 1 :]
        found = process.extractOne(text, rest, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if found:
            alike.append((samples[number].id, samples[number + 1 + found[2]].id))
    assert alike == []


def test_files_lie_beside_the_other_samples():
    """In a checkout the comments are read from data/samples/comments."""
    assert FOLDER.parts[-3:] == ("data", "samples", "comments")
