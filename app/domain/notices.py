"""What the office tells a resident about a decision: plain words, the clause, the term, how to object.

A notice quotes nobody, names no person and is never longer than `LONGEST`, whatever it is made of: what comes from
outside is shortened to a bound of its own, and what is merely useful is left out where there is no room.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.clock import SECOND

LONGEST: Final = 350
_LONGEST_GROUND: Final = 80
_LONGEST_POST: Final = 60
#: Kinds of violation that one notice names, the strongest first.
_NAMED: Final = 2

#: What was wrong, in the words of a notice.
WHY: Final[Mapping[str, str]] = {
    "spam": "спам-рассылка",
    "insult": "оскорбление",
    "obscenity": "нецензурная брань",
    "threat": "агрессия",
}
_BY_LAW: Final = "такое не разрешает публиковать закон"
_AGAINST_RULES: Final = "правила страницы его не допускают"
#: `п. 2.5 Порядка, Постановление администрации … от 16.03.2020 № 59`
_CITED: Final = re.compile(
    r"(?P<clause>[^,]+), (?P<kind>[^\s,]+)\b.* от (?P<date>\d{2}\.\d{2}\.\d{4}) № (?P<number>\S+)"
)


class NoticeKind(StrEnum):
    """What a notice tells."""

    DELETED = "deleted"
    BLOCKED = "blocked"
    OBJECTION_GOT = "objection_got"
    OBJECTION_UPHELD = "objection_upheld"
    OBJECTION_REVERSED = "objection_reversed"
    OBJECTION_MOOT = "objection_moot"
    RESTORED = "restored"
    CANNOT_RESTORE = "cannot_restore"


class Decider(StrEnum):
    """Who decided, as far as the resident is told."""

    PROGRAM = "program"
    #: A program proposed, a person confirmed.
    BOTH = "both"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a notice is made of; instants in microseconds, shown in `timezone`.

    `clause` is the place in the act as decisions store it, `law` the article that a person named instead. `at` is when
    the comment was removed, None if that is still to come. `until` is the end of the ban or of the term of an answer;
    a ban that was not sent yet has `seconds` instead, and one with neither has no term.
    """

    number: str
    timezone: str
    at: int | None = None
    post_at: int | None = None
    until: int | None = None
    seconds: int | None = None
    categories: Sequence[str] = ()
    clause: str = ""
    law: str = ""
    decider: Decider = Decider.PERSON
    #: The post of whoever decided about an objection.
    post: str = ""
    unbanned: bool = False
    can_restore: bool = True


#: A sentence, and whether the notice is nothing without it.
_Sentence = tuple[str, bool]


def notice(kind: NoticeKind, facts: NoticeFacts) -> str:
    """The text of a notice, at most `LONGEST` signs."""
    return _fit([(text, needed) for text, needed in _TEXTS[kind](facts) if text])


def short_ground(clause: str, *, longest: int = _LONGEST_GROUND) -> str:
    """`п. 2.5 Порядка, постановление № 59 от 16.03.2020` for a clause as decisions store it; several stay several."""
    return _shorten("; ".join(_cited(one) for one in clause.split("; ")), longest)


def _cited(clause: str) -> str:
    found = _CITED.fullmatch(clause)
    return f"{found['clause']}, {found['kind'].lower()} № {found['number']} от {found['date']}" if found else clause


def _deleted(facts: NoticeFacts) -> list[_Sentence]:
    under = f" к записи от {_day(facts.post_at, facts)}" if facts.post_at is not None else ""
    return [
        (f"Ваш комментарий{under} удалён{_when(facts)}.", True),
        (_reason(facts), True),
        (_decider(facts), True),
        ("Вопрос можно задать ещё раз без этого: мы ответим.", False),
        (f"Не согласны? Напишите в сообщения страницы «возражение» и номер {facts.number}.", True),
    ]


def _blocked(facts: NoticeFacts) -> list[_Sentence]:
    return [
        (f"Писать здесь вы не можете {_term(facts)}.", True),
        (_reason(facts), True),
        (_decider(facts), True),
        ("Новости и ответы — на нашем сайте, по телефону и на Госуслугах.", True),
        (f"Возразить можно там же, номер решения {facts.number}.", True),
    ]


def _objection_got(facts: NoticeFacts) -> list[_Sentence]:
    return [
        (f"Мы получили ваше возражение и проверим решение {facts.number}.", True),
        (f"Ответим не позже {_day(facts.until, facts)}." if facts.until is not None else "", True),
        ("Если хотите что-то добавить, напишите ещё раз и укажите этот номер.", False),
    ]


def _objection_upheld(facts: NoticeFacts) -> list[_Sentence]:
    ground = _ground(facts)
    return [
        (f"Мы проверили решение {facts.number} по вашему возражению и оставляем его в силе.", True),
        (f"Основание: {ground}." if ground else "", True),
        (_decided_by_post(facts), True),
        ("Если вы не согласны, обратитесь к руководителю, в прокуратуру или в суд.", True),
        ("Вопрос можно задать ещё раз, соблюдая правила страницы: мы ответим.", False),
    ]


