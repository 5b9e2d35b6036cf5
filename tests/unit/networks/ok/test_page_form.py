"""What people type for a group of OK is its number; a profile is refused with the reason."""

import pytest

from app.domain.errors import InvalidInputError
from app.networks.ok.page_form import author_url, checked_author, checked_id, page_url


@pytest.mark.parametrize(
    "typed",
    [
        "70000001234567",
        " 70000001234567 ",
        "https://ok.ru/group/70000001234567",
        "http://m.ok.ru/group/70000001234567/",
        "www.odnoklassniki.ru/group/70000001234567?st.cmd=x",
        "group/70000001234567",
    ],
)
def test_a_group_however_it_was_copied(typed: str) -> None:
    """The number remains."""
    assert checked_id(typed) == "70000001234567"
    assert page_url(checked_id(typed)) == "https://ok.ru/group/70000001234567"


@pytest.mark.parametrize("typed", ["https://ok.ru/profile/561234567890", "ok.ru/profile/561", "profile/561"])
def test_a_profile_is_refused_with_the_reason(typed: str) -> None:
    """A head's own profile is no page."""
    with pytest.raises(InvalidInputError, match="личный профиль"):
        checked_id(typed)


@pytest.mark.parametrize("typed", ["", "0", "-5", "ok.ru/adm.gorod", "https://vk.com/club5", "7" * 20, "٣٤"])
def test_anything_else_is_refused(typed: str) -> None:
    """The message says what belongs there."""
    with pytest.raises(InvalidInputError, match="номер группы"):
        checked_id(typed)


@pytest.mark.parametrize(
    ("typed", "author", "url"),
    [
        ("561234567890", "561234567890", "https://ok.ru/profile/561234567890"),
        ("https://ok.ru/profile/561234567890", "561234567890", "https://ok.ru/profile/561234567890"),
        ("https://ok.ru/group/700", "-700", "https://ok.ru/group/700"),
        ("-700", "-700", "https://ok.ru/group/700"),
        ("user:561", "user:561", "https://ok.ru/profile/561"),
    ],
)
def test_authors(typed: str, author: str, url: str) -> None:
    """People, groups, and writers of messages, whose numbers are others."""
    assert checked_author(typed) == author
    assert author_url(author) == url


@pytest.mark.parametrize("typed", ["", "0", "ivan.petrov", "ok.ru/ivan", "user:x"])
def test_no_author(typed: str) -> None:
    """A short name may change its owner."""
    with pytest.raises(InvalidInputError):
        checked_author(typed)
