"""Commands about pages, and the red button."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation, opened
from app.commands.output import as_json, moment, plain, table, visible, warn
from app.commands.russian import Commands
from app.domain.wording import SLOTS, trouble
from app.domain.words import Mode, Network

if TYPE_CHECKING:
    from app.pipeline.administration.page_check import TokenChecked
    from app.pipeline.administration.page_overview import PageShown

pages = Commands(help="Страницы: добавить, посмотреть, изменить, проверить.")
PageArgument = Annotated[int, typer.Argument(metavar="СТРАНИЦА", help="Номер страницы из page list.")]
PageOption = Annotated[
    int | None, typer.Option("--page", metavar="СТРАНИЦА", help="Номер страницы; без него — все страницы.")
]
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]
Title = Annotated[str | None, typer.Option("--title", help="Название, каким его увидят сотрудники.")]
Policy = Annotated[str | None, typer.Option("--policy", help="Имя правил из policy list.")]
ModeOption = Annotated[
    Mode | None,
    typer.Option("--mode", help="shadow: только смотреть; review: удаляет человек; enforce: удаляет программа."),
]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Часовой пояс, например Europe/Moscow.")]
Secret = Annotated[str | None, typer.Option("--secret", help="Секретный ключ сети; «-» — прочитать строку из ввода.")]
Confirmation = Annotated[
    str | None, typer.Option("--confirmation", help="Строка подтверждения из настроек сети: её должен вернуть сервер.")
]
UserToken = Annotated[
    str | None, typer.Option("--user-token", help="Ключ руководителя сообщества; «-» — прочитать строку из ввода.")
]
CommunityToken = Annotated[
    str | None, typer.Option("--community-token", help="Ключ сообщества или бота; «-» — прочитать строку из ввода.")
]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(pages, name="page")
    app.command("pause")(pause_sending)
    app.command("resume")(resume_sending)


@pages.command("add")
def add(  # noqa: PLR0917 - Typer makes options of them, nobody passes them by position
    network: Annotated[Network, typer.Option(help="Сеть.")],
    external_id: Annotated[str, typer.Option(help="Номер или имя страницы в сети, для ВКонтакте только цифры.")],
    title: Annotated[str, typer.Option(help="Название, каким его увидят сотрудники.")],
    policy: Annotated[str, typer.Option(help="Имя правил из policy list.")] = "default",
    mode: Annotated[
        Mode, typer.Option(help="shadow: только смотреть; review: удаляет человек; enforce: удаляет программа.")
    ] = Mode.SHADOW,
    timezone: Annotated[str, typer.Option(help="Часовой пояс страницы.")] = "Europe/Moscow",
    secret: Secret = None,
    confirmation: Confirmation = None,
    user_token: UserToken = None,
    community_token: CommunityToken = None,
    json: Json = False,
) -> None:
    """Добавить страницу. Секретный ключ, если его не указать, создаст программа; он выводится один раз."""
    from app.pipeline.administration.pages import NewPage, add_page

    secret, user_token, community_token = from_input(secret, user_token, community_token)
    new = NewPage(
        network=network.value,
        external_id=external_id,
        title=title,
        policy=policy,
        mode=mode.value,
        timezone=timezone,
        secret=secret,
        confirmation=confirmation,
        user_token=user_token,
        community_token=community_token,
    )
    with open_installation() as (settings, house):
        added = add_page(house, new, by=CLI)
    off = (f"сеть {network} выключена в DVORNIK_NETWORKS: страница ждёт",)
    warnings = added.warnings if network in settings.enabled_networks else (*added.warnings, *off)
    if json:
        as_json(plain({**asdict(added), "warnings": warnings}))
        return
    print(f"Страница {added.id} добавлена, режим {added.mode}, правила {added.policy}.")
    print(f"Адрес для сети: https://ВАШ-АДРЕС{added.callback_url}")
    if added.secret:
        print(f"Секретный ключ (больше не покажем): {added.secret}")
    warn(warnings)


#: What a terminal is asked for, in the order in which the options are read.
_ASKED = ("Секрет", "Ключ руководителя", "Ключ сообщества")


def from_input(*values: str | None) -> tuple[str | None, ...]:
    """Each `-` becomes the next line of standard input, so that no secret stands in a process list."""
    from app.domain.errors import InvalidInputError

    read = []
    for place, value in enumerate(values):
        if value != "-":
            read.append(value)
            continue
        line = _line(place)
        if not line.strip():
            raise InvalidInputError("ввод", "ожидается по непустой строке на каждый «-»: секрет, затем ключи")
        read.append(line.strip())
    return tuple(read)


def _line(place: int) -> str:
    """One line: from a terminal it is asked for and not shown, from a pipe it is read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    from getpass import getpass

    return getpass(f"{_ASKED[place]} (ввод не виден): ")


@pages.command("list")
def list_all(json: Json = False) -> None:
    """Показать все страницы: ключи, последнее событие, что ждёт отправки или человека."""
    from app.pipeline.administration.pages import list_pages

    with opened() as house:
        found = list_pages(house, None)
    if json:
        as_json([plain(asdict(page)) for page in found])
        return
    header = ("НОМЕР", "СТРАНИЦА", "НАЗВАНИЕ", "РЕЖИМ", "ПРАВИЛА", "КЛЮЧИ", "ПОСЛЕДНЕЕ СОБЫТИЕ", "ЖДЁТ")
    table(header, [_row(page) for page in found])


