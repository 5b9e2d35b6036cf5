"""How a Facebook page or an Instagram account is described as a page."""

import re
from typing import Final

from app.domain.errors import InvalidInputError
from app.domain.ports import PageForm, Slot
from app.domain.words import IntakeKind
from app.networks.meta.names import INSTAGRAM, is_instagram, number_of

_ADDRESS: Final = re.compile(r"(?:https?://)?(?:www\.|m\.)?facebook\.com/(?:pages/[^/]{1,99}/)?", re.IGNORECASE)
_PROFILE: Final = re.compile(r"profile\.php\b.*", re.IGNORECASE)


def checked_id(value: str) -> str:
    """The page's number, an Instagram account's with its mark, however it was copied.

    Raises:
        InvalidInputError: it is a person's profile, a short name or nothing of Meta's.
    """
    name = _ADDRESS.sub("", value.strip(), count=1).strip("/")
    if _PROFILE.fullmatch(name):
        raise InvalidInputError(
            "external_id",
            "это личный профиль: о комментариях сообщают только страницам Facebook и профессиональным аккаунтам"
            " Instagram",
        )
    if not number_of(name):
        raise InvalidInputError(
            "external_id",
            "ожидается номер страницы Facebook (только цифры) или аккаунта Instagram: instagram:17841400000000000",
        )
    return name


def page_url(external_id: str) -> str:
    """Where people see the page; Instagram shows accounts by name alone."""
    return "https://www.instagram.com/" if is_instagram(external_id) else f"https://www.facebook.com/{external_id}"


def checked_author(value: str) -> str:
    """The author's number as the network tells it, an Instagram user's with its mark.

    Raises:
        InvalidInputError: a name stands where a number is needed.
    """
    name = value.strip()
    page = name.removeprefix("-")
    if not number_of(page):
        expected = f"ожидается номер автора, как в решении Дворника: цифры, в Instagram с {INSTAGRAM} впереди"
        raise InvalidInputError("id", expected)
    return name


def author_url(author: str) -> str:
    """Nowhere: numbers of people hold for one page only and open no profile; a page opens."""
    return page_url(author.removeprefix("-")) if author.startswith("-") else ""


FORM: Final = PageForm(
    # A system user's token acts for all pages of an application, a page's token for one.
    owner=Slot.USER,
    uses=frozenset({"secret", "confirmation", "user_token", "community_token"}),
    checked_id=checked_id,
    page_url=page_url,
    checked_author=checked_author,
    author_url=author_url,
    intakes=frozenset({IntakeKind.CALLBACK}),
)
