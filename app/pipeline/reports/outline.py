"""What a report shows, in which order and in which words, and which of its counts add up to which; pure data."""

from dataclasses import dataclass
from typing import Final

from app.domain.wording import CATEGORIES
from app.pipeline.reports.suppression import Sum


@dataclass(frozen=True, slots=True)
class Row:
    """A count and what it is called."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """A table of counts under one heading; `note` says what the reader should know about it."""

    key: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""


_GROUNDS: Final = {**CATEGORIES, "law": "иное нарушение закона"}


def _removed(who: str) -> tuple[Row, ...]:
    return tuple(Row(f"{who}.removed.{key}", name) for key, name in _GROUNDS.items() if who == "person" or key != "law")


OUTLINE: Final = (
    Part(
        "comments",
        "Комментарии",
        (
            Row("comments", "поступило и оценено"),
            Row("rejudged", "оценено заново: автор изменил текст"),
            Row("removed", "решено удалить: программа и люди вместе"),
            Row("reversed", "решений об удалении отменено людьми"),
        ),
        "Собственные комментарии страницы и её руководителей не оцениваются и не считаются.",
    ),
    Part(
        "machine",
        "Решения программы",
        (
            Row("machine.kept", "оставить"),
            Row("machine.asked", "показать человеку"),
            Row("machine.proposed", "предложено удалить, решает человек"),
            Row("machine.removed", "удалить"),
            Row("machine.would_remove", "только наблюдение: удалила бы"),
            Row("machine.would_ask", "только наблюдение: показала бы человеку"),
        ),
    ),
    Part(
        "machine_removed",
        "За что удалила программа",
        _removed("machine"),
        "Каждое решение считается один раз: по самому сильному основанию.",
    ),
    Part(
        "people",
        "Решения людей",
        (
            Row("person.kept", "сотрудники: оставить"),
            Row("person.removed", "сотрудники: удалить"),
            Row("confirmed", "сотрудники: подтвердили удаление, предложенное программой"),
            Row("network.kept", "в самой сети: вернуть"),
            Row("network.removed", "в самой сети: удалить"),
            Row("alone", "решил один, потому что второго сотрудника нет"),
        ),
        "Решения, отменённые до отправки, не считаются.",
    ),
    Part("person_removed", "За что удалили сотрудники", _removed("person")),
    Part(
        "appeals",
        "Сообщения жителей, которые ждут ответа",
        (
            Row("appeals", "поступило"),
            Row("appeals.in_term", "отвечено в срок"),
            Row("appeals.late", "отвечено позже срока"),
            Row("appeals.overdue", "не отвечено, срок прошёл"),
            Row("appeals.waiting", "ещё ждут, срок не прошёл"),
            Row("appeals.not_owed", "ответ не нужен"),
        ),
    ),
    Part(
        "objections",
        "Возражения",
        (
            Row("objections", "поступило"),
            Row("objections.upheld", "решение оставлено в силе"),
            Row("objections.reversed", "решение отменено"),
            Row("objections.moot", "решать было уже нечего"),
            Row("objections.waiting", "рассматриваются"),
        ),
    ),
    Part(
        "bans",
        "Блокировки",
        (
            Row("bans", "выполнено"),
            Row("bans.day", "до суток"),
            Row("bans.days3", "до трёх суток"),
            Row("bans.week", "до недели"),
            Row("bans.month", "до месяца"),
            Row("bans.year", "до года"),
            Row("bans.ever", "бессрочно"),
        ),
        "Назначенные за это время и выполненные к составлению отчёта.",
    ),
    Part(
        "actions",
        "Сделано в сети",
        (
            Row("actions.delete_comment", "удалено комментариев"),
            Row("actions.hide_comment", "скрыто комментариев"),
            Row("actions.restore_comment", "возвращено комментариев"),
            Row("actions.unban_author", "снято блокировок"),
            Row("actions.failed", "не получилось"),
        ),
        "Назначенное за это время, как оно есть к составлению отчёта.",
    ),
    Part(
        "audit",
        "Случайная проверка программы",
        (
            Row("audit", "проверено человеком"),
            Row("agreement.audit.keep.keep", "оба: оставить"),
            Row("agreement.audit.keep.remove", "программа оставила, человек удалил бы"),
            Row("agreement.audit.remove.keep", "программа удалила, человек оставил бы"),
            Row("agreement.audit.remove.remove", "оба: удалить"),
        ),
        "Выборка случайная: по ней видно, как программа работает на самом деле.",
    ),
    Part(
        "judged",
        "Остальное, что решали и программа, и человек",
        (
            Row("judged", "решений"),
            Row("agreement.other.keep.keep", "оба: оставить"),
            Row("agreement.other.keep.remove", "программа оставила, человек удалил"),
            Row("agreement.other.remove.keep", "программа удалила бы, человек оставил"),
            Row("agreement.other.remove.remove", "оба: удалить"),
            Row("agreement.other.review.keep", "программа сомневалась, человек оставил"),
            Row("agreement.other.review.remove", "программа сомневалась, человек удалил"),
        ),
        "Сюда попадают трудные случаи и возражения: о работе программы в целом по ним не судят.",
    ),
)


def _keys(part: str) -> tuple[str, ...]:
    return tuple(row.key for one in OUTLINE if one.key == part for row in one.rows)


#: Two sums share one count at most, so that the hiding of small counts is exact.
SUMS: Final = (
    Sum("machine", ("comments", "rejudged")),
    Sum("machine", _keys("machine")),
    Sum("machine.removed", _keys("machine_removed")),
    Sum("removed", ("machine.removed", "person.removed", "confirmed")),
    Sum("person.removed", _keys("person_removed")),
    *(Sum(part, _keys(part)[1:]) for part in ("appeals", "objections", "bans", "audit", "judged")),
)
#: Totals that are not counted themselves: they are what their parts add up to.
ADDED_UP: Final = ("machine.removed", "person.removed", "removed", "machine", "bans", "audit", "judged")
#: Of these, the ones that no row shows.
UNSEEN: Final = ("machine",)
