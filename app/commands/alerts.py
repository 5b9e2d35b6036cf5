"""Commands about who is told when something stops: channels by e-mail, VK and Telegram, and what has happened."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.commands.entering import from_input
from app.commands.installation import CLI, open_installation, opened
from app.commands.output import as_json, moment, plain, table, visible, warn
from app.commands.russian import Commands
from app.domain.incident_wording import CHANNELS, refusal

if TYPE_CHECKING:
    from app.pipeline.administration.alert_channels import ChannelShown

alerts = Commands(help="Оповещения: кому сообщать, если события не приходят, ключ не действует и о другом.")
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]
#: Fields of a channel whose option has another name; `address` is that of the way which was chosen.
_OPTIONS: Final = {"page": "from", "pages": "page", "token": "bot-token"}
_Number = Annotated[int, typer.Argument(metavar="НОМЕР", help="Номер канала из alerts list.")]


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(alerts, name="alerts")


@alerts.command("add")
def add(  # noqa: PLR0917 - Typer passes everything by name
    email: Annotated[str | None, typer.Option("--email", help="Адрес электронной почты.")] = None,
    vk: Annotated[str | None, typer.Option("--vk", help="Номер пользователя ВКонтакте, вместе с --from.")] = None,
    sender: Annotated[
        int | None, typer.Option("--from", help="Номер страницы VK, от имени которой писать (ключ сообщества).")
    ] = None,
    telegram: Annotated[
        str | None, typer.Option("--telegram", help="Номер чата Telegram, вместе с --bot-token.")
    ] = None,
    bot_token: Annotated[str | None, typer.Option("--bot-token", help="Ключ бота; «-» — ввести отдельно.")] = None,
    page: Annotated[
        list[int] | None, typer.Option("--page", help="Номер страницы; можно повторять. Без него — обо всём.")
    ] = None,
    quiet: Annotated[str, typer.Option("--quiet", help="Тихие часы, например 22:00-07:00.")] = "",
    timezone: Annotated[str, typer.Option("--timezone", help="Часовой пояс.")] = "Europe/Moscow",
    json: Json = False,
) -> None:
    """Добавить канал: сообщать о происшествиях и о том, что они закончились."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.administration.alert_channels import NewChannel, add_channel

    given = {kind: one for kind, one in (("email", email), ("vk", vk), ("telegram", telegram)) if one is not None}
    if len(given) != 1:
        raise InvalidInputError("--email", "ожидается что-то одно: --email, --vk или --telegram")
    [(kind, address)] = given.items()
    [token] = from_input(bot_token, asked=("Ключ бота",))
    new = NewChannel(kind, address, sender, token or "", page or None, quiet, timezone)
    with open_installation() as (settings, house):
        try:
            channel = add_channel(house, new, by=CLI)
        except InvalidInputError as error:
            option = _OPTIONS.get(error.where, error.where) if error.where != "address" else kind
            raise InvalidInputError(f"--{option}", error.expected) from None
    if json:
        as_json(_plain(channel))
    else:
        print(f"Канал {channel.id} добавлен. Проверьте его: dvornik alerts test {channel.id}")
    if kind == "email" and not settings.smtp_url:
        warn(("письма не уйдут, пока не указан почтовый сервер: DVORNIK_SMTP_URL и DVORNIK_SMTP_FROM",))


@alerts.command("list")
def list_all(json: Json = False) -> None:
    """Показать каналы."""
    from app.pipeline.administration.alert_channels import list_channels

    with opened() as house:
        found = list_channels(house)
    if json:
        as_json([_plain(one) for one in found])
        return
    rows = [
        (
            one.id,
            CHANNELS[one.kind],
            visible(one.address),
            "все" if one.pages is None else ", ".join(map(str, one.pages)),
            one.quiet or "—",
            moment(one.last_sent_at, one.timezone),
            f"{one.waiting}: {refusal(one.last_error)}" if one.last_error else one.waiting or "—",
        )
        for one in found
    ]
    table(("НОМЕР", "КАК", "КУДА", "СТРАНИЦЫ", "ТИХИЕ ЧАСЫ", "ПОСЛЕДНЕЕ ПИСЬМО", "ЖДУТ"), rows)


@alerts.command("remove")
def remove(channel: _Number) -> None:
    """Убрать канал: туда больше ничего не придёт."""
    from app.pipeline.administration.alert_channels import remove_channel

    with opened() as house:
        remove_channel(house, channel, by=CLI)
    print(f"Канал {channel} убран.")


@alerts.command("test")
def test(channel: _Number) -> None:
    """Отправить в канал проверочное письмо."""
    from app.pipeline.administration.alert_channels import try_channel
    from app.working import alert_post

    with open_installation() as (settings, house):
        code = try_channel(house, alert_post(settings, house.clock), channel)
    if code:
        print(f"Письмо не ушло: {refusal(code)}.")
        raise typer.Exit(1)
    print("Письмо отправлено: проверьте, что оно пришло.")


@alerts.command("history")
def history(
    everything: Annotated[bool, typer.Option("--all", help="Показать и закончившиеся.")] = False, json: Json = False
) -> None:
    """Показать происшествия, новые сначала (не больше 200)."""
    from app.pipeline.watching.shown import IncidentFilter, list_incidents

    with opened() as house:
        found, _ = list_incidents(house, IncidentFilter(open=None if everything else True), limit=200)
    if json:
        as_json([plain(asdict(one) | {"pages": [str(page) for page in one.pages]}) for one in found])
        return
    rows = [
        (moment(one.began_at), moment(one.ended_at), ", ".join(map(str, one.pages)) or "сервис", one.text)
        for one in found
    ]
    table(("НАЧАЛОСЬ", "ЗАКОНЧИЛОСЬ", "СТРАНИЦЫ", "ЧТО"), rows)


def _plain(channel: ChannelShown) -> dict[str, object]:
    pages = None if channel.pages is None else [str(page) for page in channel.pages]
    return plain(asdict(channel) | {"pages": pages})
