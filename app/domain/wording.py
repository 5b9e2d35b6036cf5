"""The one catalogue of what people read for our codes; good Russian, no machine terms."""

from collections.abc import Mapping
from typing import Final

from app.domain.ports import Right

VERDICTS: Final[Mapping[str, str]] = {"keep": "оставить", "review": "показать человеку", "remove": "удалить"}

CATEGORIES: Final[Mapping[str, str]] = {
    "spam": "спам",
    "insult": "оскорбление",
    "obscenity": "нецензурная брань",
    "threat": "угроза",
}

REASONS: Final[Mapping[str, str]] = {
    "score_over_remove": "программа уверена в нарушении",
    "score_over_review": "похоже на нарушение, но уверенности нет",
    "indeterminate": "программа не смогла оценить текст",
    "protected_appeal": "похоже на обращение жителя: такое удаляет только человек",
    "private_message": "личное сообщение: программа его не удаляет",
    "no_text": "нет текста",
    "first_link": "одна ссылка, и автор пишет здесь впервые",
    "campaign": "одинаковые сообщения от многих людей или под многими записями",
    "repeat": "повтор уже написанного",
    "network_person": "так решил человек в самой сети",
    "person": "так решил сотрудник",
    "objection": "автор возразил",
    "audit": "случайная проверка работы программы",
    "age_limit": "комментарий старше трёх суток: решает человек",
    "budget": "за час удалено слишком много: решает человек",
    "mode": "режим страницы сменился: решает человек",
}

#: Whose access key it is: «ключ …».
SLOTS: Final[Mapping[str, str]] = {"user": "руководителя", "community": "сообщества"}

#: Whose page it is.
OFFICES: Final[Mapping[str, str]] = {
    "head": "глава",
    "administration": "администрация",
    "settlement": "поселение",
    "institution": "учреждение",
}

#: How a page's events come.
INTAKES: Final[Mapping[str, str]] = {
    "callback": "сеть присылает сама (Callback API)",
    "longpoll": "Дворник забирает сам (Long Poll)",
}

#: What a network writes beside a ban; '' = its "other".
BAN_REASONS: Final[Mapping[str, str]] = {
    "": "не названа",
    "spam": "спам",
    "insult": "оскорбления",
    "obscenity": "нецензурная брань",
    "flood": "бессмысленные сообщения",
}

#: Why an action waits or was called off by ourselves: nobody has asked the network, or its answer is not the reason.
_OURS: Final[Mapping[str, str]] = {
    "mode": "режим страницы сменился",
    "age_limit": "комментарий старше трёх суток",
    "superseded": "решение уже другое",
    "person": "так решил сотрудник",
    "withdrawn": "автор удалил комментарий сам",
    "page_removed": "страница снята с модерации",
    "protected_author": "автор — страница, её руководитель или доверенное сообщество",
    "author_unknown": "автор неизвестен",
    "term_over": "срок блокировки уже прошёл",
    "paused": "отправка остановлена",
    "managers_unknown": "список руководителей страницы давно не обновлялся",
    "no_capable_token": "ни один ключ этого не может",
    "no_token": "у страницы нет ключа доступа",
    "not_offered": "сеть разрешает это только вручную",
    "ban_not_with_deletion": "вместе с удалением заблокировать не вышло",
    "lifted": "блокировка уже снята",
    "banned_again": "автор заблокирован снова",
    "not_readable": "комментарии этой сети программа не перечитывает",
    "lease_lost": "отправка прервалась",
}