def _objection_reversed(facts: NoticeFacts) -> list[_Sentence]:
    return [
        (f"Мы проверили решение {facts.number} по вашему возражению и отменили его. Просим извинить нас.", True),
        (_what_follows(facts), True),
        # Like the return of the comment: ordered with the answer, and perhaps still on its way.
        ("Блокировку снимаем." if facts.unbanned else "", True),
        (_decided_by_post(facts), True),
    ]


def _objection_moot(facts: NoticeFacts) -> list[_Sentence]:
    return [
        (f"Мы проверили решение {facts.number} по вашему возражению: отменять уже нечего.", True),
        ("Этого комментария на странице больше нет, или его текст с тех пор изменился.", True),
        ("Если вопрос остался, напишите нам ещё раз: мы ответим.", False),
    ]


def _restored(facts: NoticeFacts) -> list[_Sentence]:
    return [
        (f"Ваш комментарий, удалённый{_when(facts)}, снова на странице. Просим извинить нас.", True),
        ("Блокировка снята." if facts.unbanned else "", True),
        (f"Решение {facts.number} отменено.", True),
    ]


def _cannot_restore(facts: NoticeFacts) -> list[_Sentence]:
    return [
        (f"Решение {facts.number} отменено: ваш комментарий удалили зря. Просим извинить нас.", True),
        (_what_follows(facts), True),
        ("Блокировка снята." if facts.unbanned else "", True),
    ]


_TEXTS: Final = {
    NoticeKind.DELETED: _deleted,
    NoticeKind.BLOCKED: _blocked,
    NoticeKind.OBJECTION_GOT: _objection_got,
    NoticeKind.OBJECTION_UPHELD: _objection_upheld,
    NoticeKind.OBJECTION_REVERSED: _objection_reversed,
    NoticeKind.OBJECTION_MOOT: _objection_moot,
    NoticeKind.RESTORED: _restored,
    NoticeKind.CANNOT_RESTORE: _cannot_restore,
}


def _reason(facts: NoticeFacts) -> str:
    """What was wrong, and by which rule."""
    known = [WHY[category] for category in facts.categories if category in WHY][:_NAMED]
    why = ", ".join(known) or (_BY_LAW if facts.law else _AGAINST_RULES)
    ground = _ground(facts)
    return f"Причина: {why} ({ground})." if ground else f"Причина: {why}."


def _ground(facts: NoticeFacts) -> str:
    return short_ground(facts.law or facts.clause)


def _decider(facts: NoticeFacts) -> str:
    return {
        Decider.PROGRAM: "Решение приняла программа.",
        Decider.BOTH: "Предложила программа, решил сотрудник.",
        Decider.PERSON: "",
    }[facts.decider]


def _decided_by_post(facts: NoticeFacts) -> str:
    return f"Кто решил: {_shorten(facts.post, _LONGEST_POST)}." if facts.post else ""


def _what_follows(facts: NoticeFacts) -> str:
    if facts.can_restore:
        return "Комментарий вернётся на страницу."
    return "Вернуть комментарий соцсеть не даёт: напишите его снова, мы не удалим."


def _when(facts: NoticeFacts) -> str:
    return f" {_moment(facts.at, facts)}" if facts.at is not None else ""


def _term(facts: NoticeFacts) -> str:
    if facts.until is not None:
        return f"до {_moment(facts.until, facts)} (местное время)"
    if facts.seconds is None:
        return "без срока"
    hours = max(1, round(facts.seconds / 3600))
    number, forms = (hours // 24, ("день", "дня", "дней")) if hours % 24 == 0 else (hours, ("час", "часа", "часов"))
    return f"{number} {_form(number, forms)}"


def _form(number: int, forms: tuple[str, str, str]) -> str:
    """The form of a Russian noun beside a number."""
    if 11 <= number % 100 <= 14:
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if 2 <= number % 10 <= 4 else forms[2]


def _fit(sentences: Sequence[_Sentence]) -> str:
    """All that is needed, and of the rest what there is room for."""
    kept = [needed for _, needed in sentences]
    for place, (_, needed) in enumerate(sentences):
        if not needed:
            kept[place] = True
            kept[place] = len(_joined(sentences, kept)) <= LONGEST
    return _joined(sentences, kept)


def _joined(sentences: Sequence[_Sentence], kept: Sequence[bool]) -> str:
    return " ".join(text for (text, _), keep in zip(sentences, kept, strict=True) if keep)


def _shorten(text: str, longest: int) -> str:
    """One line of at most so many signs, cut between words."""
    text = " ".join(text.split()).rstrip(".")
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > longest // 2 else cut).rstrip(" ,;:") + "…"


def _moment(instant: int, facts: NoticeFacts) -> str:
    return f"{_there(instant, facts):%d.%m.%Y в %H:%M}"


def _day(instant: int, facts: NoticeFacts) -> str:
    return f"{_there(instant, facts):%d.%m.%Y}"


def _there(instant: int, facts: NoticeFacts) -> datetime:
    return datetime.fromtimestamp(instant // SECOND, ZoneInfo(facts.timezone))
