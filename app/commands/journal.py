"""Commands about the journal."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, opened, quiet_settings
from app.commands.output import as_json, moment, plain, tell
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.journal.verify import Report, Unverified

journal = Commands(help="Журнал: проверить, что записи никто не менял, сменить ключ.")
PROBLEMS = {
    "mac_differs": "запись изменена",
    "columns_differ": "запись изменена",
    "body_unreadable": "запись испорчена",
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
    key_file: Annotated[
        list[Path] | None,
        typer.Option("--key-file", help="Файл прежнего ключа: проверить и его записи; можно повторять."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Проверить журнал от первой записи до последней; код завершения 1, если что-то не сходится или не проверено."""
    from app.domain.errors import InvalidInputError
    from app.journal.verify import read_seal, seal_text, verify
    from app.storage.vault import read_journal_key

    try:
        heads = None if seal is None else read_seal(seal.read_bytes(), f"--seal {seal}")
    except OSError as error:
        raise InvalidInputError("--seal", f"ожидается файл печати, а {seal} не читается") from error
    try:
        old_keys = [read_journal_key(file) for file in key_file or ()]
    except OSError as error:
        raise InvalidInputError("--key-file", f"ожидается файл ключа, а {error.filename} не читается") from error
    with opened() as house:
        report = verify(house.database, house.journal_key, heads, old_keys=old_keys)
        at = house.clock.now()
    if write_seal is not None and report.may_be_sealed:
        try:
            # A seal is kept: an older one is never overwritten.
            with write_seal.open("xb") as stream:
                stream.write(seal_text(report.heads, at))
        except OSError as error:
            raise InvalidInputError("--write-seal", f"ожидается новый файл, а {write_seal} не создаётся") from error
    if json:
        as_json({**plain(asdict(report)), "ok": report.is_whole})
    else:
        _print(report)
    if not report.is_whole:
        raise typer.Exit(1)


def _print(report: Report) -> None:
    if report.is_whole:
        print(f"Журнал цел, записей: {report.entries}.")
    for problem in report.problems:
        what = PROBLEMS.get(problem.code, problem.code)
        if problem.code.startswith(GUARD):
            tell(f"нет защиты журнала: {problem.code.removeprefix(GUARD)}")
        else:
            tell(f"цепочка {problem.chain}, запись {problem.seq}: {what}")
    strange, old = report.of_strange_keys, report.of_old_keys
    if strange.entries:
        tell(f"{_unverified(strange)}. О смене ключа записи нет: либо у одной из машин ключ свой, либо это подделка.")
    if old.entries:
        tell(f"{_unverified(old)}. О смене ключа есть запись, и она верна.")
    if report.problem_count:
        tell(f"Журнал изменён. Нарушений: {report.problem_count}, записей: {report.entries}.")
    elif not report.is_whole:
        tell(
            f"Проверен не весь журнал: записей {report.entries}, без проверки {strange.entries + old.entries}."
            " В остальных нарушений нет."
        )


def _unverified(of: Unverified) -> str:
    since, until = moment(of.first_at), moment(of.last_at)
    return f"Записей подписано другим ключом: {of.entries}, с {since} по {until}; проверить их можно только тем ключом"


@journal.command("new-key")
def new_key(
    yes: Annotated[bool, typer.Option("--yes", help="Не переспрашивать.")] = False,
) -> None:
    """Вести журнал дальше с другим ключом: прежний потерян или раскрыт. Сначала остановите сервис на всех машинах."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.administration.journal_key import take_over
    from app.wiring import open_house

    settings = quiet_settings()
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidInputError("--yes", "ожидается этот параметр: без терминала переспросить некого")
        tell("Прежние записи можно будет проверить только прежним ключом. Если он есть, верните его вместо этого.")
        if input("Сменить ключ журнала? Введите «да»: ").strip().lower() != "да":
            tell("Ключ не сменён.")
            raise typer.Exit(1)
    house = open_house(settings, new_journal_key=True)
    try:
        chains = take_over(house, by=CLI)
    finally:
        house.database.dispose()
    if chains:
        print(f"Ключ журнала сменён на {house.journal_key.id}, смена записана. Сохраните копию ключа отдельно от базы.")
    else:
        print(f"Журнал и так подписан ключом {house.journal_key.id}: менять нечего.")
