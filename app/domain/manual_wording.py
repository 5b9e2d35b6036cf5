"""Says in Russian what a person has to do in a network by hand."""

from typing import Final

from app.domain.abilities import Abilities
from app.domain.russian_numbers import term
from app.domain.words import ActionKind

_DO: Final = {
    ActionKind.DELETE_COMMENT: "Откройте комментарий и удалите его.",
    ActionKind.HIDE_COMMENT: "Откройте комментарий и скройте его: автор продолжит его видеть, остальные нет.",
    ActionKind.RESTORE_COMMENT: (
        "Верните комментарий на страницу. Если сеть его уже не хранит, отклоните задачу и напишите почему."
    ),
    ActionKind.UNBAN_AUTHOR: "Снимите блокировку: уберите автора из чёрного списка страницы.",
}
_ALBUM: Final = " Это часть альбома: остальные его сообщения тоже."


def what_to_do(kind: ActionKind, seconds: int | None, abilities: Abilities | None, *, album: bool = False) -> str:
    """The task in a sentence or two; `seconds` is a ban's term, None = for ever."""
    if kind is ActionKind.BAN_AUTHOR:
        return _ban(seconds, abilities)
    return f"{_DO[kind]}{_ALBUM if album else ''}"


def _ban(seconds: int | None, abilities: Abilities | None) -> str:
    what = f"Заблокируйте автора на странице {term(seconds)}."
    if abilities is None or seconds is None or abilities.ban_terms.holds(seconds):
        return what
    if abilities.can_unban:
        return f"{what} Такого срока сеть не знает: заблокируйте без срока, программа снимет блокировку сама."
    return f"{what} Такого срока сеть не знает: заблокируйте без срока, программа напомнит снять блокировку."