def _row(page: PageShown) -> tuple[object, ...]:
    mode = f"{page.mode} (пауза)" if page.paused_at else page.mode
    where = f"{page.network} {page.external_id}"
    heard = moment(page.last_event_at, page.timezone)
    return page.id, where, page.title, mode, page.policy, _tokens(page), heard, _waiting(page)


def _tokens(page: PageShown) -> str:
    dead = [SLOTS[token.slot] for token in page.tokens if token.dead_at is not None]
    if dead:
        return f"не действует: {', '.join(dead)}"
    return ", ".join(SLOTS[token.slot] for token in page.tokens) or "нет"


def _waiting(page: PageShown) -> str:
    unsent = "к отправке"
    if page.trouble_began_at is not None:
        unsent += f", {trouble(page.trouble_code)} с {moment(page.trouble_began_at, page.timezone)}"
    counts = (
        (page.pending, unsent),
        (page.proposed, "решает человек"),
        (page.manual, "вручную"),
        (page.failed, "не вышло"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count) or "—"


@pages.command("show")
def show(page: PageArgument, json: Json = False) -> None:
    """Показать одну страницу."""
    from app.pipeline.administration.pages import show_page

    with opened() as house:
        _show(show_page(house, page, with_address=True), json=json)


def _show(page: PageShown, *, json: bool) -> None:
    if json:
        as_json(plain(asdict(page)))
        return
    pause = f"с {moment(page.paused_at, page.timezone)}, включил {page.paused_by}" if page.paused_at else "нет"
    lines = (
        ("Номер", page.id),
        ("Страница", f"{page.network} {page.external_id}"),
        ("Название", page.title),
        ("Режим", page.mode),
        ("Правила", page.policy),
        ("Часовой пояс", page.timezone),
        ("Адрес для сети", f"https://ВАШ-АДРЕС{page.callback_url}"),
        ("Секретный ключ", "задан" if page.has_secret else "нет"),
        ("Строка подтверждения", "задана" if page.has_confirmation else "нет"),
        ("Ключи доступа", _tokens(page)),
        ("Не блокировать", ", ".join(page.trusted) or "—"),
        ("Пауза", pause),
        ("Сеть просит подождать", f"до {moment(page.waits_until, page.timezone)}" if page.waits_until else "нет"),
        ("Последнее событие", moment(page.last_event_at, page.timezone)),
        ("Ждёт", _waiting(page)),
    )
    for name, value in lines:
        print(f"{name + ':':<24}{visible(str(value))}")


@pages.command("set")
def change(  # noqa: PLR0917 - as above
    page: PageArgument,
    title: Title = None,
    policy: Policy = None,
    mode: ModeOption = None,
    timezone: Timezone = None,
    secret: Secret = None,
    confirmation: Confirmation = None,
    user_token: UserToken = None,
    community_token: CommunityToken = None,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            "--trust", help="Идентификатор того, кого не блокировать; можно повторять. Заменяет прежний список."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Изменить страницу. Пустое значение ("") удаляет ключ, строку подтверждения или список --trust."""
    from app.pipeline.administration.pages import PageChanges, change_page

    secret, user_token, community_token = from_input(secret, user_token, community_token)
    changes = PageChanges(
        title=title,
        policy=policy,
        mode=mode.value if mode else None,
        timezone=timezone,
        secret=secret,
        confirmation=confirmation,
        user_token=user_token,
        community_token=community_token,
        # One empty value is how a command line says "nobody".
        trusted=() if trust == [""] else tuple(trust) if trust else None,
    )
    with opened() as house:
        changed = change_page(house, page, changes, by=CLI)
    _show(changed.page, json=json)
    warn(changed.warnings)


@pages.command("remove")
def remove(page: PageArgument) -> None:
    """Убрать страницу: события больше не принимаются, неотправленное отменяется, история остаётся."""
    from app.pipeline.administration.pages import remove_page

    with opened() as house:
        remove_page(house, page, by=CLI)
    print(f"Страница {page} убрана.")


@pages.command("check")
def check(page: PageArgument, json: Json = False) -> None:
    """Проверить ключи страницы безвредными запросами; прежние отказы сети забываются."""
    from app.pipeline.administration.page_check import check_page
    from app.wiring import client_factories

    with open_installation() as (settings, house):
        checked = check_page(house, page, client_factories(settings, house.clock), by=CLI)
    if json:
        as_json({"page_id": str(page), "ok": checked.works, "tokens": [asdict(token) for token in checked.tokens]})
    else:
        for token in checked.tokens:
            print(f"Ключ {SLOTS[token.slot]}: {_state(token)}")
        if not checked.tokens:
            print("У страницы нет ключей доступа; добавить: dvornik page set СТРАНИЦА --user-token -")
    if not checked.works:
        raise typer.Exit(1)


def _state(token: TokenChecked) -> str:
    if token.works:
        return "действует"
    if token.refused:
        return f"сеть не принимает ключ ({token.code})"
    return f"не проверен, {trouble(token.code)}"


def pause_sending(page: PageOption = None) -> None:
    """Остановить отправку: на одной странице или везде. Приём событий и решения продолжаются."""
    from app.pipeline.administration.pausing import pause

    with opened() as house:
        state = pause(house, page, CLI)
    print("Отправка остановлена." if state.changed else "Отправка уже остановлена.")


def resume_sending(page: PageOption = None) -> None:
    """Продолжить отправку."""
    from app.pipeline.administration.pausing import resume

    with opened() as house:
        state = resume(house, page, CLI)
    print("Отправка продолжается." if state.changed else "Отправка и не была остановлена.")
