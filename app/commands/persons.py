"""Commands about one person's data: everything that is held about them, and its erasure."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, opened
from app.commands.output import as_json, moment, table, tell
from app.commands.russian import Commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.pipeline.persons.erase import Erased, Plan

persons = Commands(help="Данные одного человека: выгрузить для него, стереть по его требованию.")
Network = Annotated[str, typer.Option("--network", help="Сеть: vk, ok, telegram, max, meta.")]
Number = Annotated[str, typer.Option("--id", help="Номер человека в этой сети.")]
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(persons, name="person")


@persons.command("export")
def export_person(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Новый файл .json; «-» — на экран.")],
    network: Network,
    number: Number,
) -> None:
    """Выгрузить всё, что хранится о человеке: тексты, решения, действия, возражения, ответы."""
    from app.pipeline.persons.export import export
    from app.pipeline.persons.holds import Who

    with opened() as house:
        pieces = export(house, network, number, who=Who(CLI)).written()
        if str(file) == "-":
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            return
        _write(file, pieces)
    tell(f"Записано в {file}. В файле персональные данные: передайте его только самому человеку.")


def _write(file: Path, pieces: Iterator[bytes]) -> None:
    """The file appears whole, readable by its owner alone; one that is there already stays."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.bulk_scoring import whole_or_nothing

    if file.exists():
        raise InvalidInputError("ФАЙЛ", f"ожидается новый файл, а {file} уже есть")
    try:
        with whole_or_nothing(file, private=True) as stream:
            stream.writelines(pieces)
    except OSError as error:
        raise InvalidInputError("ФАЙЛ", f"ожидается новый файл, а {file} не создаётся") from error


@persons.command("erase")
def erase_person(
    network: Network,
    number: Number,
    apply: Annotated[bool, typer.Option("--apply", help="Стереть. Без него — только показать.")] = False,
    ground: Annotated[
        str, typer.Option(help="Основание: реквизиты требования, без имён. Нужно вместе с --apply.")
    ] = "",
    json: Json = False,
) -> None:
    """Показать, что будет стёрто о человеке и что этому мешает, а с --apply стереть. Вернуть будет нельзя."""
    from app.pipeline.persons.erase import erase, plan
    from app.pipeline.persons.holds import Who

    who = Who(CLI)
    if apply:
        with opened() as house:
            done = erase(house, network, number, ground=ground, who=who)
        _say_erased(done, json=json)
        return
    with opened() as house:
        planned = plan(house, network, number, who=who)
    if json:
        told = {"rows": dict(planned.rows), "waits": dict(planned.waits), "standing_bans": planned.bans}
        as_json({"applied": False, **told})
    else:
        _print_plan(planned)
    if planned.waits:
        raise typer.Exit(1)


def _say_erased(done: Erased, *, json: bool) -> None:
    if json:
        as_json({"applied": True, "rows": dict(done.rows), "waits": {}, "standing_bans": done.bans})
        return
    print("Стёрто:")
    _print_rows(done.rows)
    _tell_rest(done.bans)


def _print_plan(planned: Plan) -> None:
    from app.domain.wording import WAITS

    person = planned.person
    print(f"Комментариев: {person.total}, первый раз замечен {moment(person.first_seen_at)}. Будет стёрто:")
    _print_rows(planned.rows)
    for why, count in sorted(planned.waits.items()):
        tell(f"Стереть пока нельзя: {WAITS[why]} ({count}).")
    _tell_rest(planned.bans)
    if planned.may_be_erased:
        tell("Ничего не стёрто. Чтобы стереть, повторите с --apply и --ground; вернуть будет нельзя.")


def _print_rows(rows: Mapping[str, int]) -> None:
    from app.domain.wording import PERSON_ROWS

    table(("ДАННЫЕ", "ЗАПИСЕЙ"), [(PERSON_ROWS[name], count) for name, count in rows.items()])


def _tell_rest(bans: int) -> None:
    from app.domain.wording import PERSON_STAYS

    for one in PERSON_STAYS:
        tell(f"Останутся {one}.")
    if bans:
        tell(f"Внимание: действует блокировок: {bans}. После удаления снять их можно будет только в самой сети.")
