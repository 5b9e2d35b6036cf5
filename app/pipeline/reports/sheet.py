"""Writes a report as a table that Russian Excel opens by a double click, and in which nothing is a formula; pure."""

import csv
import io
import unicodedata
from typing import Final

from app.pipeline.reports.publications import PagePosts, Week
from app.pipeline.reports.report import Cell, Report
from app.policy.duties import Force

#: Excel reads UTF-8 only behind this mark.
_BOM: Final = "\ufeff"
#: A cell that begins so is calculated and not shown; the wide and the small forms too, on some systems.
_FORMULA: Final = frozenset("=+-@\u2212")
HIDDEN: Final = "скрыто"
NOTHING: Final = "нет данных"
NO_NORM: Final = "в правилах не сказано"
FORCES: Final = {Force.NORM: "норма", Force.ADVICE: "рекомендация"}
WITH_MEDIA: Final = "с фото или видео"
RUNNING: Final = "неделя не закончилась"


def sheet(report: Report) -> str:
    """The report as CSV: BOM, `;`, decimal commas, CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")

    def write(*cells: str) -> None:
        writer.writerow([defused(cell) for cell in cells])

    write("Отчёт", report.period.title)
    write("Страницы", ", ".join(report.pages))
    write("Вид", "для публикации" if report.public else "для служебного пользования")
    for note in report.notes:
        write("Примечание", note)
    write()
    write("Раздел", "Показатель", "Значение", "Единица")
    for section in report.sections:
        for cell in section.cells:
            write(section.title, cell.title, said(cell), cell.unit)
    write()
    write("С какого дня", "Комментариев", "Решено удалить")
    for step in report.steps:
        write(f"{step.first:%d.%m.%Y}", *(HIDDEN if one is None else str(one) for one in (step.comments, step.removed)))
    if report.posts:
        write()
        write("Страница", "Неделя с", "Записей засчитано", "Нужно", "Сила", "Не хватило", "Пункт акта")
    for posts in report.posts:
        for week in posts.weeks:
            write(*_week(posts, week))
    return _BOM + out.getvalue()


def _week(posts: PagePosts, week: Week) -> tuple[str, ...]:
    counted = HIDDEN if week.counted is None else str(week.counted)
    monday = f"{week.monday:%d.%m.%Y}"
    if posts.needed is None or posts.force is None:
        return posts.title, monday, counted, NO_NORM
    missing = HIDDEN if week.missing is None else str(week.missing)
    force = f"{FORCES[posts.force]}, {WITH_MEDIA}" if posts.media else FORCES[posts.force]
    return posts.title, monday, counted, str(posts.needed), force, RUNNING if week.running else missing, posts.clause


def said(cell: Cell) -> str:
    """A number as people write it."""
    if cell.hidden:
        return HIDDEN
    if cell.value is None:
        return NOTHING
    return str(cell.value).replace(".", ",")


def defused(text: str) -> str:
    """The text so that a spreadsheet shows it and does not calculate it."""
    text = text.replace("\0", "")
    # Spreadsheets look past blanks, and past signs that nobody sees, in front of a formula.
    seen = next((at for at, sign in enumerate(text) if unicodedata.category(sign)[0] not in "ZC"), len(text))
    calculated = unicodedata.normalize("NFKC", text[seen : seen + 1]) in _FORMULA
    return f"'{text}" if calculated or not {"\t", "\r", "\n"}.isdisjoint(text[:seen]) else text
