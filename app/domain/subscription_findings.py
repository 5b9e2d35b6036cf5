"""What connecting a bot or an application has done and found wanting, each with what to do about it; good Russian."""

from collections.abc import Mapping
from typing import Final

from app.domain.findings import Finding
from app.domain.wording import SLOTS

_AGAIN: Final = " Потом повторите подключение: dvornik page connect {page}"
_OPTION: Final = "dvornik page set {page} --{slot}-token -"
_POLLED: Final = "dvornik page set {page} --intake longpoll"

#: What has to be mended before the page is heard.
LACKS: Final[Mapping[str, str]] = {
    "no_token": "У страницы нет ключа доступа. Создайте его в сети ({network}) и передайте: dvornik page set {page}",
    "sealed": (
        "Ключ {whose} не открывается: он зашифрован другим ключом DVORNIK_ENCRYPTION_KEY. Верните прежний ключ"
        " шифрования или введите ключ доступа заново: " + _OPTION
    ),
    "secret_sealed": (
        "Секретный ключ не открывается: он зашифрован другим ключом DVORNIK_ENCRYPTION_KEY. Верните прежний ключ"
        " шифрования или задайте другой секретный ключ: dvornik page set {page} --secret -"
    ),
    "dead": (
        "{network} больше не принимает ключ {whose} ({code}): он отозван или заменён. Создайте новый и передайте его: "
        + _OPTION
    ),
    "not_allowed": (
        "Ключу {whose} {network} не разрешает настраивать получение событий ({code}). Проверьте права бота или"
        " приложения в сети." + _AGAIN
    ),
    "person": (
        "{network} просит владельца ключа {whose} подтвердить, что он человек ({code}). Войдите под ним." + _AGAIN
    ),
    "later": "{network} просит подождать: слишком много запросов ({code}). Повторите подключение через час.",
    "away": "{network}: ответа нет ({code}). Проверьте, что с этой машины открыт выход в интернет." + _AGAIN,
    "other": "{network}: ошибка ({code})." + _AGAIN,
    "gone": "{network} больше не знает этой страницы ({code}): проверьте её номер." + _AGAIN,
    "no_address": (
        "Не сказано, по какому адресу {network} найдёт этот сервис. Задайте DVORNIK_PUBLIC_URL или укажите"
        " --public-url https://имя-сервера. Если внешнего адреса нет, события можно забирать самим: " + _POLLED
    ),
    "no_address_way": (
        "Не сказано, по какому адресу {network} найдёт этот сервис. Задайте DVORNIK_PUBLIC_URL или укажите"
        " --public-url https://имя-сервера."
    ),
    "address_not_https": (
        "Адрес {host} не подходит: {network} нужен https:// с сертификатом известного центра. Если такого адреса нет: "
        + _POLLED
    ),
    "address_inside": (
        "Адрес {host} виден только внутри вашей сети, {network} до него не дойдёт. Нужно имя, которое открывается из"
        " интернета, а если его нет: " + _POLLED
    ),
    "not_kept": "{network} принял адрес, но не хранит его: события туда не пойдут." + _AGAIN,
}

#: What has been done or found in order.
DONE: Final[Mapping[str, str]] = {
    "secret_made": "Секретный ключ создан и передан сети.",
    "subscribed": "{network} присылает события на адрес {host}.",
    "replaced": "Прежний адрес ({host}) заменён: туда события больше не пойдут.",
    "unsubscribed": "Адрес {host} снят: события забирает сам Дворник, внешний адрес не нужен.",
    "polling_kept": "События забирает сам Дворник, внешний адрес не нужен.",
    "shared": "Так же принимаются события страниц {pages}: у них один бот.",
}

#: What works without, but a person should know.
ADVICE: Final[Mapping[str, str]] = {
    "comments_only": (
        "Комментарии программа забирает сама. Личных сообщений она не увидит, пока не передан ключ сообщества:"
        " dvornik page set {page} --community-token -"
    ),
    "trouble": "Последнюю доставку {network} считает неудачной: {trouble}. Ждут отправки: {waiting}.",
}
_ALL: Final = {**LACKS, **DONE, **ADVICE}


def subscription_finding(name: str, /, **facts: object) -> Finding:
    """The finding of this code; `facts` fill its text, `slot` says whose key it is about."""
    return Finding(name, _ALL[name].format(whose=SLOTS.get(str(facts.get("slot", "")), ""), **facts))
