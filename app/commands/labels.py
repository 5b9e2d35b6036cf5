"""Commands about what people's verdicts teach."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from app.commands.installation import CLI, opened
from app.commands.output import as_json, percent, tell
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.pipeline.house import House
    from app.pipeline.labels.measure import Share
    from app.storage.labels import LabelFilter

labels = Commands(help="Метки: что решили люди, для обучения модели и для проверки её точности.")
_STREAM = Path("-")
Since = Annotated[
    str | None, typer.Option("--since", metavar="ДЕНЬ", help="Только решения людей с этого дня, 2026-11-01.")
]
Page = Annotated[int | None, typer.Option("--page", metavar="СТРАНИЦА", help="Только эта страница, её номер.")]
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]
WHY = {
    "erased": "текст стёрт",
    "superseded": "люди потом решили иначе",
    "without_category": "удалено за нарушение закона, а не за вид текста",
}


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(labels, name="labels")


@labels.command("export")
def export(
    target: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Куда записать метки; «-» — писать в вывод.")],
    since: Since = None,
    page: Page = None,
) -> None:
    """Выгрузить решения людей для dvornik train --labels: без номеров людей, телефоны и документы закрыты.

    Выгрузка записывается в журнал. Кто удалил свой комментарий сам, меткой не считается.
    """
    from app.domain.errors import InvalidInputError
    from app.pipeline.bulk_scoring import whole_or_nothing
    from app.pipeline.labels.export import all_lessons, line, note_export

    if target != _STREAM and not target.resolve().parent.is_dir():
        raise InvalidInputError("ФАЙЛ", f"ожидается файл в существующей папке, а папки {target.parent} нет")
    rows, left_out = 0, Counter[str]()
    with opened() as house, ExitStack() as files:
        wanted = _wanted(house, since, page)
        note_export(house, wanted, by=CLI)
        out: BinaryIO = sys.stdout.buffer
        if target != _STREAM:
            # Masked or not, these are people's words.
            out = files.enter_context(whole_or_nothing(target, private=True))
        for portion in all_lessons(house, wanted):
            out.writelines(map(line, portion.lessons))
            rows += len(portion.lessons)
            left_out.update(portion.left_out)
        out.flush()
    tell(f"Выгружено меток: {rows}.")
    for code, count in sorted(left_out.items()):
        tell(f"Не выгружено: {count} ({WHY[code]}).")


@labels.command("measure")
def measure(since: Since = None, page: Page = None, json: Json = False) -> None:
    """Измерить точность программы по случайной выборке, которую проверили люди."""
    from app.pipeline.labels.measure import measure as measured

    with opened() as house:
        found = measured(house, _wanted(house, since, page))
    if json:
        as_json(found.as_json())
        return
    print(f"Случайных решений программы предложено людям: {found.asked}.")
    print(_told("Удалённые программой: люди удалили бы тоже", found.precision))
    print(_told("Оставленные программой: люди удалили бы", found.missed))


def _told(what: str, share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return f"{what}: проверенных ещё нет."
    borders = f"{percent(share.low)}–{percent(share.high)}"
    return f"{what} {percent(share.share)} (95 %: {borders}), проверено: {share.answered}."


def _wanted(house: House, since: str | None, page: int | None) -> LabelFilter:
    from app.commands.moments import instant
    from app.storage.labels import LabelFilter

    return LabelFilter(chosen_pages(house, page), instant(since, "since"))


def chosen_pages(house: House, page: int | None) -> tuple[int, ...] | None:
    """The page that was named, removed ones too; None = all.

    Raises:
        NotFoundError: there is no such page.
    """
    from app.pipeline.administration.page_overview import missing
    from app.storage.accounts import is_id
    from app.storage.tables import Page as PageRow

    if page is None:
        return None
    with house.database.read() as session:
        if not is_id(page) or session.get(PageRow, page) is None:
            raise missing(page)
    return (page,)
