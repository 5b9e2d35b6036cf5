"""The command that puts a model in use after checking it, and takes the one before it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, progress, tell, warn
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.pipeline.house import House
    from app.pipeline.promotion.gate import Report
    from app.settings import Settings
    from model.artefact import Artefact


def register(app: Commands) -> None:
    """Add the command."""
    app.command("promote")(promote)


def promote(
    folder: Annotated[Path | None, typer.Argument(metavar="ПАПКА", help="Папка обученной модели.")] = None,
    *,
    rollback: Annotated[bool, typer.Option("--rollback", help="Вернуть модель, которая работала до этой.")] = False,
    force: Annotated[
        str,
        typer.Option("--force", metavar="ПРИЧИНА", help="Ввести вопреки проверкам; причина останется в записях."),
    ] = "",
    days: Annotated[int, typer.Option("--days", help="За сколько дней проверить комментарии.", min=1, max=3650)] = 30,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Проверить модель и ввести её в действие; прежняя остаётся, её возвращает --rollback.

    Проверяются обещания, эталонные примеры и сохранённые комментарии. Сервис берёт новую модель при следующем запуске.
    """
    from app.domain.errors import InvalidInputError

    if rollback == (folder is not None):
        raise InvalidInputError("ПАПКА", "ожидается папка модели или --rollback, одно из двух")
    if rollback and force:
        raise InvalidInputError("force", "у --rollback причины не спрашивают")
    with open_installation() as (settings, house):
        _warn(settings)
        if folder is None:
            _roll_back(settings, house, json=json)
        else:
            _promote(settings, house, folder, force.strip(), days=days, json=json)


def _roll_back(settings: Settings, house: House, *, json: bool) -> None:
    from app.pipeline.models import open_model
    from app.pipeline.promotion.promote import roll_back
    from app.pipeline.promotion.shelf import Shelf
    from model.artefact import DEFAULT_ARTEFACT

    taken, version = roll_back(house, Shelf(settings.data_dir), open_model(DEFAULT_ARTEFACT), by=CLI)
    if json:
        as_json({"version": version, "instead_of": taken.version})
        return
    print(f"Возвращена модель {version} вместо {taken.version}. Перезапустите сервис: он возьмёт её при запуске.")


def _promote(settings: Settings, house: House, folder: Path, force: str, *, days: int, json: bool) -> None:
    from app.domain.errors import ConflictError
    from app.pipeline.models import open_model
    from app.pipeline.promotion.promote import promote as put_in_use
    from app.pipeline.promotion.shelf import Shelf
    from app.wiring import open_artefact

    artefact = open_model(folder)
    present = open_artefact(settings)
    if settings.model is None and artefact.manifest.digest == present.manifest.digest:
        raise ConflictError(f"модель {present.manifest.version} уже введена в действие")
    report = _check(house, present, artefact, days)
    standing = None
    if not report.refusals or force:
        reason = force if report.refusals else ""
        standing = put_in_use(house, Shelf(settings.data_dir), folder, artefact, by=CLI, reason=reason)
    if json:
        tally = report.tally.as_json() if report.tally else None
        promoted = standing is not None
        as_json(
            {
                "version": artefact.manifest.version,
                "instead_of": present.manifest.version,
                "promoted": promoted,
                "refusals": report.refusals,
                "checked": report.checked,
                "replay": tally,
            }
        )
    else:
        _print(report, artefact.manifest.version, present.manifest.version, promoted=standing is not None)
    if standing is None:
        raise typer.Exit(1)


def _check(house: House, present: Artefact, artefact: Artefact, days: int) -> Report:
    from app.domain.clock import DAY
    from app.pipeline.promotion.gate import Pair, check
    from app.pipeline.promotion.golden import read_golden
    from app.pipeline.replay import Past

    now = house.clock.now()
    past, told = Past(now - days * DAY, now + 1), progress("Сохранённые комментарии")
    return check(house, Pair(present, artefact), read_golden(), past, told)


def _print(report: Report, version: str, before: str, *, promoted: bool) -> None:
    for line in report.checked:
        print(f"Проверено: {line}.")
    for line in report.refusals:
        tell(f"Против: {line}.")
    if promoted:
        print(f"Модель {version} введена вместо {before}. Перезапустите сервис: он возьмёт её при запуске.")
        print("Вернуть прежнюю: dvornik promote --rollback")
    else:
        tell(f'Модель {version} не введена. Ввести её вопреки этому: --force "причина".')


def _warn(settings: Settings) -> None:
    if settings.model is not None:
        warn([f"DVORNIK_MODEL указывает на {settings.model}: пока он задан, сервис берёт модель оттуда"])