#: Troubles that have a name of their own; any other code is an error that the network answers.
_TROUBLES: Final[Mapping[str, str]] = {
    "unreachable": "сеть не отвечает",
    "timeout": "сеть не отвечает",
    "client_error": "сбой программы",
    "sealed_with_another_key": "он зашифрован другим ключом DVORNIK_ENCRYPTION_KEY",
    "too_old": "сообщение старше двух суток, и боту его удалить не дают",
    "no_rights": "у бота нет на это права",
    "bot_not_in_chat": "бота нет в группе",
    "chat_closed": "группа закрыта",
    "needs_supergroup": "группа обычная: на время заглушить автора можно только в супергруппе",
    "author_is_administrator": "автор — администратор группы",
    "author_not_found": "такого участника группа не знает",
    "moved": "у группы новый номер",
    "written_before_move": "сообщение осталось в прежней группе, до её перехода в супергруппу",
    "page_is_channel": "это канал, а нужна его группа обсуждений",
    "webhook_active": "бота сейчас вызывают по адресу: спрашивать события нельзя, пока адрес не снят",
    "asked_elsewhere": "события этого бота забирает ещё одна программа",
    "updates_expired": "сеть не дождалась и выбросила часть событий",
    "messages_only": "этот ключ открывает только сообщения",
    "method_unavailable": "сеть не дала приложению этого метода",
    "no_calls_left": "сеть больше не даёт обращаться к ней сегодня",
    "result_false": "сеть отказала и не сказала почему",
    "result_unclear": "сеть не сказала, что сделала",
    "ok_3": "Одноклассники не дали приложению этого метода",
    "ok_9": "Одноклассники закрыли доступ с адреса этой машины",
    "ok_10": "у приложения или ключа нет на это права",
    "ok_24": "владелец ключа не руководит группой",
    "ok_50": "владелец ключа не руководит группой",
    "ok_101": "Одноклассники не узнали приложение: проверьте DVORNIK_OK_APPLICATION_KEY",
    "ok_102": "ключ не действует",
    "ok_103": "ключ не действует",
    "ok_104": "Одноклассники не приняли подпись: проверьте DVORNIK_OK_APPLICATION_SECRET",
    "max_200": "сеть отказала и не сказала почему",
    "max_401_verify_token": "ключ бота не действует",
    "max_403_access_denied": "у бота нет на это права",
    "max_404_chat_not_found": "бота нет в канале",
    "max_404_user_not_found": "такого участника канал не знает",
    "max_no_admin": "бот не администратор канала",
    "max_no_read_all_messages": "боту не разрешили читать все сообщения",
    "max_no_delete": "боту не разрешили удалять сообщения",
    "max_no_add_remove_members": "боту не разрешили удалять участников",
    "max_no_link": "ссылки на канал не видно, а без неё сеть не блокирует",
}

ACTIONS: Final[Mapping[str, str]] = {
    "delete_comment": "удалить комментарий",
    "hide_comment": "скрыть комментарий",
    "ban_author": "заблокировать автора",
    "restore_comment": "вернуть комментарий",
    "unban_author": "разблокировать автора",
}


#: What keeps words from being erased.
WAITS: Final[Mapping[str, str]] = {
    "hold": "стоит запрет на удаление",
    "case": "открыт вопрос к модератору",
    "objection": "на возражение ещё не ответили",
    "action": "действие в сети не закончено",
    "appeal": "житель ждёт ответа",
    "answer": "готовится ответ",
}

#: Kinds of data with a term of their own.
KEPT_DATA: Final[Mapping[str, str]] = {
    "kept_texts": "тексты оставленных комментариев",
    "removed_texts": "тексты удалённых комментариев",
    "private_messages": "личные сообщения",
    "evidence": "события и ответы сети",
    "notes": "заметки сотрудников",
    "labels": "обезличенные тексты для обучения",
    "objections": "возражения и ответы на них",
    "answers": "ответы жителям",
    "personal_data": "чужие персональные данные в текстах (закрываются)",
    "repeated_texts": "образцы текстов, которые повторяют",
    "event_keys": "номера событий сети",
    "rejected_keys": "номера событий, которые не удалось записать",
    "erasure_grounds": "основания, по которым стёрты данные людей",
    "sessions": "законченные входы в кабинет",
    "sign_in_links": "ссылки для входа",
    "jobs": "законченные задания",
    "alert_messages": "оповещения о закончившихся происшествиях",
    "alert_channels": "убранные каналы оповещений (без адресов)",
    "incidents": "закончившиеся происшествия",
    "rereads": "законченные перечитывания пропущенного",
}


#: Tables of words as people call what is in them.
PERSON_ROWS: Final[Mapping[str, str]] = {
    "revision_body": "тексты комментариев",
    "evidence": "события и ответы сети",
    "note": "заметки сотрудников",
    "label": "обезличенные тексты для обучения",
    "objection_body": "возражения и ответы на них",
    "answer_body": "ответы жителю",
    "dialogue": "номер человека в личных сообщениях",
    "seen_text": "образцы текстов",
}

#: What an erasure cannot reach, for whoever answers the person.
PERSON_STAYS: Final = (
    "номера комментариев, даты, решения, действия и журнал: в них нет ни слов человека, ни его номера в сети",
    "сами комментарии в сети: их удаляет автор или модератор",
    "упоминания человека в чужих комментариях и в ответах страницы: они стираются по своему сроку",
    "резервные копии базы: они стираются по сроку, который задан для них",
)

HOLD_SCOPES: Final[Mapping[str, str]] = {"page": "страница", "author": "автор", "comment": "комментарий"}


def right_told(right: Right) -> str:
    """What a self-test has shown of one right."""
    name = ACTIONS[right.what]
    if right.can is None:
        return f"{name}: покажет первая попытка" + (f" ({right.code})" if right.code else "")
    return f"{name}: может" if right.can else f"{name}: не может ({right.code})"


def trouble(code: str) -> str:
    """Why something does not work for now, in words."""
    known = _TROUBLES.get(code) or _OURS.get(code)
    return known or f"сеть отвечает ошибкой ({code})"
