"""How a VK community is described as a page; a person's profile is no page here."""

import re
from typing import Final

from app.domain.errors import InvalidInputError
from app.domain.ports import PageForm, Slot
from app.domain.words import IntakeKind

_ADDRESS: Final = re.compile(r"(?:https?://)?(?:www\.|m\.)?vk\.(?:com|ru)/", re.IGNORECASE)
_COMMUNITY: Final = re.compile(r"(?:club|public|event)?([1-9][0-9]{0,17})", re.ASCII)
_PROFILE: Final = re.compile(r"id[0-9]+", re.ASCII)
_AUTHOR: Final = re.compile(r"(id|club|public|-)?([0-9]{1,15})", re.ASCII | re.IGNORECASE)


def checked_id(value: str) -> str:
    """The community's number, however its address was copied.

    Raises:
        InvalidInputError: it is a profile, a short name or nothing of VK's.
    """
    name = _ADDRESS.sub("", value.strip(), count=1).strip("/")
    if _PROFILE.fullmatch(name):
        raise InvalidInputError(
            "external_id",
            "это личный профиль: ВКонтакте сообщает о комментариях только сообществам, поэтому и у руководителя"
            " ожидается сообщество (публичная страница)",
        )
    found = _COMMUNITY.fullmatch(name)
    if found is None:
        raise InvalidInputError(
            "external_id", "ожидается номер сообщества ВКонтакте: только цифры, без минуса, например 229000001"
        )
    return found[1]


def page_url(external_id: str) -> str:
    """Where people see the community."""
    return f"https://vk.com/club{external_id}"


def checked_author(value: str) -> str:
    """The author's number, a community's with a minus, however the profile was copied.

    Raises:
        InvalidInputError: a short name stands where a number is needed.
    """
    found = _AUTHOR.fullmatch(_ADDRESS.sub("", value.strip(), count=1).strip("/"))
    if found is None:
        expected = "ожидается номер профиля, например id123456: короткое имя автор может сменить, и по нему не найти"
        raise InvalidInputError("id", expected)
    sign = "-" if found[1] and found[1].lower() != "id" else ""
    return f"{sign}{int(found[2])}"


def author_url(author: str) -> str:
    """Where people see an author."""
    return f"https://vk.com/{'club' if author.startswith('-') else 'id'}{author.lstrip('-')}"


FORM: Final = PageForm(
    owner=Slot.USER,
    uses=frozenset({"secret", "confirmation", "user_token", "community_token"}),
    checked_id=checked_id,
    page_url=page_url,
    checked_author=checked_author,
    author_url=author_url,
    intakes=frozenset({IntakeKind.CALLBACK, IntakeKind.LONGPOLL}),
    secret_on_page=True,
    secret_pattern="[!-~]{1,50}",  # noqa: S106 - a pattern, not a secret
)
