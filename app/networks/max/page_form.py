"""How a channel or a group chat of MAX is described as a page; a person is no page here."""

import re
from typing import Final

from app.domain.errors import InvalidInputError
from app.domain.ports import PageForm, Slot
from app.domain.words import IntakeKind

#: What MAX takes for the secret of a subscription, whole.
SECRET: Final = "[a-zA-Z0-9_-]{5,256}"  # noqa: S105 - a pattern, not a secret
_ADDRESS: Final = re.compile(r"(?:https?://)?(?:web\.)?max\.ru/", re.IGNORECASE)
_CHAT: Final = re.compile(r"-[1-9][0-9]{0,18}", re.ASCII)
_PERSON: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_AUTHOR: Final = re.compile(r"-?[1-9][0-9]{0,18}", re.ASCII)
_LARGEST: Final = 2**63 - 1


def checked_id(value: str) -> str:
    """The id of a channel or a group chat, with its minus.

    Raises:
        InvalidInputError: it is a person, a public name, or nothing of MAX's.
    """
    name = _bare(value)
    if _PERSON.fullmatch(name):
        raise InvalidInputError(
            "external_id",
            "это личный профиль: MAX сообщает боту о комментариях только в каналах и групповых чатах, поэтому странице"
            " руководителя нужен канал; номера каналов и чатов начинаются с минуса",
        )
    if not _CHAT.fullmatch(name) or int(name) < -_LARGEST:
        raise InvalidInputError(
            "external_id",
            "ожидается номер канала или группового чата MAX с минусом, например -70801090403050; имя из ссылки не"
            " подходит: его могут сменить",
        )
    return name


def page_url(external_id: str) -> str:
    """Where people who are signed in see the channel or the chat."""
    return f"https://web.max.ru/{external_id}"


def checked_author(value: str) -> str:
    """The author's number; a channel that writes as itself is its own number with one minus more.

    Raises:
        InvalidInputError: it is no number of MAX's.
    """
    name = _bare(value)
    if not _AUTHOR.fullmatch(name) or abs(int(name)) > _LARGEST:
        raise InvalidInputError(
            "id", "ожидается номер пользователя MAX, только цифры: имя автор может сменить, и по нему не найти"
        )
    return f"-{name}" if name.startswith("-") else name


def author_url(author: str) -> str:
    """Where people see an author: MAX has an address for channels and none for a person's number."""
    return page_url(author[1:]) if author.startswith("-") else ""


def _bare(value: str) -> str:
    return _ADDRESS.sub("", value.strip(), count=1).strip("/")


FORM: Final = PageForm(
    owner=Slot.COMMUNITY,
    uses=frozenset({"secret", "community_token"}),
    checked_id=checked_id,
    page_url=page_url,
    checked_author=checked_author,
    author_url=author_url,
    intakes=frozenset({IntakeKind.CALLBACK, IntakeKind.LONGPOLL}),
    secret_pattern=SECRET,
)
