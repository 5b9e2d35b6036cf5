"""Commands about the journal."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.entering import confirmed
from app.commands.installation import CLI, open_installation, quiet_settings
from app.commands.output import as_json, moment, plain, tell
from app.commands.russian import Commands
from app.domain.clock import rfc3339

if TYPE_CHECKING:
    from app.journal.seal import Seal
    from app.journal.verify import Report, Unverified
    from app.storage.vault import JournalKey

journal = Commands(help="Журнал: проверить, что записи никто не менял, записать печать, сменить ключ.")
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
    "seal_forged": "печать подделана: её подпись не сходится",
}
GUARD = "guard_missing:"


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(journal, name="journal")


@journal.command("verify")
def verify_journal(
    seal: Annotated[
        Path | None,
        typer.Option("--seal", help="Сверить с этой печатью; без параметра — с последней из папки данных, если есть."),
    ] = None,
    write_seal: Annotated[Path | None, typer.Option("--write-seal", help="Сохранить печать в новый файл.")] = None,
    key_file: Annotated[
        list[Path] | None,
        typer.Option("--key-file", help="Файл прежнего ключа: проверить и его записи; можно повторять."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Проверить журнал от первой записи до последней; код завершения 1, если что-то не сходится или не проверено."""
    from app.domain.errors import InvalidInputError
    from app.journal.seal import make_seal, seal_text
    from app.journal.verify import verify
    from app.pipeline.administration.sealing import FOLDER, newest_seal
    from app.storage.vault import read_journal_key

    sealed = None if seal is None else _read(seal)
    try:
        old_keys = [read_journal_key(file) for file in key_file or ()]
    except OSError as error:
        raise InvalidInputError("--key-file", f"ожидается файл ключа, а {error.filename} не читается") from error
    with open_installation() as (settings, house):
        if sealed is None:
            kept = newest_seal(settings.data_dir / FOLDER)
            sealed = kept.seal if kept else None
        report = verify(house.database, house.journal_key, sealed.heads if sealed else None, old_keys=old_keys)
        said = _check(sealed, [house.journal_key, *old_keys], report) if sealed else ""
        made = make_seal(report.heads, house.clock.now(), house.journal_key)
    if write_seal is not None and report.may_be_sealed:
        try:
            # A seal is kept: an older one is never overwritten.
            with write_seal.open("xb") as stream:
                stream.write(seal_text(made))
        except OSError as error:
            raise InvalidInputError("--write-seal", f"ожидается новый файл, а {write_seal} не создаётся") from error
    if json:
        sealed_at = rfc3339(sealed.at) if sealed else None
        as_json({**plain(asdict(report)), "ok": report.is_whole, "sealed_at": sealed_at})
    else:
        _print(report)
        if said:
            print(said)
    if not report.is_whole:
        raise typer.Exit(1)


@journal.command("seal")
def seal_journal(
    out: Annotated[
        Path | None, typer.Option("--out", help="Новый файл печати; без параметра — в папке seals папки данных.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Записать печать: концы всех цепочек журнала с подписью. Храните печати отдельно от базы."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.administration.sealing import FOLDER, seal_now, seal_of_moment

    with open_installation() as (settings, house):
        try:
            made = seal_now(house, out) if out else seal_of_moment(house, settings.data_dir / FOLDER)
        except OSError as error:
            raise InvalidInputError("--out", "ожидается новый файл в папке, куда можно писать") from error
    entries = sum(head.seq for head in made.seal.heads)
    if json:
        as_json(plain({"file": str(made.file), "sealed_at": made.seal.at, "entries": entries}))
    else:
        print(f"Печать записана: {made.file}, записей под ней: {entries}. Храните её отдельно от базы.")


def _read(file: Path) -> Seal:
    from app.domain.errors import InvalidInputError
    from app.journal.seal import read_seal

    try:
        return read_seal(file.read_bytes(), f"--seal {file}")
    except OSError as error:
        raise InvalidInputError("--seal", f"ожидается файл печати, а {file} не читается") from error


def _check(seal: Seal, keys: list[JournalKey], report: Report) -> str:
    """What is to be said of the seal itself; a forged one is a problem of the report."""
    from app.journal.seal import SealCheck, check_seal

    checked = check_seal(seal, {key.id: key for key in keys})
    if checked is SealCheck.FORGED:
        report.add(-1, 0, "seal_forged")
    against = f"Сверено с печатью от {moment(seal.at)}"
    return {
        SealCheck.SIGNED: f"{against}.",
        SealCheck.UNSIGNED: f"{against}; подписи на ней нет: верьте ей, если её хранили отдельно.",
        SealCheck.OTHER_KEY: f"{against}; она подписана другим ключом: добавьте его через --key-file.",
        SealCheck.FORGED: "",
    }[checked]


def _print(report: Report) -> None:
    if report.is_whole:
        print(f"Журнал цел, записей: {report.entries}.")
    for problem in report.problems:
        what = PROBLEMS.get(problem.code, problem.code)
        if problem.chain < 0 and problem.code in PROBLEMS:
            tell(what)
        elif problem.code.startswith(GUARD):
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
    from app.pipeline.administration.journal_key import take_over
    from app.wiring import open_house

    settings = quiet_settings()
    consequence = "Прежние записи можно будет проверить только прежним ключом. Если он есть, верните его вместо этого."
    if not yes and not confirmed(consequence, "Сменить ключ журнала?"):
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
