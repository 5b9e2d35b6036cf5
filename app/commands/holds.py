"""Commands about legal holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, opened
from app.commands.output import as_json, moment, plain, table, visible
from app.commands.russian import Commands
from app.domain.wording import HOLD_SCOPES

if TYPE_CHECKING:
    from app.storage.tables import LegalHold

holds = Commands(help="Запреты на удаление: пока запрет стоит, данные не стираются ни по сроку, ни по требованию.")
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(holds, name="hold")


@holds.command("set")
def set_hold(  # noqa: PLR0917 - Typer passes everything by name
    ground: Annotated[str, typer.Option(help="Основание: реквизиты запроса или дела, без имён граждан.")],
    page: Annotated[int | None, typer.Option("--page", help="Номер страницы из page list.")] = None,
    comment: Annotated[int | None, typer.Option("--comment", help="Номер комментария.")] = None,
    network: Annotated[str, typer.Option("--network", help="Сеть автора, вместе с --id.")] = "",
    number: Annotated[str, typer.Option("--id", help="Номер автора в сети.")] = "",
    json: Json = False,
) -> None:
    """Запретить удаление данных страницы, автора или одного комментария."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.persons import holds as acts
    from app.storage.holds import AUTHOR, COMMENT, PAGE

    wanted = []
    if page is not None:
        wanted.append(acts.Subject(PAGE, id=page))
    if comment is not None:
        wanted.append(acts.Subject(COMMENT, id=comment))
    if network or number:
        wanted.append(acts.Subject(AUTHOR, network=network, external_id=number))
    if len(wanted) != 1:
        raise InvalidInputError("--page", "ожидается что-то одно: --page, --comment или --network вместе с --id")
    with opened() as house:
        hold = acts.set_hold(house, wanted[0], ground=ground, who=acts.Who(CLI))
    if json:
        as_json(_plain(hold))
        return
    print(f"Запрет {hold.id} стоит: {HOLD_SCOPES[hold.scope]} {hold.subject_id}.")


@holds.command("lift")
def lift_hold(hold: Annotated[int, typer.Argument(metavar="НОМЕР", help="Номер запрета из hold list.")]) -> None:
    """Снять запрет: данные снова стираются, когда приходит их срок."""
    from app.pipeline.persons import holds as acts

    with opened() as house:
        acts.lift_hold(house, hold, who=acts.Who(CLI))
    print(f"Запрет {hold} снят.")


@holds.command("list")
def list_holds(
    lifted: Annotated[bool, typer.Option("--all", help="Показать и снятые.")] = False, json: Json = False
) -> None:
    """Показать запреты."""
    from app.pipeline.persons import holds as acts

    with opened() as house:
        found = acts.list_holds(house, who=acts.Who(CLI), lifted_too=lifted)
    if json:
        as_json([_plain(hold) for hold in found])
        return
    rows = [
        (one.id, HOLD_SCOPES[one.scope], one.subject_id, visible(one.ground), moment(one.set_at), moment(one.lifted_at))
        for one in found
    ]
    table(("НОМЕР", "ЧТО", "ЧЬЁ", "ОСНОВАНИЕ", "ПОСТАВЛЕН", "СНЯТ"), rows)


def _plain(hold: LegalHold) -> dict[str, object]:
    fields = ("id", "scope", "subject_id", "ground", "set_by", "set_at", "lifted_by", "lifted_at")
    return plain({name: getattr(hold, name) for name in fields})
