"""What people read about incidents: what has happened, what to do, and that it is over; no comment, no name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.watching import Matter
from app.domain.wording import trouble


@dataclass(frozen=True, slots=True)
class Words:
    """One matter in words: its name in a line, the code's meaning if it has one, what to do, how its end is told."""

    what: str
    do: str
    over: str


MATTERS: Final[Mapping[Matter, Words]] = {
    Matter.SILENCE: Words(
        "событий нет дольше обычного",
        "Проверьте, доходят ли события: откройте страницу в кабинете и раздел «Работа с API» в настройках сообщества.",
        "события снова приходят",
    ),
    Matter.CALLBACK_SERVER: Words(
        "сеть не может передать события",
        "Проверьте, что сервис доступен из интернета, затем подключите страницу заново: dvornik page connect.",
        "сеть снова передаёт события",
    ),
    Matter.POLLING: Words(
        "получить события из сети не удаётся",
        "Проверьте доступ сервиса в интернет и ключ сообщества.",
        "события из сети снова приходят",
    ),
    Matter.TOKEN_DEAD: Words(
        "ключ доступа больше не действует",
        "Какой из ключей, скажет dvornik page check НОМЕР. Выпустите новый в сети и введите его: dvornik page set НОМЕР"
        " --user-token - (ключ сообщества: --community-token -). До тех пор действия ждут.",
        "ключ доступа снова действует",
    ),
    Matter.SENDING: Words(
        "действия не доходят до сети",
        "Обычно проходит само: действия ждут и будут отправлены. Если не проходит за час, проверьте доступ в интернет.",
        "действия снова доходят до сети",
    ),
    Matter.HELD_BACK: Words(
        "сеть просит подождать",
        "Войдите в сеть под учётной записью, чей ключ используется: возможно, она просит подтвердить, что вы человек.",
        "сеть больше не просит ждать",
    ),
    Matter.BUDGET: Words(
        "за час удалено слишком много, программа только предлагает",
        "Посмотрите последние удаления в журнале. Если всё верно, верните режим страницы.",
        "режим страницы вернул человек",
    ),
    Matter.MODEL: Words(
        "программа не может оценивать тексты",
        "Комментарии сохраняются и будут оценены позже. Сообщите тому, кто обслуживает сервис.",
        "программа снова оценивает тексты",
    ),
    Matter.SEALED: Words(
        "сохранённый секрет или ключ доступа не открывается",
        "Верните прежний ключ шифрования (dvornik keys show) или введите секрет заново: dvornik page set.",
        "сохранённые секреты снова открываются",
    ),
    Matter.RIGHTS: Words(
        "сеть забрала у программы права на странице",
        "Верните права боту или владельцу ключа в настройках страницы и проверьте: dvornik page check НОМЕР. До тех пор"
        " то, что программа не может сделать, ждёт человека: «Сделать вручную в сети».",
        "права на странице вернулись",
    ),
    Matter.PAGE_MOVED: Words(
        "сеть дала странице другой номер, но под ним уже добавлена другая страница",
        "Одну и ту же страницу добавили дважды: уберите лишнюю, dvornik page remove НОМЕР.",
        "номер страницы снова верный",
    ),
}

#: Codes whose meaning is not an error of the network.
_CODES: Final[Mapping[str, str]] = {
    "failed": "сервер не отвечает сети как надо",
    "unconfigured": "адрес сервера не подтверждён",
    "wait": "сеть давно ждёт подтверждения адреса",
    "missing": "в настройках сообщества нет нашего сервера",
    "never": "не пришло ещё ни одного",
    "not_polled": "опрос не идёт",
    "dropped": "сеть перестала присылать события и снова не начинает",
    "foreign_address": "события уходят на чужой адрес",
    "no_address": "адрес сервиса не указан (DVORNIK_PUBLIC_URL), а события идут не сюда",
}
#: So begins the code of a delivery that a network calls failed.
_DELIVERY: Final = "delivery: "
#: Rights as events name them.
_RIGHTS: Final[Mapping[str, str]] = {
    "read": "читать",
    "delete": "удалять комментарии",
    "ban": "блокировать авторов",
    "write": "писать от имени страницы",
    "admin": "быть администратором",
}
#: Matters whose code explains nothing to a person.
_SELF_EVIDENT: Final = frozenset({Matter.BUDGET, Matter.MODEL})

#: How an office is told.
CHANNELS: Final[Mapping[str, str]] = {"email": "Почта", "vk": "ВКонтакте", "telegram": "Telegram"}
#: Why a letter is not taken, where the code is not an error of a network.
CHANNEL_TROUBLES: Final[Mapping[str, str]] = {
    "not_set_up": "почтовый сервер не указан (DVORNIK_SMTP_URL)",
    "no_token": "у страницы нет действующего ключа сообщества",
    "sealed_with_another_key": "адрес зашифрован другим ключом DVORNIK_ENCRYPTION_KEY",
    "address": "адрес указан неверно",
    "garbage": "сервер отвечает непонятно",
    "smtp_login": "почтовый сервер не принял имя или пароль",
    "smtp_tls": "с почтовым сервером нет защищённого соединения",
    "smtp_550": "почтовый сервер не знает такого адреса",
    "unreachable": "сервер не отвечает",
    "timeout": "сервер не отвечает",
    "vk_5": "ключ сообщества не действует",
    "vk_9": "ВКонтакте просит подождать",
    "vk_901": "человек не разрешил сообществу писать ему",
    "vk_902": "настройки приватности не позволяют писать этому человеку",
    "telegram_401": "ключ бота не действует",
    "telegram_403": "человек не начал разговор с ботом или остановил его",
    "telegram_400": "такого чата нет",
    "telegram_429": "Telegram просит подождать",
}


def refusal(code: str) -> str:
    """Why a letter was not taken, in words."""
    if code.startswith("smtp_") and code not in CHANNEL_TROUBLES:
        return f"почтовый сервер не принял письмо ({code})"
    return CHANNEL_TROUBLES.get(code) or trouble(code)


def happening(matter: Matter, code: str) -> str:
    """What has happened, with the reason if there is one to name."""
    words = MATTERS[matter]
    if not code or matter in _SELF_EVIDENT:
        return words.what
    return f"{words.what}: {_explained(matter, code)}"


def _explained(matter: Matter, code: str) -> str:
    if matter is Matter.RIGHTS:
        return ", ".join(_RIGHTS.get(one, one) for one in code.split(","))
    if code.startswith(_DELIVERY):
        return f"последнюю доставку она считает неудачной ({code.removeprefix(_DELIVERY)})"
    return code if matter is Matter.PAGE_MOVED else _CODES.get(code) or trouble(code)


def lasted(microseconds: int) -> str:
    """How long, in the two largest units: `2 ч 5 мин`."""
    if microseconds < MINUTE:
        return "меньше минуты"
    days, rest = divmod(microseconds, DAY)
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    parts = ((days, "дн."), (hours, "ч"), (minutes if not days else 0, "мин"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
