"""The command that gives a page another secret without losing an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.commands.entering import from_input
from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, moment, plain, tell
from app.commands.pages import Json, PageArgument, pages
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.pipeline.administration.page_secret import RotatedSecret
    from app.pipeline.house import House
    from app.settings import Settings

#: What connecting notes once the network keeps a server with the page's secret, whatever goes wrong afterwards.
_TAKEN: Final = frozenset({"server_added", "server_edited", "server_kept"})


def register(_: Commands) -> None:
    """Add the command to those about pages."""
    pages.command("rotate-secret")(rotate)


def rotate(
    page: PageArgument,
    hours: Annotated[
        int, typer.Option("--hours", help="Сколько часов ещё принимать прежний секрет; 0 — он раскрыт, не принимать.")
    ] = 24,
    secret: Annotated[
        str | None, typer.Option("--secret", help="Новый секрет: «-» — прочитать из ввода; без параметра создаётся.")
    ] = None,
    json: Json = False,
) -> None:
    """Сменить секретный ключ страницы. В сети он меняется сразу, если страницу подключала программа."""
    from app.pipeline.administration.page_secret import rotate_secret

    (secret,) = from_input(secret, asked=("Новый секрет",))
    with open_installation() as (settings, house):
        rotated = rotate_secret(house, page, by=CLI, hours=hours, secret=secret)
        done_there, lacks = _change_there(settings, house, page) if rotated.is_connected else (False, ())
    # What the network knows already and what was typed in need not be shown to whoever stands behind.
    shown = None if done_there or secret is not None else rotated.secret
    if json:
        fields = {"page_id": rotated.page_id, "secret": shown, "previous_until": rotated.previous_until}
        as_json(plain({**fields, "changed_in_network": done_there, "lacks": list(lacks)}))
    else:
        _print(rotated, shown, done_there=done_there)
    for text in lacks:
        tell(text)
    if lacks and done_there:
        tell(
            f"Новый секрет ВКонтакте уже получил. Исправьте, что названо выше, и повторите: dvornik page connect {page}"
        )
    elif lacks:
        tell(f"Новый секрет уже действует; впишите его в сети или повторите: dvornik page connect {page}")
    if lacks:
        raise typer.Exit(1)


def _change_there(settings: Settings, house: House, page: int) -> tuple[bool, tuple[str, ...]]:
    """Give the network the new secret: whether it has taken it, and what has gone wrong there, in words."""
    from app.domain.errors import DvornikError
    from app.pipeline.connecting.connect import connect_page
    from app.wiring import connector_factories

    try:
        connected = connect_page(house, page, connector_factories(settings, house), by=CLI)
    except DvornikError as error:
        # The new secret is in force already: its owner must get to see it.
        return False, (str(error),)
    return any(one.code in _TAKEN for one in connected.done), tuple(one.text for one in connected.lacks)


def _print(rotated: RotatedSecret, shown: str | None, *, done_there: bool) -> None:
    print(f"Секрет страницы {rotated.page_id} заменён.")
    if rotated.previous_until is not None:
        print(f"Прежний принимается до {moment(rotated.previous_until)}.")
    if shown:
        print(f"Новый секрет (больше не покажем): {shown}")
    if done_there:
        print("В настройках сообщества он тоже заменён.")
    elif rotated.is_polled:
        print("Вписывать его никуда не нужно: события этой страницы Дворник забирает сам, без секрета.")
        print(f"Он понадобится, если перейти на callback; тогда его передаст dvornik page connect {rotated.page_id}")
    else:
        print("Впишите новый секрет в настройках сообщества: Управление → Работа с API → Callback API.")
