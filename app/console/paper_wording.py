"""How templates say what stands in objections and dossiers: filters, pure, beside the console's usual ones."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.console.wording import told_by
from app.pipeline.dossier import Someone

_STATES: Final[Mapping[str, str]] = {
    "open": "ждут решения",
    "decided": "решены, ответ не отправлен",
    "answered": "отвечены",
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "upheld": "решение оставлено",
    "reversed": "решение отменено",
    "moot": "отменять нечего",
}
_CHANNELS: Final[Mapping[str, str]] = {
    "site": "через сайт",
    "person": "записал сотрудник",
    "message": "сообщение странице",
}
_NOTICES: Final[Mapping[str, str]] = {
    "deleted": "Об удалении (если автор спросит)",
    "blocked": "О блокировке (виден автору в сети)",
    "restored": "О том, что комментарий вернулся",
    "cannot_restore": "О том, что вернуть комментарий нельзя",
}
_CHECKS: Final[Mapping[str, str]] = {
    "whole": "цела",
    "other_key": "подписана другим ключом",
    "predecessor_missing": "нет записи перед ней",
    "entry_behind_head": "лишняя, за концом цепочки",
    "mac_differs": "изменена",
    "columns_differ": "изменена",
    "body_unreadable": "испорчена",
}
_KINDS: Final[Mapping[str, str]] = {
    "machine": "программа",
    "network": "человек в самой сети",
    "author": "автор",
    "person": "сотрудник",
}


def someone(who: Someone) -> str:
    """`начальник отдела (Анна)`: the post, the name only for those who may know it."""
    called = who.post or _KINDS.get(who.kind, "неизвестно кто")
    return f"{called} ({who.name})" if who.name else called


PAPER_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "someone": someone,
    "objection_state": told_by(_STATES),
    "objection_outcome": told_by(_OUTCOMES),
    "objection_channel": told_by(_CHANNELS),
    "notice_kind": told_by(_NOTICES),
    "proof": told_by(_CHECKS),
}
