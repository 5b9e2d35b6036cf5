"""Commands of the register of official pages: written out for the office's site, read in for a region's thousands."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, plain, tell, warn
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
    except OSError:
        raise InvalidInputError("table", f"файл {table} не прочесть: проверьте имя и права на него") from None
    with open_installation() as (settings, house):
        done = import_pages(house, content, by=CLI, dry=dry)
    off = sorted(done.networks - settings.enabled_networks)
    done.warnings += [f"сеть {name} выключена в DVORNIK_NETWORKS: её страницы ждут" for name in off]
    if json:
        as_json({**asdict(done), "networks": sorted(done.networks)})
    else:
        for bad in done.bad[:_TOLD]:
            tell(f"Строка {bad.line}: {bad.message}")
        if len(done.bad) > _TOLD:
            tell(f"…и ещё неверных строк: {len(done.bad) - _TOLD}")
        would = "Проверка, ничего не записано. " if dry else ""
        counts = f"добавлено {done.added}, изменено {done.changed}, без изменений {done.same}, неверных {len(done.bad)}"
        print(f"{would}Строк: {counts}.")
    warn(done.warnings)
    if done.bad:
        raise typer.Exit(1)


def review(
    entries: Annotated[
        list[int] | None, typer.Argument(metavar="[СТРОКА]…", help="Номера строк реестра из page export --format json.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Отметить все строки.")] = False,
) -> None:
    """Отметить, что строки реестра пересмотрены: акты требуют этого каждый квартал."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.registry.keeping import review as note

    if bool(entries) is everything:
        raise InvalidInputError("all", "ожидаются или номера строк, или --all, если просмотрены все")
    with open_installation() as (_, house):
        count = note(house, entries or None, by=CLI)
    print(f"Пересмотр отмечен, строк: {count}.")
