"""The one catalogue of what people read for our codes; good Russian, no machine terms."""

from collections.abc import Mapping
from typing import Final

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
    "age_limit": "комментарий старше трёх суток: решает человек",
    "budget": "за час удалено слишком много: решает человек",
    "mode": "режим страницы сменился: решает человек",
}

#: Whose access key it is: «ключ …».
SLOTS: Final[Mapping[str, str]] = {"user": "руководителя", "community": "сообщества"}

ACTIONS: Final[Mapping[str, str]] = {
    "delete_comment": "удалить комментарий",
    "hide_comment": "скрыть комментарий",
    "ban_author": "заблокировать автора",
    "restore_comment": "вернуть комментарий",
    "unban_author": "разблокировать автора",
}
