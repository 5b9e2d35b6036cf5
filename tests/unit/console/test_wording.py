"""What templates say is Russian, exact, and never markup of somebody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from app.console.shell import safe_path
from app.console.wording import counted, marked, person, sentence, span, when
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.russian_numbers import term


@given(st.text(), st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 60))))
def test_marking_changes_nothing_but_marks(text: str, spans: list[tuple[int, int]]) -> None:
    """Whatever the places are, without the marks there stands the escaped text, and nothing else is markup."""
    shown = marked(text, spans)

    assert shown.replace("<mark>", "").replace("</mark>", "") == escape(text)
    assert shown.count("<mark>") == shown.count("</mark>")


def test_a_script_is_words() -> None:
    """Markup in a comment is shown as its letters, also where it is marked."""
    assert marked("<b>a</b>", [(0, 3)]) == "<mark>&lt;b&gt;</mark>a&lt;/b&gt;"


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("person:Анна", "Анна"),
        ("machine", "программа"),
        ("cli", "команда на сервере"),
        ("network:5", "в самой сети (5)"),
    ],
)
def test_whoever_did_it_is_named(by: str, said: str) -> None:
    """What somebody did by a command is not laid on the program."""
    assert person(by) == said


def test_an_erased_text_says_so() -> None:
    """Nothing is shown as if it were an empty text."""
    assert "удалён" in marked(None)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (11, "11 дней"), (21, "21 день"), (112, "112 дней")],
)
def test_numbers_agree_with_their_nouns(number: int, said: str) -> None:
    """Russian forms of a noun beside a number."""
    assert counted(number, "день", "дня", "дней") == said


def test_terms_and_spans() -> None:
    """Lengths are said in the unit that people use."""
    assert [term(86_400), term(7 * 86_400), term(3600), term(None)] == [
        "на 1 день",
        "на 7 дней",
        "на 1 час",
        "бессрочно",
    ]
    assert [span(MINUTE - 1), span(90 * MINUTE), span(47 * HOUR), span(3 * DAY)] == [
        "меньше минуты",
        "1 ч",
        "47 ч",
        "3 дн.",
    ]


def test_instants_are_the_page_s_time() -> None:
    """An instant is said in the page's time zone, also inside a message of the house."""
    assert when(1_790_000_000_000_000, "Asia/Novokuznetsk") == "21.09.2026 21:13"
    assert when(None) == "—"
    message = "вопрос уже закрыт, Анна (2026-09-21T14:13:20.000001Z)"
    assert sentence(message, "Asia/Novokuznetsk") == "Вопрос уже закрыт, Анна (21.09.2026 21:13)."


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/queue?page=1", "/queue?page=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\\b", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
def test_a_way_back_stays_inside(path: str, safe: str) -> None:
    """Nothing that a form or an address says leads out of the console."""
    assert safe_path(path) == safe
