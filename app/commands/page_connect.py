"""Commands that let a page's events come, and that show its blacklist."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, moment, plain, table, visible, warn
from app.commands.pages import Json, PageArgument, pages
from app.domain.clock import rfc3339
from app.domain.wording import BAN_REASONS, INTAKES

if TYPE_CHECKING:
    from app.commands.russian import Commands
    from app.domain.connecting import Banned
    from app.pipeline.connecting.blacklist import Blacklist
    from app.pipeline.connecting.connect import Connected

#: Lines of the blacklist that are shown beside other things.
_FEW = 20
_PublicUrl = Annotated[
    str | None,
    typer.Option(
        "--public-url",
        metavar="АДРЕС",
        help="Адрес сервиса в интернете, https://имя; без него берётся DVORNIK_PUBLIC_URL.",
    ),
]


def register(_app: Commands) -> None:
    """Add the commands to those about pages."""
    pages.command("connect")(connect)
    pages.command("blacklist")(blacklist)


def connect(page: PageArgument, public_url: _PublicUrl = None, json: Json = False) -> None:
    """Подключить страницу: настроить сообщество через API и сказать, чего не хватает. Можно повторять."""
    from app.domain.errors import InvalidInputError
    from app.domain.public_url import checked_public_url
    from app.pipeline.connecting.connect import connect_page
    from app.wiring import connector_factories, subscriber_factories

    with open_installation() as (settings, house):
        try:
            address = settings.public_url if public_url is None else checked_public_url(public_url)
        except ValueError as error:
            raise InvalidInputError("public_url", f"ожидается {error}") from None
        connected = connect_page(
            house,
            page,
            connector_factories(settings, house),
            by=CLI,
            public_url=address,
            subscribers=subscriber_factories(settings, house),
        )
    if json:
        as_json(_connected(connected))
    else:
        _show(connected)
    if not connected.works:
        raise typer.Exit(1)


def blacklist(page: PageArgument, json: Json = False) -> None:
    """Показать, кто в чёрном списке страницы без причины или без срока. Список берётся из сети и нигде не хранится."""
    from app.pipeline.connecting.blacklist import read_blacklist
    from app.wiring import connector_factories

    with open_installation() as (settings, house):
        found = read_blacklist(house, page, connector_factories(settings, house), by=CLI)
    if json:
        as_json(_listed(found))
    else:
        _show_blacklist(found, most=None)


def _show(connected: Connected) -> None:
    print(f"Приём событий: {INTAKES[connected.intake]}")
    for one in connected.done:
        print(f"  сделано: {visible(one.text)}")
    for one in connected.lacks:
        print(f"  НЕ ХВАТАЕТ: {visible(one.text)}")
    print("Страница подключена." if connected.works else "Страница ещё не подключена.")
    warn(one.text for one in connected.advice)
    if connected.blacklist is not None:
        print()
        _show_blacklist(connected.blacklist, most=_FEW, page=connected.page_id)


def _show_blacklist(found: Blacklist, *, most: int | None, page: int = 0) -> None:
    numbers = f"без причины {found.without_reason}, без срока {found.without_term}"
    print(f"В чёрном списке: {found.total}; {numbers}.")
    if found.read < found.total:
        print(f"Прочитаны первые {found.read}.")
    if not found.doubtful:
        return
    print("Основание и срок этих блокировок стоит восстановить или снять их:")
    lines = found.doubtful[:most]
    table(
        ("КТО", "С КАКОГО ДНЯ", "ДО КАКОГО", "ПРИЧИНА", "ЧТО ЗАПИСАНО"),
        [
            (
                f"vk.com/{'club' if one.is_community else 'id'}{one.id.lstrip('-')}",
                moment(one.since),
                moment(one.until) if one.until is not None else "без срока",
                BAN_REASONS[one.reason],
                one.comment or "—",
            )
            for one in lines
        ],
    )
    if len(lines) < len(found.doubtful):
        print(f"Ещё {len(found.doubtful) - len(lines)}: dvornik page blacklist {page}")


def _connected(connected: Connected) -> dict[str, object]:
    listed = None if connected.blacklist is None else _listed(connected.blacklist)
    return plain({**asdict(connected), "works": connected.works, "blacklist": None}) | {"blacklist": listed}


def _listed(found: Blacklist) -> dict[str, object]:
    """Instants as RFC 3339, ids as the network writes them."""
    return {**plain({**asdict(found), "doubtful": ()}), "doubtful": [_banned(one) for one in found.doubtful]}


def _banned(one: Banned) -> dict[str, object]:
    fields = {**asdict(one), "without_reason": one.without_reason, "without_term": one.without_term}
    instants = {name: None if fields[name] is None else rfc3339(fields[name]) for name in ("since", "until")}
    return fields | instants
