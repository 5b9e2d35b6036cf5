"""Names of people are one feature."""

import pytest

from model.features import Vocabulary
from model.names import read
from model.tokens import NAME


@pytest.mark.parametrize("word", ["иванов", "собянина", "петровна", "наташа", "шевченко", "кличко", "волкова"])
def test_a_persons_name_is_the_fixed_feature(word: str) -> None:
    """A first name, a surname or a patronymic is `<name>` for its characters and for its lemma."""
    assert read(word) == (NAME, NAME)


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("козлов", "козлов"), ("баранов", "баранов"), ("хохлов", "хохлов"), ("вера", "вера"), ("света", "свет"),
        ("надежда", "надежда"), ("слава", "слава"), ("любовь", "любовь"), ("роман", "роман"), ("тема", "тема"),
        ("ли", "ли"), ("мило", "мило"), ("вали", "валить"),
        ("пидоров", "пидор"), ("долбоебов", "долбоебова"), ("москва", "москва"), ("жиров", "жир"),
    ],
)  # fmt: skip
def test_words_that_are_something_else_first_or_rude_are_no_names(word: str, lemma: str) -> None:
    """An ordinary word, a place and a word people are called keep their letters, though somebody bears it as a name."""
    assert read(word) == (word, lemma)


def test_tokens_that_are_no_russian_words_are_left_alone() -> None:
    """Fixed tokens, numbers and Latin words are their own form and lemma."""
    assert [read(t) for t in ("<link>", "000", "ivan", "иван1")] == [(t, t) for t in ("<link>", "000", "ivan", "иван1")]


def test_all_names_share_the_rows_of_a_vocabulary() -> None:
    """Two surnames hold the same rows, so swapping one for the other changes no score."""
    vocabulary = Vocabulary(["<name>", "ван", "соб"], ["<name>", "иванов"], [])
    assert vocabulary.chars_of("иванову") == vocabulary.chars_of("собяниным") == ([0], [1])
    assert vocabulary.lemma_of("иванову") == vocabulary.lemma_of("собяниным") == 0
