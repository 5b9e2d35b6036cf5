"""Commands about the keys with which people and programs use the API and the console."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.commands.installation import CLI, opened
from app.commands.output import as_json, moment, plain, table, visible, warn
from app.commands.russian import Commands
from app.domain.clock import rfc3339
from app.domain.words import Role

tokens = Commands(help="Ключи сотрудников и программ: выдать, посмотреть, отозвать.")
accounts = Commands(help="Сотрудники: должности.")
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(tokens, name="token")
    app.add_typer(accounts, name="account")


@tokens.command("create")
def create(
    role: Annotated[Role, typer.Option(help="Роль.")],
    name: Annotated[str, typer.Option(help="Чей это ключ: имя сотрудника или программы.")],
    page: Annotated[
        list[int] | None, typer.Option("--page", help="Номер страницы; можно повторять. Без него — все страницы.")
    ] = None,
    post: Annotated[str | None, typer.Option(help="Должность сотрудника: с ней он согласует ответы жителям.")] = None,
    json: Json = False,
) -> None:
    """Выдать ключ. Он выводится один раз."""
    from app.pipeline.administration.accounts import create_token

    with opened() as house:
        token_id, plain_token = create_token(house, role=role.value, name=name, pages=page or None, post=post, by=CLI)
    if json:
        pages = [str(one) for one in page] if page else None
        as_json({"id": str(token_id), "token": plain_token, "role": role.value, "name": name, "pages": pages})
        return
    print(f"Ключ {token_id} выдан: {visible(name)}, роль {role}. Сохраните его, больше не покажем:")
    print(plain_token)


@tokens.command("list")
def list_all(json: Json = False) -> None:
    """Показать выданные ключи (без самих ключей)."""
    from app.pipeline.administration.accounts import list_tokens

    with opened() as house:
        found = list_tokens(house)
    if json:
        as_json([plain(asdict(token)) for token in found])
        return
    rows = []
    for token in found:
        pages = "все" if token.pages is None else ", ".join(map(str, sorted(token.pages)))
        given, ended = moment(token.created_at), moment(token.revoked_at)
        rows.append((token.id, token.name, token.post or "—", token.role, pages, given, ended))
    table(("НОМЕР", "ИМЯ", "ДОЛЖНОСТЬ", "РОЛЬ", "СТРАНИЦЫ", "ВЫДАН", "ОТОЗВАН"), rows)


@tokens.command("revoke")
def revoke(token: Annotated[int, typer.Argument(metavar="НОМЕР", help="Номер ключа из token list.")]) -> None:
    """Отозвать ключ: он перестаёт действовать сразу."""
    from app.pipeline.administration.accounts import revoke_token

    with opened() as house:
        ended = revoke_token(house, token, by=CLI)
    print(f"Ключ {token} отозван." if ended else f"Ключ {token} был отозван раньше.")


@tokens.command("link")
def link(
    name: Annotated[str, typer.Option(help="Кто войдёт: имя сотрудника, у которого есть ключ.")],
    url: Annotated[str, typer.Option(help="Адрес, по которому открывают сервис.")] = "http://127.0.0.1:8000",
    json: Json = False,
) -> None:
    """Дать ссылку для входа в консоль: она действует 15 минут и один раз."""
    from app.pipeline.administration.sessions import make_link

    with opened() as house:
        made = make_link(house, name=name, by=CLI)
    address = _entrance(url, made.secret)
    if json:
        as_json({"url": address, "role": made.role.value, "expires_at": rfc3339(made.expires_at)})
        return
    if made.tokens > 1:
        warn([f"действующих ключей у сотрудника: {made.tokens}; вход получит права самого нового"])
    print(f"Ссылка для входа ({visible(name)}, роль {made.role}), до {moment(made.expires_at)}, один раз:")
    print(address)


def _entrance(url: str, secret: str) -> str:
    return f"{url.rstrip('/')}/console/enter/{secret}"


@accounts.command("set")
def set_account(
    name: Annotated[str, typer.Argument(metavar="ИМЯ", help="Имя сотрудника из token list.")],
    post: Annotated[str, typer.Option(help='Должность; пустое значение ("") убирает её.')],
) -> None:
    """Указать должность сотрудника: с ней он согласует ответы жителям."""
    from app.pipeline.administration.accounts import set_post

    with opened() as house:
        set_post(house, name, post, by=CLI)
    print(f"Должность записана: {visible(name)} — {visible(post) or 'нет'}.")
