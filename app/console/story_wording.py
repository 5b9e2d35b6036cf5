"""How templates say what became of a comment: filters, pure, beside the console's usual ones."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.console.wording import person, told_by
from app.domain.wording import SLOTS, trouble

_COMMENT_STATES: Final[Mapping[str, str]] = {
    "visible": "виден",
    "removed": "удалён",
    "withdrawn": "удалён самим автором",
    "unknown": "неизвестно",
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "acted": "исполнено",
    "gone": "комментария уже не было",
    "already": "было сделано раньше",
}
_CASE_ENDS: Final[Mapping[str, str]] = {
    "kept": "оставлен",
    "removed": "удалён",
    "withdrawn": "автор удалил сам",
    "gone": "комментария не стало",
    "superseded": "заменён новым",
    "expired": "срок случайной проверки вышел",
}
_LAW_LEVELS: Final[Mapping[str, str]] = {
    "federal": "федеральный закон",
    "regional": "региональный закон",
    "municipal": "муниципальный акт",
}


def percent(share: float | None) -> str:
    """`97,4 %`; a dash for what there is not. Never 100 or 0 for what is neither."""
    if share is None:
        return "—"
    if 0 < share < 0.001:
        return "меньше 0,1 %"
    if 0.999 < share < 1:
        return "больше 99,9 %"
    return f"{share * 100:.1f} %".replace(".", ",")


def people(by: str) -> str:
    """Several persons who signed one after another."""
    return ", ".join(person(one.strip()) for one in by.split(", "))


STORY_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "percent": percent,
    "people": people,
    "trouble": trouble,
    "slot": told_by(SLOTS),
    "comment_state": told_by(_COMMENT_STATES),
    "outcome": told_by(_OUTCOMES),
    "case_end": told_by(_CASE_ENDS),
    "law_level": told_by(_LAW_LEVELS),
}
