"""Where the boundary of taboo swearing runs."""

import pytest

from model.lexicon import is_coarse, is_insulting, is_obscene


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


@pytest.mark.parametrize(
    "word", ["ублюдок", "гребаный", "веб", "вебинар", "хлебать", "ебург", "потребует", "небеса", "скребут", "учёба", "серебро",
     "мудрый", "хуторянин", "страхует", "пестрая", "дубляж", "оскорблять", "корабля"],
)  # fmt: skip
def test_neighbours_of_the_roots_are_not_obscene(word):
    """Words that sound like the roots, and strong words of other roots, stay outside the boundary."""
    assert not is_obscene(word)


@pytest.mark.parametrize(
    "word", ["хули", "заеб", "выебли", "долбаёб", "ебанутая", "пиздюлей", "уёбище", "спиздить", "еблан"]
)
def test_derived_words_are_obscene(word):
    """What is built from the roots with any prefix is obscene."""
    assert is_obscene(word)


@pytest.mark.parametrize(
    "word",
    [
        "наркомания",
        "уродство",
        "хохлома",
        "недоумение",
        "педикюр",
        "крысы",
        "сучки",
        "мразм",
        "гадание",
        "отбросы",
        "осел",
    ],
)
def test_things_are_no_names_that_people_are_called(word):
    """Diseases, animals, refuse and trades that share a root with an insult are none."""
    assert not is_insulting(word)


@pytest.mark.parametrize(
    "word", ["чертёж", "черты", "парашют", "ссылка", "ссадина", "башкортостан", "башкирский", "сосна", "хренников"]
)
def test_ordinary_words_are_not_coarse(word):
    """Ordinary words that begin like a coarse one are not coarse."""
    assert not is_coarse(word)
