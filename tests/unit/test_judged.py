"""Which words are judged, and what is nothing but a link."""

import pytest

from app.domain.events import Segment
from app.domain.judged import TEXT_LIMIT, only_links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://spam.example/x", True),
        ("www.spam.ru", True),
        ("a1.b2.c3.shop.spam.ru/page 👍 !!!", True),
        ("spam.ru", True),
        ("заходи на spam.ru", False),
        ("Спасибо.Очень рада", False),
        ("", False),
    ],
)
def test_a_bare_link_is_told_from_words(text: str, expected: bool) -> None:
    """Nothing but links, signs and spaces."""
    assert only_links(text, ()) is expected


def test_an_attached_link_needs_no_address_in_the_text() -> None:
    """What VK cuts out of the text and hangs on the comment is a link too."""
    assert only_links("", [Segment("link_url", "https://spam.example")])
    assert not only_links("", [Segment("link_url", "https://spam.example"), Segment("doc_title", "Отчёт")])


@pytest.mark.parametrize("part", ["aa.", "aa.bb-", "a-", "ru.", "www.", "aa.ru"])
def test_no_text_takes_long_to_look_through(part: str) -> None:
    """It runs inside the callback: at 64 times the longest text anything but a linear look ends in the test's limit."""
    long = part * (64 * TEXT_LIMIT // len(part))

    assert only_links(f"слово {long}", ()) is False
