"""What two texts are compared by."""

import pytest

from app.domain.copies import text_print

TEXT = "Когда починят дорогу на улице Садовой?"


def folded(text: str) -> str:
    """The compared form."""
    found = text_print(text)
    assert found is not None, text
    return found.folded


@pytest.mark.parametrize(
    "text",
    [
        "КОГДА починят  дорогу\nна улице Садовой!!! 😡😡",
        "Koгдa пoчинят дopoгу нa улицe Caдoвoй?",
        "Когда почи\u200bнят доро\u00adгу на улице Садовой",
        "Когда починят дорогу на улице Садово\u0438\u0306",
        "[id123|Иван Петров], когда починят дорогу на улице Садовой",
        "[club77|Район] Когда починят дорогу на улице Садовой",
        "К\u0336огда починят дорогу на улице Садовой",
    ],
)
def test_looks_make_no_difference(text: str) -> None:
    """Case, signs, emoji, look-alike and unseen characters, and the person addressed do not make another text."""
    assert folded(text) == folded(TEXT)


def test_words_make_a_difference() -> None:
    """Another street is another question, й is not и, and a number counts."""
    assert folded(TEXT) != folded(TEXT.replace("Садовой", "Лесной"))
    assert folded("мой дом стоит у реки") != folded("мои дом стоит у реки")
    assert folded("дом номер 5 без тепла сейчас") != folded("дом номер 6 без тепла сейчас")
    assert folded("ёлку убрали ещё в мае здесь") == folded("елку убрали еще в мае здесь")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "спасибо",
        "Согласен!",
        "👍👍👍",
        "да да да да",
        "очень верно сказано",
        "[id1|Иван], спасибо вам",
        "...",
        "!!!!! ????? .....",
    ],
)
def test_short_texts_are_nobodys_copy(text: str) -> None:
    """Thanks, a plus and emoji are written by everybody."""
    assert text_print(text) is None


@pytest.mark.parametrize("text", ["вот оно как у нас тут", "достопримечательностями восхищён"])
def test_five_words_or_twenty_five_letters_are_enough(text: str) -> None:
    """From there on two people hardly write the same by chance."""
    found = text_print(text)
    assert found is not None
    assert not found.contact


@pytest.mark.parametrize(
    "text",
    [
        "https://vk.cc/abc",
        "t.me/zarabotok",
        "пиши @zarabotok",
        "+7 (913) 123-45-67",
        "8 913 123 45 67",
        "89131234567",
        "заходи на kazino.рф",
    ],
)
def test_a_contact_makes_any_text_comparable(text: str) -> None:
    """A link, a phone or a nick, however short the words around it."""
    found = text_print(text)
    assert found is not None
    assert found.contact


@pytest.mark.parametrize("text", ["в 2024 году было 15 аварий на дороге", "дом 5. сделайте ремонт, пожалуйста, скорее"])
def test_numbers_and_full_stops_are_no_contact(text: str) -> None:
    """A year, a house, the end of a sentence."""
    found = text_print(text)
    assert found is not None
    assert not found.contact


@pytest.mark.parametrize(
    "text", ["а" * 16_000, "1" * 16_000, "1 " * 8_000, "[id1|" * 3_000, "@" * 16_000, "." * 16_000, "а. " * 5_000]
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    """Every expression is linear: at 64 times the longest text anything else ends in the test's own limit."""
    once, often = text_print(text), text_print(text * 64)

    assert (once is None) == (often is None)
