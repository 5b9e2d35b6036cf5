"""Where the boundary of taboo swearing runs."""

import pytest

from model.lexicon import is_insulting, is_obscene


@pytest.mark.parametrize(
    "word", ["хуй", "нахуя", "охуели", "пиздец", "спиздили", "ебать", "заебали", "ёбаный", "блядь", "блять", "долбоёб"]
)
def test_obscene(word):
    """The four roots and what grows from them are obscene."""
    assert is_obscene(word)


@pytest.mark.parametrize(
    "word",
    ["застрахуйте", "страхуй", "рубля", "команда", "потреблять", "скипидар", "сухую", "плохую", "психую", "колебание",
     "хлеб", "себе", "тебе", "учеба", "подебоширить", "хрен", "жопа", "говно", "хуже", "мебель", "бляха", "ебург"],
)  # fmt: skip
def test_clean_and_coarse_words_are_not_obscene(word):
    """Clean words that hold an obscene one, and coarse words, are not obscene."""
    assert not is_obscene(word)


@pytest.mark.parametrize("word", ["дебил", "мразь", "ублюдки", "сука", "мудак", "козлы", "пидорас"])
def test_insulting(word):
    """Names that people are called are insulting and, but for the four roots, not obscene."""
    assert is_insulting(word)
    assert not is_obscene(word)
