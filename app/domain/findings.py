"""What connecting a page has done and found wanting, each with what to do about it; one catalogue, good Russian."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.wording import SLOTS


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: a code for programs, a sentence or two for people."""

    code: str
    text: str


_KEYS_AT: Final = "Управление → Работа с API → Ключи доступа"
_NEW_KEY: Final = (
    f"В настройках сообщества ({_KEYS_AT}) создайте ключ с правами «Управление сообществом», «Сообщения сообщества»,"
    " «Фотографии» и «Документы», а если есть, то и «Стена», и передайте его:"
    " dvornik page set {page} --community-token -"
)
_FAILED: Final = "ВКонтакте обратился по адресу {url} и не получил верного ответа. "
_AGAIN: Final = " Потом повторите подключение."

#: What has to be mended before the page is heard.
LACKS: Final[Mapping[str, str]] = {
    "no_token": f"У страницы нет ключа доступа. {_NEW_KEY}",
    "sealed": (
        "Ключ {whose} не открывается: он зашифрован другим ключом DVORNIK_ENCRYPTION_KEY. Верните прежний ключ"
        " шифрования или введите ключ доступа заново: dvornik page set {page}"
    ),
    "secret_sealed": (
        "Секретный ключ страницы не открывается: он зашифрован другим ключом DVORNIK_ENCRYPTION_KEY. Верните прежний"
        " ключ шифрования или смените секретный ключ: dvornik page rotate-secret {page} --hours 0"
    ),
    "dead": (
        "ВКонтакте больше не принимает ключ {whose} ({code}): срок вышел, ключ отозван или его владелец заблокирован. "
        + _NEW_KEY
    ),
    "no_manage": f"Ключу сообщества не хватает права «Управление сообществом». {_NEW_KEY}",
    "foreign_key": (
        "Ключу сообщества ВКонтакте отказывает ({code}), хотя право «Управление сообществом» у него есть: похоже, это"
        " ключ другого сообщества. Создайте ключ в настройках этого (номер {external_id}) и передайте его:"
        " dvornik page set {page} --community-token -"
    ),
    "not_allowed": (
        "Ключу {whose} ВКонтакте не разрешает менять настройки этого сообщества ({code}). Ключ сообщества должен быть"
        " создан в этом сообществе с правом «Управление сообществом»; владелец ключа руководителя должен быть в"
        " сообществе администратором, а у ключа должно быть право «Сообщества» (groups)."
    ),
    "person": (
        "ВКонтакте просит владельца ключа {whose} подтвердить, что он человек ({code}). Войдите под ним на vk.com,"
        " пройдите проверку и повторите подключение."
    ),
    "later": "ВКонтакте просит подождать: слишком много запросов ({code}). Повторите подключение через час.",
    "away": "ВКонтакте не ответил ({code}). Проверьте, что с этой машины открыт выход в интернет, и повторите.",
    "other": "ВКонтакте ответил ошибкой ({code}): повторите, а если не поможет, настройте сообщество вручную.",
    "no_address": (
        "Не сказано, по какому адресу ВКонтакте найдёт этот сервис. Задайте DVORNIK_PUBLIC_URL или укажите"
        " --public-url https://имя-сервера. Если внешнего адреса нет, события можно забирать самим:"
        " dvornik page set {page} --intake longpoll"
    ),
    "address_not_https": (
        "Адрес {url} не подходит: ВКонтакте нужен https:// с сертификатом известного центра (самоподписанный не"
        " годится). Если такого адреса нет: dvornik page set {page} --intake longpoll"
    ),
    "address_inside": (
        "Адрес {url} виден только внутри вашей сети, ВКонтакте до него не дойдёт. Нужно имя, которое открывается из"
        " интернета, а если его нет: dvornik page set {page} --intake longpoll"
    ),
    "full": (
        "У сообщества уже 10 серверов Callback API, больше ВКонтакте не разрешает. Удалите ненужный (Управление →"
        " Работа с API → Callback API) и повторите. Сейчас там: {servers}."
    ),
    "gone": "Сервер исчез из настроек сообщества, пока его настраивали: повторите подключение.",
    "still_checked": "ВКонтакте ещё проверяет адрес {url}. Через минуту повторите подключение.",
    "failed_ours": (
        f"{_FAILED}С этой машины адрес открывается: проверьте, что он открыт и из интернета и что прокси пропускает"
        f" POST /callbacks/vk без изменений.{_AGAIN}"
    ),
    "failed_foreign": f"{_FAILED}По нему отвечает не Дворник: проверьте, куда ведёт прокси.{_AGAIN}",
    "failed_certificate": (
        f"{_FAILED}Сертификат не проходит проверку: нужен действующий, от известного центра, со всей цепочкой.{_AGAIN}"
    ),
    "failed_silent": f"{_FAILED}С этой машины по нему тоже никто не отвечает: запущен ли сервис, верно ли имя?{_AGAIN}",
    "events_off": (
        "ВКонтакте не включил события: {events}. Отметьте их в настройках сообщества (Управление → Работа с API) или"
        " повторите подключение."
    ),
    "version_old": "События приходят по версии {version}, нужна {wanted}: выберите её в настройках сообщества.",
    "polling_off": "ВКонтакте не включил Long Poll API. Включите его сами: Управление → Работа с API → Long Poll API.",
}

#: What has been done or found in order.
DONE: Final[Mapping[str, str]] = {
    "server_added": "Сервер «{title}» добавлен в настройки сообщества: {url}",
    "server_edited": "Сервер в настройках сообщества обновлён: {url}",
    "server_kept": "Сервер уже настроен: {url}",
    "server_ok": "ВКонтакте проверил адрес и принял его.",
    "secret_made": "Секретный ключ создан и передан ВКонтакте.",
    "twin_dropped": "Второй такой же сервер, добавленный одновременно, убран.",
    "polling_on": "Long Poll API включён: события забирает сам Дворник, внешний адрес не нужен.",
    "polling_kept": "Long Poll API уже включён.",
    "events_on": "События включены: {count}, версия {version}.",
}

#: What works without, but a person should know.
ADVICE: Final[Mapping[str, str]] = {
    "no_messages": "Ключу сообщества не хватает права «Сообщения сообщества»: личных сообщений программа не увидит.",
    "no_user_key": (
        "Ключа руководителя нет. Одним ключом сообщества ВКонтакте разрешает не всё: удалять комментарии со стены и"
        " блокировать тогда придётся вручную, программа скажет, что сделать."
    ),
    "two_ways": (
        "В настройках сообщества остался и сервер Callback API. Дважды программа одно событие не запишет; если сервер"
        " больше не нужен, удалите его: Управление → Работа с API → Callback API."
    ),
    "no_blacklist": "Чёрный список прочитать не удалось ({code}): повторите позже, dvornik page blacklist {page}",
}
_ALL: Final = {**LACKS, **DONE, **ADVICE}


def finding(name: str, /, **facts: object) -> Finding:
    """The finding of this code; `facts` fill its text, `slot` says whose key it is about."""
    slot = facts.pop("slot", None)
    return Finding(name, _ALL[name].format(whose=SLOTS.get(str(slot), ""), **facts))
