"""What a page is described with, and the checks that each field passes before it is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.errors import ConfigurationError, InvalidInputError
from app.domain.ports import Adapter, PageForm
from app.domain.words import Mode, Office
from app.pipeline.house import House
from app.review import calendar as working_hours


@dataclass(frozen=True, slots=True)
class NewPage:
    """What a page is added with; a secret that is not given is made up, tokens may follow later."""

    network: str
    external_id: str
    title: str
    policy: str = "default"
    mode: str = Mode.SHADOW.value
    timezone: str = "Europe/Moscow"
    office: str = Office.ADMINISTRATION.value
    #: Working hours as `app.review.calendar.checked` takes them; None = the usual ones.
    calendar: Mapping[str, object] | None = None
    secret: str | None = None
    confirmation: str | None = None
    user_token: str | None = None
    community_token: str | None = None
    #: `callback` or `longpoll`; None = whichever needs nothing that is not there.
    intake: str | None = None


@dataclass(frozen=True, slots=True)
class PageChanges:
    """What shall be different; None leaves a field as it is, '' takes a token or the confirmation away."""

    title: str | None = None
    policy: str | None = None
    mode: str | None = None
    timezone: str | None = None
    office: str | None = None
    #: Working hours; an empty mapping brings the usual ones back.
    calendar: Mapping[str, object] | None = None
    secret: str | None = None
    confirmation: str | None = None
    user_token: str | None = None
    community_token: str | None = None
    intake: str | None = None
    #: Communities that are never banned, by the network's id; replaces the list.
    trusted: tuple[str, ...] | None = None


_TRUSTED: Final = re.compile(r"-?[A-Za-z0-9@_.:]{1,64}")
_VISIBLE: Final = re.compile(r"[!-~]+")
LONGEST_TITLE: Final = 200
LONGEST_TOKEN: Final = 4096
LONGEST_CONFIRMATION: Final = 64


def network_named(networks: Mapping[str, Adapter], value: str) -> Adapter:
    """The network of this name."""
    found = networks.get(value)
    if found is None:
        raise InvalidInputError("network", f"ожидается одна из сетей: {', '.join(networks)}")
    return found


def form_of(house: House, network: str) -> PageForm:
    """How pages of a stored page's network are described.

    Raises:
        ConfigurationError: this version has no adapter for it.
    """
    found = house.networks.get(network)
    if found is None:
        raise ConfigurationError(f"сети {network} в этой версии нет")
    return found.form


def mode_named(value: str) -> Mode:
    """The mode of this name."""
    try:
        return Mode(value)
    except ValueError:
        raise InvalidInputError("mode", f"ожидается один из режимов: {', '.join(Mode)}") from None


def checked_title(value: str) -> str:
    """A title that can be shown on one line."""
    title = value.strip()
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise InvalidInputError("title", f"ожидается название в одну строку, от 1 до {LONGEST_TITLE} знаков")
    return title


def checked_timezone(value: str) -> str:
    """A name of the IANA list."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise InvalidInputError(
            "timezone", "ожидается часовой пояс из списка IANA, например Europe/Moscow или Asia/Novosibirsk"
        ) from None
    return value


def office_named(value: str) -> Office:
    """The kind of page of this name."""
    try:
        return Office(value)
    except ValueError:
        raise InvalidInputError("office", f"ожидается, чья это страница: {', '.join(Office)}") from None


def checked_calendar(value: Mapping[str, object] | None) -> str:
    """Working hours as the page's row keeps them."""
    return working_hours.checked(dict(value or {}))


def checked_secret(form: PageForm, value: str) -> str:
    """A secret that the network can send."""
    if not re.fullmatch(form.secret_pattern, value):
        raise InvalidInputError("secret", f"ожидаются латинские буквы и цифры без пробелов: {form.secret_pattern}")
    return value


def checked_confirmation(value: str) -> str:
    """The line that proves to the network that the server is the page's; '' takes it away."""
    if value and (not _VISIBLE.fullmatch(value) or len(value) > LONGEST_CONFIRMATION):
        raise InvalidInputError("confirmation", "ожидается строка подтверждения из настроек сети, без пробелов")
    return value


def checked_token(field: str, value: str) -> str:
    """An access token; '' takes it away."""
    if value and (not _VISIBLE.fullmatch(value) or len(value) > LONGEST_TOKEN):
        raise InvalidInputError(field, "ожидается ключ доступа одной строкой, без пробелов и слова Bearer")
    return value


def checked_trusted(values: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of authors who are never banned; a community's begins with a minus."""
    for value in values:
        if not _TRUSTED.fullmatch(value):
            raise InvalidInputError("trusted", "ожидаются идентификаторы, у сообществ ВКонтакте с минусом: -229000001")
    return tuple(dict.fromkeys(values))


def unused_options(network: Adapter, given: NewPage | PageChanges) -> tuple[str, ...]:
    """A warning for each option that this network has no use for."""
    options = ("secret", "confirmation", "user_token", "community_token")
    unused = [name for name in options if getattr(given, name) and name not in network.form.uses]
    return tuple(f"{name}: сеть {network.name} это не использует, значение не сохранено" for name in unused)
