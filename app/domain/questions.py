"""Says in one Russian sentence why a comment waits for a person, and what an action will really do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.domain.ports import Abilities
from app.domain.words import ActionKind, Kind, Mode, Reason, Verdict

_LIKE: Final[Mapping[str, str]] = {
    "spam": "спам",
    "insult": "оскорбление",
    "obscenity": "нецензурную брань",
    "threat": "угрозу",
}
_IS: Final[Mapping[str, str]] = {
    "spam": "спам",
    "insult": "оскорбление",
    "obscenity": "нецензурная брань",
    "threat": "угроза",
}
_ALONE: Final[Mapping[str, str]] = {
    Reason.INDETERMINATE: "Программа не смогла оценить текст: решает человек.",
    Reason.NO_TEXT: "Здесь нет слов, которые программа могла бы оценить: решает человек.",
    Reason.FIRST_LINK: "Одна ссылка без слов, и автор пишет здесь впервые.",
    Reason.NETWORK_PERSON: "В самой сети с этим комментарием что-то сделал человек: решение за вами.",
    Reason.PERSON: "Сотрудник попросил решить об этом комментарии заново.",
    Reason.OBJECTION: "Автор возражает: решение за человеком.",
    Reason.AUDIT: "Случайная проверка работы программы: решите так, будто её решения ещё нет.",
}
#: What the machine was sure of, and why it did not go on.
_STOPPED: Final[Mapping[str, str]] = {
    Reason.AGE_LIMIT: "комментарию больше трёх суток, такие удаляет только человек",
    Reason.BUDGET: "за час удалено слишком много, и дальше решает человек",
    Reason.MODE: "режим страницы сменился раньше, чем она закончила: решает человек",
}
_REMOVALS: Final = (ActionKind.DELETE_COMMENT, ActionKind.HIDE_COMMENT)
_BY_HAND: Final = "Программа здесь этого не может: она поставит задачу, и сделать это нужно будет вручную в сети."
_FOR_GOOD: Final = "Вернуть его будет нельзя: полная копия сохраняется как доказательство."
#: What moderators should know before they ban, where it is so.
_BANS: Final[Sequence[tuple[Callable[[Abilities], bool], str]]] = (
    (lambda it: not it.can_ban and not it.bans_by_deleting, _BY_HAND),
    (
        lambda it: it.bans_by_deleting,
        "Сеть блокирует только вместе с удалением комментария: если он уже удалён, блокировать придётся вручную.",
    ),
    (
        lambda it: it.ban_deletes_messages and it.term_only_mutes,
        (
            "Блокировка на срок запрещает писать и ничего не удаляет. Бессрочная удалит и то, что автор писал раньше;"
            " этого не вернуть, копии сохранённых комментариев остаются у нас."
        ),
    ),
    (
        lambda it: it.ban_deletes_messages and not it.term_only_mutes,
        "Сеть удалит и то, что автор писал раньше; этого не вернуть, копии сохранённых комментариев остаются у нас.",
    ),
    (
        lambda it: not it.ban_deletes_messages and it.term_only_mutes,
        "Блокировка на срок запрещает писать, читать автор сможет.",
    ),
    (
        lambda it: not it.ban_terms.dated and it.can_unban,
        "Сеть сроков не знает: программа сама снимет блокировку, когда срок выйдет.",
    ),
    (
        lambda it: not it.ban_terms.dated and not it.can_unban,
        "Сеть сроков не знает: когда срок выйдет, программа напомнит снять блокировку вручную.",
    ),
)
#: What takes an action back.
UNDO: Final[Mapping[ActionKind, ActionKind]] = {
    ActionKind.DELETE_COMMENT: ActionKind.RESTORE_COMMENT,
    ActionKind.HIDE_COMMENT: ActionKind.RESTORE_COMMENT,
    ActionKind.BAN_AUTHOR: ActionKind.UNBAN_AUTHOR,
}


def why(
    reason: str,
    *,
    verdict: str,
    categories: Sequence[str],
    mode: str,
    beside: Sequence[str] = (),
    comments: int = 1,
    authors: int = 1,
) -> str:
    """Why a case is open; `comments` and `authors` count those who say the same, this comment included.

    `beside` is what the text is likely to be that the act gives no right to remove.
    """
    if reason in _ALONE:
        return _ALONE[reason]
    named = " и ".join(_IS[one] for one in categories if one in _IS)
    like = " и ".join(_LIKE[one] for one in categories if one in _LIKE)
    if reason == Reason.PROTECTED_APPEAL:
        with_what = f", но в тексте есть {named}" if named else ""
        return f"Похоже на жалобу, вопрос или критику жителя{with_what}: такое удаляет только человек."
    if reason == Reason.PRIVATE_MESSAGE:
        return f"Личное сообщение, похоже на {like or 'нарушение'}: программа такие не удаляет."
    if reason in {Reason.REPEAT, Reason.CAMPAIGN}:
        return f"Одно и то же написали {_times(comments)}, авторов: {authors}. Посмотрите, не рассылка ли это."
    if verdict == Verdict.REMOVE or reason in _STOPPED:
        return f"Программа уверена, что это {named or 'нарушение'}{_but(reason, mode, beside)}."
    return f"Похоже на {like or 'нарушение'}, но уверенности нет: решает человек."


def _but(reason: str, mode: str, beside: Sequence[str]) -> str:
    """Why a person is asked although the machine is sure."""
    if reason in _STOPPED:
        return f", но {_STOPPED[reason]}"
    if beside:
        also = " и ".join(_LIKE[one] for one in beside if one in _LIKE)
        return f", и похоже на {also}: такого пункта в акте нет, решает человек"
    return f"; {'страница работает с проверкой, и ' if mode == Mode.REVIEW else ''}решает человек"


def is_final(kind: ActionKind, comment: Kind, abilities: Abilities | None) -> bool:
    """Whether the network does this and has no way back; `abilities` None = it has no adapter."""
    if abilities is None or kind not in UNDO:
        return False
    return abilities.can(kind, comment) and not abilities.can_undo(kind, comment)


def effect(kind: ActionKind, comment: Kind, abilities: Abilities) -> str:
    """What an action will really do on this network, and whether it can be taken back."""
    if kind is ActionKind.BAN_AUTHOR:
        return _ban(comment, abilities)
    if kind is ActionKind.UNBAN_AUTHOR and not abilities.can_unban:
        return f"Автор снова сможет писать на странице. {_BY_HAND}"
    if not abilities.can(kind, comment):
        return _removal_by_hand(kind)
    if kind in _REMOVALS:
        what = "Комментарий исчезнет со страницы." if kind is _REMOVALS[0] else "Комментарий увидит только его автор."
        can_undo = abilities.can_undo(kind, comment)
        return f"{what} {'Потом его можно вернуть, пока сеть это позволяет.' if can_undo else _FOR_GOOD}"
    if kind is ActionKind.RESTORE_COMMENT:
        return "Комментарий снова появится на странице, если сеть ещё хранит его."
    return "Автор снова сможет писать на странице."


def _removal_by_hand(kind: ActionKind) -> str:
    """Hiding and restoring are no tasks where the network knows nothing of the kind; a deletion always is."""
    return f"Комментарий исчезнет со страницы. {_BY_HAND}" if kind is _REMOVALS[0] else "Эта сеть так не умеет."


def _ban(comment: Kind, abilities: Abilities) -> str:
    said = ["Автор больше не сможет писать на странице."]
    said += [words for holds, words in _BANS if holds(abilities)]
    if abilities.can_unban:
        said.append("Блокировку можно снять.")
    elif abilities.can_ban or abilities.bans_by_deleting:
        said.append("Снять блокировку отсюда нельзя: это придётся сделать вручную в сети.")
    if abilities.bans_by_deleting and comment not in abilities.can_delete:
        said.append("Этот комментарий программа удалить не может, поэтому и блокировка останется человеку.")
    return " ".join(said)


def _times(count: int) -> str:
    few = count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14}
    return f"{count} раза" if few else f"{count} раз"
