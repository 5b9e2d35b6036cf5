"""How a discussion group is described as a page; a person's dialogue and a bare name are no page here."""

import re
from typing import Final

from app.domain.errors import InvalidInputError
from app.domain.ports import PageForm, Slot
from app.domain.words import IntakeKind
from app.networks.telegram.fields import message_url

_GROUP: Final = re.compile(r"-[1-9][0-9]{0,17}", re.ASCII)
_PERSON: Final = re.compile(r"(?:tg://user\?id=)?[1-9][0-9]{0,18}", re.ASCII)
#: What the address line of a browser shows, and the address of a message in a group without a name.
_IN_BROWSER: Final = re.compile(r"https?://web\.telegram\.org/[a-z]?/?#(-[1-9][0-9]{0,17})(?:_[0-9]+)?", re.ASCII)
_OF_MESSAGE: Final = re.compile(r"(?:https?://)?t\.me/c/([1-9][0-9]{0,14})(?:/[0-9/]*)?(?:\?\S*)?", re.ASCII)
_AUTHOR: Final = re.compile(r"(?:id|tg://user\?id=)?(-?[1-9][0-9]{0,17})", re.ASCII)
_HOW: Final = (
    "откройте группу обсуждений в web.telegram.org и скопируйте адрес страницы или число после #"
    " (например -1001234567890)"
)


def checked_id(value: str) -> str:
    """The discussion group's id with its minus, however it was copied.

    Raises:
        InvalidInputError: it is a person's id, a name or nothing of Telegram's.
    """
    given = value.strip()
    if _GROUP.fullmatch(given):
        return given
    if found := _IN_BROWSER.fullmatch(given):
        return found[1]
    if found := _OF_MESSAGE.fullmatch(given):
        return f"-100{found[1]}"
    if _PERSON.fullmatch(given):
        raise InvalidInputError(
            "external_id",
            "это личный профиль (число без минуса): Telegram показывает боту комментарии только в группе обсуждений"
            f" канала, поэтому странице руководителя нужны канал и группа при нём; {_HOW}",
        )
    raise InvalidInputError(
        "external_id", f"ожидается номер группы обсуждений канала: по имени (@имя) бот её не узнаёт; {_HOW}"
    )


def page_url(external_id: str) -> str:
    """Where people see the group."""
    return message_url(external_id, "", "1") or f"https://web.telegram.org/a/#{external_id}"


def checked_author(value: str) -> str:
    """The author's number, a channel's with its minus.

    Raises:
        InvalidInputError: a name stands where a number is needed.
    """
    found = _AUTHOR.fullmatch(value.strip())
    if found is None:
        expected = (
            "ожидается номер автора, например 123456789, у канала с минусом: имя автор может сменить,"
            " и по нему не найти"
        )
        raise InvalidInputError("id", expected)
    return found[1]


def author_url(author: str) -> str:
    """Where people see a channel; '' for a person, whom the number finds in no browser."""
    return message_url(author, "", "1")


FORM: Final = PageForm(
    # A bot serves any number of groups.
    owner=Slot.COMMUNITY,
    uses=frozenset({"secret", "community_token"}),
    checked_id=checked_id,
    page_url=page_url,
    checked_author=checked_author,
    author_url=author_url,
    intakes=frozenset({IntakeKind.CALLBACK, IntakeKind.LONGPOLL}),
    secret_pattern="[A-Za-z0-9_-]{1,256}",  # noqa: S106 - a pattern, not a secret
)
