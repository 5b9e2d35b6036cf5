"""Weak labels say what their rules say."""

import pytest

from training.dataset import Row, read_words
from training.weak_labels import is_toxic, types_of


def _row(text, **values):
    row = Row(text, values.pop("source", "ok_comments"), values.pop("kind", "comment"), **values)
    read_words(row)
    return row


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("ты дебил", {"insult"}),
        ("идите на хуй", {"obscenity"}),
        ("хуй тебе, мразь", {"obscenity", "insult"}),
        ("я тебя убью", {"threat"}),
        ("расстрелять их всех", {"threat"}),
        ("чтоб ты сдох, тварь", {"threat", "insult"}),
        ("говорить с вами противно", {"insult"}),
        ("полная жопа с погодой", set()),
        ("да ты говно", {"insult"}),
    ],
)
def test_types(text, types):
    """A toxic text gets the types that its words show, insult where nothing else does."""
    assert set(types_of(_row(text, toxic=True))) == types


def test_people_know_better():
    """Labels of people stand above the rules."""
    assert types_of(_row("я тебя убью", toxic=True, types=("insult",))) == ("insult",)
    assert is_toxic(_row("хуй", toxic=False, types=())) is False


def test_taboo_words_are_never_clean():
    """A text with taboo swearing trains as toxic whatever its label; coarse words change nothing."""
    assert is_toxic(_row("ну и хуйня", toxic=False)) is True
    assert is_toxic(_row("ну и хрень", toxic=False)) is False
    assert is_toxic(_row("привет", spam=False)) is None
