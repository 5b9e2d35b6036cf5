"""What counts as an appeal in training."""

import pytest

from training.appeals import is_appeal
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
