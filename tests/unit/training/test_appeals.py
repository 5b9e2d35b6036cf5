"""What counts as an appeal in training."""

import pytest

from training.appeals import is_appeal, made_texts
from training.dataset import Row, read_words


def _row(text, **values):
    row = Row(text, values.pop("source", "ok_comments"), values.pop("kind", "comment"), **values)
    read_words(row)
    return row


@pytest.mark.parametrize(
    ("text", "values", "appeal"),
    [
        ("Во дворе яма", {"kind": "appeal", "toxic": False, "spam": False, "source": "kursk"}, True),
        ("Когда же уберут мусор во дворе?", {"toxic": False, "spam": False, "source": "SOIKA"}, True),
        ("Спасибо за праздник", {"toxic": False, "spam": False, "source": "SOIKA"}, False),
        ("Сегодня я ходила в лес", {"toxic": False, "spam": False, "source": "SOIKA"}, None),
        ("пошли вы все", {"toxic": True, "source": "ok_comments"}, False),
        ("в подъезде не работает лифт, твари", {"toxic": True, "source": "ok_comments"}, None),
    ],
)
def test_appeals(text, values, appeal):
    """Complaints are appeals, thanks and abuse are not, the rest is not asked about."""
    assert is_appeal(_row(text, **values)) is appeal


def test_spam_and_answers_are_no_appeals():
    """Spam that speaks of public matters, posts and official answers are negatives."""
    assert is_appeal(_row("Воду отключили? Займ за час, пишите", spam=True, kind="chat", source="tg-spam")) is False
    assert is_appeal(_row("Ваше обращение передано", toxic=False, spam=False, kind="official_reply")) is False
    assert is_appeal(_row("Завтра отключат воду", toxic=False, spam=False, kind="post", source="SOIKA")) is False


def test_abuse_that_names_a_matter_and_a_fault_is_not_asked_about():
    """A toxic text is a negative only where it names no fault of a public matter."""
    assert is_appeal(_row("суки, свет опять отключили", toxic=True)) is None
    assert is_appeal(_row("свет ты мой, дура", toxic=True)) is False


def test_made_texts_keep_the_cluster_and_say_nothing_of_toxicity():
    """Complaints amid swearing are appeals, bare abuse is none, and each stands with the text it is made from."""
    base = _row("Когда уберут мусор во дворе дома", kind="appeal", toxic=False, spam=False, source="kursk/a")
    base.cluster = 7
    rows = [base] * 30
    made = made_texts(rows, list(range(len(rows))))
    assert {row.toxic for row in made} == {None}
    assert {row.cluster for row in made if row.source == "kursk/a"} == {7}
    assert all(row.cluster < 0 for row in made if row.source != "kursk/a")
    assert {row.appeal for row in made if row.source == "made"} == {True, False}
    assert [row.text for row in made] == [row.text for row in made_texts(rows, list(range(len(rows))))]
