"""Commands about the terms for which data are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, table, tell
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.pipeline.retention.run import Line, Report

retention = Commands(help="Сроки хранения: что пора стереть, стереть это.")


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(retention, name="retention")


@retention.command("run")
def run_retention(
    apply: Annotated[bool, typer.Option("--apply", help="Стереть. Без него — только показать.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Показать по видам данных, сколько пора стереть, а с --apply стереть. Сроки: DVORNIK_RETENTION_*."""
    from app.pipeline.retention.run import run
    from app.pipeline.retention.terms import terms_of

    with open_installation() as (settings, house):
        report = run(house, terms_of(settings), apply=apply, by=CLI)
    if json:
        as_json({"applied": report.applied, "items": [_plain(line) for line in report.lines]})
        return
    _print(report)


def _plain(line: Line) -> dict[str, object]:
    return {
        "kind": str(line.kind),
        "days": line.days,
        "erased": line.erased,
        "held": line.held,
        "waits": dict(line.waits),
    }


def _print(report: Report) -> None:
    from app.domain.wording import KEPT_DATA, WAITS

    done = "СТЁРТО" if report.applied else "ПОРА СТЕРЕТЬ"
    rows = []
    for line in report.lines:
        why = "; ".join(f"{WAITS[code]}: {count}" for code, count in line.waits.items())
        rows.append((KEPT_DATA[line.kind], _days(line.days), line.erased, line.held, why))
    table(("ДАННЫЕ", "СРОК", done, "ЗАДЕРЖАНО", "ПОЧЕМУ"), rows)
    if not report.applied and report.erased:
        tell(f"Ничего не стёрто. Чтобы стереть записей: {report.erased}, повторите с --apply; вернуть их будет нельзя.")


def _days(days: int | None) -> str:
    return "—" if days is None else f"{days} дн."
