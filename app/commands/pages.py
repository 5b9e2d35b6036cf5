"""Commands about pages, and the red button."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.commands.entering import from_input
from app.commands.installation import CLI, open_installation, opened
from app.commands.output import as_json, plain, table, warn
from app.commands.page_shown import row, state
from app.commands.page_shown import show_page as print_page
from app.commands.russian import Commands
from app.domain.wording import INTAKES, SLOTS, right_told
from app.domain.words import IntakeKind, Mode, Office

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
OfficeOption = Annotated[
    Office | None,
    typer.Option(
        "--office", help="Чья страница: head (глава), administration, settlement (поселение), institution (учреждение)."
    ),
]
CalendarOption = Annotated[
    str | None,
    typer.Option("--calendar", metavar="ФАЙЛ", help='Файл JSON с рабочими часами и выходными; "" — пн–пт 9–18.'),
]
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
IntakeOption = Annotated[
    IntakeKind | None,
    typer.Option(
        "--intake",
        help="Приём событий. callback: присылает сеть; longpoll: забирает Дворник, внешний адрес не нужен.",
    ),
]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(pages, name="page")
    app.command("pause")(pause_sending)
    app.command("resume")(resume_sending)


@pages.command("add")
def add(  # noqa: PLR0917 - Typer makes options of them, nobody passes them by position
    network: Annotated[str, typer.Option(help="Сеть: vk, ok, telegram, max или meta.")],
    external_id: Annotated[str, typer.Option(help="Номер или имя страницы в сети, для ВКонтакте только цифры.")],
    title: Annotated[str, typer.Option(help="Название, каким его увидят сотрудники.")],
    policy: Annotated[str, typer.Option(help="Имя правил из policy list.")] = "default",
    mode: Annotated[
        Mode, typer.Option(help="shadow: только смотреть; review: удаляет человек; enforce: удаляет программа.")
    ] = Mode.SHADOW,
    timezone: Annotated[str, typer.Option(help="Часовой пояс страницы.")] = "Europe/Moscow",
    office: OfficeOption = None,
    calendar: CalendarOption = None,
    secret: Secret = None,
    confirmation: Confirmation = None,
    user_token: UserToken = None,
    community_token: CommunityToken = None,
    intake: IntakeOption = None,
    json: Json = False,
) -> None:
    """Добавить страницу. Секретный ключ, если его не указать, создаст программа; он выводится один раз."""
    from app.pipeline.administration.pages import NewPage, add_page

    secret, user_token, community_token = from_input(secret, user_token, community_token)
    new = NewPage(
        network=network,
        external_id=external_id,
        title=title,
        policy=policy,
        mode=mode.value,
        timezone=timezone,
        office=(office or Office.ADMINISTRATION).value,
        calendar=hours_from(calendar),
        secret=secret,
        confirmation=confirmation,
        user_token=user_token,
        community_token=community_token,
        intake=intake.value if intake else None,
    )
    with open_installation() as (settings, house):
        added = add_page(house, new, by=CLI)
    off = (f"сеть {network} выключена в DVORNIK_NETWORKS: страница ждёт",)
    warnings = added.warnings if network in settings.enabled_networks else (*added.warnings, *off)
    if json:
        as_json(plain({**asdict(added), "warnings": warnings}))
        return
    print(f"Страница {added.id} добавлена, режим {added.mode}, правила {added.policy}.")
    print(f"Приём событий: {INTAKES[added.intake]}")
    if added.intake == IntakeKind.CALLBACK:
        print(f"Адрес для сети: https://ВАШ-АДРЕС{added.callback_url}")
    if added.secret and not secret:
        # One that was given is known to whoever gave it, and does not belong on a screen.
        print(f"Секретный ключ (больше не покажем): {added.secret}")
    warn(warnings)


def hours_from(file: str | None) -> dict[str, object] | None:
    """Working hours from a file; '' = the usual ones, None = not asked for."""
    import msgspec

    from app.domain.errors import InvalidInputError

    if not file:
        return None if file is None else {}
    try:
        return msgspec.json.decode(Path(file).read_bytes(), type=dict[str, object])
    except (OSError, msgspec.DecodeError):
        raise InvalidInputError("--calendar", f"ожидается файл с объектом JSON, а {file} не читается") from None


@pages.command("list")
def list_all(json: Json = False) -> None:
    """Показать все страницы: ключи, последнее событие, что ждёт отправки или человека."""
    from app.pipeline.administration.pages import list_pages

    with opened() as house:
        found = list_pages(house, None)
    if json:
        as_json([plain(asdict(page)) for page in found])
        return
    header = ("НОМЕР", "СТРАНИЦА", "НАЗВАНИЕ", "РЕЖИМ", "ПРАВИЛА", "ПРИЁМ", "КЛЮЧИ", "ПОСЛЕДНЕЕ СОБЫТИЕ", "ЖДЁТ")
    table(header, [row(page) for page in found])


@pages.command("show")
def show(page: PageArgument, json: Json = False) -> None:
    """Показать одну страницу."""
    from app.pipeline.administration.pages import show_page

    with opened() as house:
        print_page(show_page(house, page, with_address=True), json=json)


@pages.command("set")
def change(  # noqa: PLR0917 - as above
    page: PageArgument,
    title: Title = None,
    policy: Policy = None,
    mode: ModeOption = None,
    timezone: Timezone = None,
    office: OfficeOption = None,
    calendar: CalendarOption = None,
    secret: Secret = None,
    confirmation: Confirmation = None,
    user_token: UserToken = None,
    community_token: CommunityToken = None,
    intake: IntakeOption = None,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            "--trust", help="Идентификатор того, кого не блокировать; можно повторять. Заменяет прежний список."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Изменить страницу. Пустое значение ("") удаляет ключ, строку подтверждения или список --trust.

    Режим enforce, которого никто не примерил за последние сутки, включается с предупреждением.
    """
    from app.pipeline import trying
    from app.pipeline.administration.pages import PageChanges

    secret, user_token, community_token = from_input(secret, user_token, community_token)
    changes = PageChanges(
        title=title,
        policy=policy,
        mode=mode.value if mode else None,
        timezone=timezone,
        office=office.value if office else None,
        calendar=hours_from(calendar),
        secret=secret,
        confirmation=confirmation,
        user_token=user_token,
        community_token=community_token,
        intake=intake.value if intake else None,
        # One empty value is how a command line says "nobody".
        trusted=() if trust == [""] else tuple(trust) if trust else None,
    )
    with opened() as house:
        changed = trying.change(house, page, changes, by=CLI)
    print_page(changed.page, json=json)
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
        checked = check_page(house, page, client_factories(settings, house), by=CLI)
    if json:
        tokens = [asdict(token) for token in checked.tokens]
        as_json({"page_id": str(page), "ok": checked.works, "tokens": tokens, "lacks": list(checked.lacks)})
    else:
        for token in checked.tokens:
            print(f"Ключ {SLOTS[token.slot]}: {state(token)}")
            for right in token.rights:
                print(f"  {right_told(right)}")
        for lack in checked.lacks:
            warn([lack])
        if not checked.tokens:
            print("У страницы нет ключей доступа; добавить: dvornik page set СТРАНИЦА --user-token -")
    if not checked.works:
        raise typer.Exit(1)


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
