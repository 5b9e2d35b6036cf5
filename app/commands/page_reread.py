"""The command that has a page read again after a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.moments import instant
from app.commands.output import as_json, warn
from app.commands.pages import Json, PageArgument, pages

if TYPE_CHECKING:
    from app.commands.russian import Commands

_Since = Annotated[
    str, typer.Option("--since", metavar="ВРЕМЯ", help="С какого времени: день вида 2026-11-01 или время RFC 3339.")
]


def register(_app: Commands) -> None:
    """Add the command to those about pages."""
    pages.command("reread")(reread)


def reread(page: PageArgument, since: _Since, json: Json = False) -> None:
    """Перечитать комментарии страницы за время, когда события могли не дойти. Читает работающий сервис."""
    from app.pipeline.rereading.ordering import order_reread

    with open_installation() as (_settings, house):
        warnings = order_reread(house, page, since=instant(since, "--since") or 0, by=CLI)
    if json:
        as_json({"page": str(page), "warnings": list(warnings)})
        return
    print(f"Страница {page} будет перечитана. Как идёт чтение, показывает page show {page}.")
    warn(warnings)
