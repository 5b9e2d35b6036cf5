"""The columns of the register's table: how each is called in a file, and which stay inside the office."""

from collections.abc import Mapping
from typing import Final

#: What is written out; a file that is read may call them by either name.
COLUMNS: Final[Mapping[str, str]] = {
    "organisation": "Организация",
    "office": "Чья страница",
    "network": "Сеть",
    "url": "Ссылка",
    "title": "Название",
    "responsible_post": "Ответственный (должность)",
    "responsible_name": "Ответственный (имя)",
    "responsible_since": "Ответственный с",
    "checked_on": "Проверена",
    "reviewed_on": "Пересмотр",
    "exempt_act": "Освобождено (акт)",
    "exempt_on": "Освобождено с",
}
#: Names are the office's own business.
INSIDE: Final = frozenset({"responsible_name", "responsible_since"})
#: Known from elsewhere: read over without a word.
TOLD: Final = frozenset({"checked_on", "reviewed_on"})
#: What a file that is read may hold besides, to set pages up.
SETTINGS: Final[Mapping[str, str]] = {
    "external_id": "Номер в сети",
    "policy": "Правила",
    "mode": "Режим",
    "timezone": "Часовой пояс",
    "intake": "Приём событий",
    "user_token": "Ключ пользователя",
    "community_token": "Ключ сообщества",
    "secret": "Секретный ключ",
    "confirmation": "Строка подтверждения",
}
