"""Commands about the journal."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.commands.installation import opened
from app.commands.output import as_json, tell
from app.commands.russian import Commands

journal = Commands(help="Журнал: проверить, что записи никто не менял.")
PROBLEMS = {
    "mac_differs": "запись изменена",
    "columns_differ": "запись изменена",
    "body_unreadable": "запись испорчена",
    "unknown_key": "запись сделана с другим ключом журнала",
    "entry_missing": "записи нет",
    "entry_behind_head": "лишняя запись в конце",
    "head_differs": "конец цепочки не совпадает с последней записью",
    "head_missing": "нет конца цепочки",
    "tail_cut": "конец журнала отрезан",
    "differs_from_seal": "запись не совпадает с печатью",
    "sealed_chain_missing": "нет цепочки, которая есть в печати",
}
GUARD = "guard_missing:"


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(journal, name="journal")


@journal.command("verify")
def verify_journal(
    seal: Annotated[Path | None, typer.Option("--seal", help="Сверить с печатью, сохранённой раньше.")] = None,
    write_seal: Annotated[Path | None, typer.Option("--write-seal", help="Сохранить печать в новый файл.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Проверить журнал от первой записи до последней; код завершения 1, если что-то не сходится."""
    from app.domain.errors import InvalidInputError
    from app.journal.verify import read_seal, seal_text, verify

    try:
        heads = None if seal is None else read_seal(seal.read_bytes(), f"--seal {seal}")
    except OSError as error:
        raise InvalidInputError("--seal", f"ожидается файл печати, а {seal} не читается") from error
    with opened() as house:
        report = verify(house.database, house.journal_key, heads)
        at = house.clock.now()
    if write_seal is not None and report.is_whole:
        try:
            # A seal is kept: an older one is never overwritten.
            with write_seal.open("xb") as stream:
                stream.write(seal_text(report.heads, at))
        except OSError as error:
            raise InvalidInputError("--write-seal", f"ожидается новый файл, а {write_seal} не создаётся") from error
    if json:
        as_json({**asdict(report), "ok": report.is_whole})
    elif report.is_whole:
        print(f"Журнал цел, записей: {report.entries}.")
    for problem in () if json else report.problems:
        what = PROBLEMS.get(problem.code, problem.code)
        if problem.code.startswith(GUARD):
            tell(f"нет защиты журнала: {problem.code.removeprefix(GUARD)}")
        else:
            tell(f"цепочка {problem.chain}, запись {problem.seq}: {what}")
    if not report.is_whole:
        if not json:
            tell(f"Журнал изменён. Нарушений: {report.problem_count}, записей: {report.entries}.")
        raise typer.Exit(1)
