"""Commands of the register of official pages: written out for the office's site, read in for a region's thousands."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, plain, tell
from app.commands.pages import Json, pages

if TYPE_CHECKING:
    from app.commands.russian import Commands

#: Bad lines that are told one by one; the rest is counted.
_TOLD = 200


class Form(StrEnum):
    """What the register is written as."""

    CSV = "csv"
    JSON = "json"
    HTML = "html"


def register(_app: Commands) -> None:
    """Add the commands to those about pages."""
    pages.command("export")(export)
    pages.command("import")(import_)
    pages.command("review")(review)


def export(
    form: Annotated[
        Form, typer.Option("--format", help="csv: таблица для Excel; html: таблица для сайта; json: для программ.")
    ] = Form.CSV,
    inside: Annotated[bool, typer.Option("--inside", help="С именами ответственных: не для публикации.")] = False,
) -> None:
    """Вывести реестр официальных страниц: ссылки, организации, ответственные должности, дни проверки и пересмотра."""
    from app.pipeline.registry import papers
    from app.pipeline.registry.listing import whole

    with open_installation() as (_, house):
        lines, now = whole(house, None), house.clock.now()
    if form is Form.JSON:
        hidden = () if inside else ("responsible_name", "responsible_since")
        as_json([{name: value for name, value in plain(asdict(one)).items() if name not in hidden} for one in lines])
    elif form is Form.HTML:
        sys.stdout.write(papers.as_html(lines, now=now))
    else:
        # Excel's own line ends, whatever the terminal's are.
        sys.stdout.buffer.write(papers.as_csv(lines, inside=inside).encode())


def import_(
    table: Annotated[str, typer.Argument(metavar="ФАЙЛ", help="Таблица CSV, как её выводит page export; - = ввод.")],
    dry: Annotated[bool, typer.Option("--dry-run", help="Только проверить: ничего не записывать.")] = False,
    json: Json = False,
) -> None:
    """Добавить и описать страницы по таблице. Неверная строка называется по номеру и не мешает остальным."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.registry.importing import import_pages

    try:
        content = sys.stdin.buffer.read() if table == "-" else Path(table).read_bytes()
    except OSError as error:
        raise InvalidInputError("table", f"файл {table} не прочесть: {error.strerror}") from None
    with open_installation() as (_, house):
        done = import_pages(house, content, by=CLI, dry=dry)
    if json:
        as_json(asdict(done))
    else:
        for bad in done.bad[:_TOLD]:
            tell(f"Строка {bad.line}: {bad.message}")
        if len(done.bad) > _TOLD:
            tell(f"…и ещё неверных строк: {len(done.bad) - _TOLD}")
        would = "Проверка, ничего не записано. " if dry else ""
        counts = f"добавлено {done.added}, изменено {done.changed}, без изменений {done.same}, неверных {len(done.bad)}"
        print(f"{would}Строк: {counts}.")
    if done.bad:
        raise typer.Exit(1)


def review(
    entries: Annotated[
        list[int] | None, typer.Argument(metavar="[СТРОКА]…", help="Номера строк реестра; без них все.")
    ] = None,
) -> None:
    """Отметить пересмотр реестра: акты требуют его каждый квартал."""
    from app.pipeline.registry.keeping import review as note

    with open_installation() as (_, house):
        count = note(house, entries or None, by=CLI)
    print(f"Пересмотр отмечен, строк: {count}.")
