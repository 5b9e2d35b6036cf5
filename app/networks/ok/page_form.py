"""How a group of OK is described as a page; a person's profile is no page here."""

import re
from typing import Final

from app.domain.errors import InvalidInputError
from app.domain.ports import PageForm, Slot
from app.domain.words import IntakeKind

_ADDRESS: Final = re.compile(r"(?:https?://)?(?:www\.|m\.)?(?:ok|odnoklassniki)\.ru/", re.IGNORECASE)
_GROUP: Final = re.compile(r"(?:group/)?([1-9][0-9]{0,18})", re.ASCII)
_PROFILE: Final = re.compile(r"profile/.*", re.DOTALL)
_AUTHOR: Final = re.compile(r"(group/|-)?(?:profile/)?([0-9]{1,19})", re.ASCII)
#: Authors of messages are named by another of OK's interfaces, whose numbers are its own.
_WRITER: Final = re.compile(r"user:[0-9]{1,19}", re.ASCII)


def checked_id(value: str) -> str:
    """The group's number, however its address was copied.

    Raises:
        InvalidInputError: it is a profile, a short name or nothing of OK's.
    """
    name = _path(value)
    if _PROFILE.fullmatch(name):
        raise InvalidInputError(
            "external_id",
            "это личный профиль: Одноклассники дают читать и удалять комментарии только в группах, поэтому странице"
            " руководителя нужна группа",
        )
    found = _GROUP.fullmatch(name)
    if found is None:
        raise InvalidInputError(
            "external_id",
            "ожидается номер группы Одноклассников: только цифры, например 70000001234567, или её адрес"
            " ok.ru/group/70000001234567; короткое имя не подходит, номер есть в настройках группы",
        )
    return found[1]


def page_url(external_id: str) -> str:
    """Where people see the group."""
    return f"https://ok.ru/group/{external_id}"


def checked_author(value: str) -> str:
    """The author's number, a group's with a minus, however the profile was copied.

    Raises:
        InvalidInputError: a short name stands where a number is needed.
    """
    name = _path(value)
    if _WRITER.fullmatch(name):
        return name
    found = _AUTHOR.fullmatch(name)
    if found is None or not int(found[2]):
        expected = (
            "ожидается номер профиля, например 561234567890: короткое имя автор может сменить, и по нему не найти"
        )
        raise InvalidInputError("id", expected)
    return f"{'-' if found[1] else ''}{int(found[2])}"


def author_url(author: str) -> str:
    """Where people see an author."""
    number = author.removeprefix("user:").removeprefix("-")
    return f"https://ok.ru/{'group' if author.startswith('-') else 'profile'}/{number}"


def _path(value: str) -> str:
    return _ADDRESS.sub("", value.strip(), count=1).partition("?")[0].strip("/")


FORM: Final = PageForm(
    # The token of a person who runs several groups is one connection, so that its rate is shared.
    owner=Slot.USER,
    uses=frozenset({"confirmation", "user_token", "community_token"}),
    checked_id=checked_id,
    page_url=page_url,
    address_ending=lambda external_id: f"?group={external_id}",
    checked_author=checked_author,
    author_url=author_url,
    intakes=frozenset({IntakeKind.CALLBACK, IntakeKind.LONGPOLL}),
)
