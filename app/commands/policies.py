"""Commands about policies."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.commands.installation import CLI, open_installation, opened
from app.commands.output import as_json, moment, plain, table
from app.commands.russian import Commands

policies = Commands(help="Правила страниц: посмотреть, добавить, сравнить.")
Name = Annotated[str, typer.Argument(metavar="ИМЯ", help="Имя правил из policy list.")]
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(policies, name="policy")


@policies.command("add")
def add(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Файл .toml с правилами; имя правил стоит в нём.")],
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Ввести правила в действие. Новый текст с тем же именем становится следующей версией."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.administration.policies import add_policy
    from app.wiring import open_artefact

    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInputError("ФАЙЛ", f"ожидается файл .toml в кодировке UTF-8, а {file} не читается") from None
    with open_installation() as (settings, house):
        manifest = open_artefact(settings).manifest
        row = add_policy(house, source, file.name, manifest=manifest, by=CLI)
    if json:
        as_json(plain({"name": row.name, "version": row.version, "digest": row.digest, "created_at": row.created_at}))
        return
    print(f"Правила {row.name}: действует версия {row.version}.")


@policies.command("list")
def list_all(json: Json = False) -> None:
    """Показать правила, которые действуют."""
    from app.pipeline.administration.policies import list_policies

    with opened() as house:
        found = list_policies(house)
    if json:
        as_json([plain(asdict(policy)) for policy in found])
        return
    header = ("ИМЯ", "ВЕРСИЯ", "НАЗВАНИЕ", "РЕЖИМЫ", "СТРАНИЦ", "ДЕЙСТВУЕТ С")
    table(
        header,
        [(p.name, p.version, p.title, ", ".join(p.live_modes), p.pages, moment(p.created_at)) for p in found],
    )


@policies.command("show")
def show(
    name: Name,
    version: Annotated[int | None, typer.Option("--version", help="Номер версии; без него — действующая.")] = None,
    json: Json = False,
) -> None:
    """Показать текст правил."""
    from app.pipeline.administration.policies import show_policy

    with opened() as house:
        row = show_policy(house, name, version)
    if json:
        fields = ("name", "version", "digest", "source", "created_at", "created_by")
        as_json(plain({field: getattr(row, field) for field in fields}))
        return
    print(row.source, end="" if row.source.endswith("\n") else "\n")


@policies.command("diff")
def diff(
    name: Name,
    before: Annotated[int | None, typer.Argument(metavar="БЫЛО", help="Номер старой версии.")] = None,
    after: Annotated[int | None, typer.Argument(metavar="СТАЛО", help="Номер новой версии.")] = None,
    json: Json = False,
) -> None:
    """Показать, чем версии правил отличаются; без номеров — последнее изменение."""
    from app.pipeline.administration.policies import diff_policy

    with opened() as house:
        difference = diff_policy(house, name, before, after)
    if json:
        as_json({"name": name, "differ": bool(difference), "diff": difference})
        return
    print(difference or "Версии не отличаются.")
