"""Commands about the key that encrypts tokens and secrets: what there is, a new one, the end of the old one."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.entering import confirmed
from app.commands.installation import CLI, opened, quiet_settings
from app.commands.output import as_json, table, tell, warn
from app.commands.russian import Commands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.pipeline.house import House

keys = Commands(help="Ключ шифрования: посмотреть, сменить без остановки сервиса, убрать прежний.")
Json = Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")]
_BACKUPS = "Прежний ключ храните, пока нужны копии базы, сделанные до его замены: без него они не откроются."

_LOST = "Ключи доступа и секреты страниц придётся ввести заново, номера решений на прежних бумагах не сойдутся."


def register(app: Commands) -> None:
    """Add the commands."""
    app.add_typer(keys, name="keys")


@keys.command("show")
def show(json: Json = False) -> None:
    """Показать ключи по их условным именам и сколько чем зашифровано; сами ключи не выводятся."""
    from app.pipeline.administration.keys import show_keys

    with opened() as house:
        shown = show_keys(house)
    if json:
        as_json({**asdict(shown), "file": str(shown.file) if shown.file else None})
        return
    print(f"Ключи хранятся: {shown.file or 'в DVORNIK_ENCRYPTION_KEY'}")
    rows = [(name, "только открывает" if number else "шифрует") for number, name in enumerate(shown.values)]
    table(("КЛЮЧ", "РОЛЬ", "ЗАШИФРОВАНО"), [(name, role, shown.values[name]) for name, role in rows])
    _warn_of(shown.unopened)


@keys.command("rotate")
def rotate(json: Json = False) -> None:
    """Сменить ключ шифрования: добавить новый и перешифровать им всё. Сервис при этом работает.

    На PostgreSQL, где машин может быть несколько, это два шага: сначала новый ключ появляется в файле и его копируют
    на остальные машины, затем эта же команда перешифровывает.
    """
    from app.pipeline.administration.keys import add_key, reseal

    with opened() as house:
        ring = house.vault.ring
        if ring.file is None and len(ring.keys) == 1:
            _tell_how(json=json)
            raise typer.Exit(1)
        added = add_key(house, by=CLI) if len(ring.keys) == 1 else None
        if added and not house.database.is_sqlite:
            _first_step(house, added, json=json)
            return
        done = reseal(house, by=CLI)
    if json:
        as_json({"step": "resealed", **asdict(done)})
    else:
        print(f"Зашифровано ключом {done.key} заново: {done.values}.")
        print("Теперь сохраните копию файла ключей и уберите прежний ключ: dvornik keys retire")
    _warn_of(done.unopened)


def _first_step(house: House, added: str, *, json: bool) -> None:
    if json:
        as_json({"step": "added", "key": added, "values": 0, "unopened": {}})
    print(
        f"Новый ключ {added} добавлен в {house.vault.ring.file}, шаг 1 из 2.\n"
        "Если с этой базой работают и другие машины, скопируйте файл на каждую: перезапускать их не нужно.\n"
        "Затем выполните команду ещё раз: dvornik keys rotate",
        file=sys.stderr if json else sys.stdout,
    )


def _tell_how(*, json: bool) -> None:
    """The key is kept where this program cannot write."""
    from app.storage.keyring import new_key

    key = new_key().decode()
    if json:
        as_json({"step": "made", "secret": key})
    else:
        print(key)
    tell("Ключ задан в DVORNIK_ENCRYPTION_KEY, поэтому добавить новый может только тот, кто ведёт эту настройку.")
    tell("Выше — новый ключ, его больше не покажем. Дальше по шагам, сервис не останавливается:")
    tell("1. Допишите его через запятую после прежнего и перезапустите процессы по одному.")
    tell("2. Переставьте его на первое место и снова перезапустите процессы по одному.")
    tell("3. Выполните dvornik keys rotate, затем dvornik keys retire.")
    tell("4. Оставьте в настройке только новый ключ и перезапустите процессы.")


@keys.command("retire")
def retire(json: Json = False) -> None:
    """Убрать прежние ключи, если ими больше ничего не зашифровано."""
    from app.pipeline.administration.keys import retire_keys

    with opened() as house:
        file = house.vault.ring.file
        old = retire_keys(house, by=CLI)
    if json:
        as_json({"file": str(file) if file else None, "retired": list(old) if file else [], "unused": list(old)})
        return
    if not old:
        print("Прежних ключей нет.")
        return
    names = ", ".join(old)
    if file is None:
        print(f"Этими ключами больше ничего не зашифровано, уберите их из DVORNIK_ENCRYPTION_KEY: {names}.")
    else:
        print(f"Из {file} убраны ключи: {names}. Если машин несколько, скопируйте файл на остальные.")
    print(_BACKUPS)


@keys.command("lost")
def lost(yes: Annotated[bool, typer.Option("--yes", help="Не переспрашивать.")] = False) -> None:
    """Работать дальше с другим ключом, потому что прежний потерян. Сначала остановите сервис на всех машинах."""
    from app.pipeline.administration.keys import start_over
    from app.wiring import open_house

    settings = quiet_settings()
    if not yes and not confirmed(_LOST, "Начать с другим ключом?"):
        tell("Ничего не изменено.")
        raise typer.Exit(1)
    house = open_house(settings, new_encryption_key=True)
    try:
        unopened = start_over(house, by=CLI)
    finally:
        house.database.dispose()
    if unopened is None:
        print("Ключ подходит к этой базе: менять нечего.")
        return
    print(f"Дальше работает ключ {house.vault.key_names[0]}, это записано в журнал. Сохраните его копию.")
    _warn_of(unopened)


#: What people call the columns.
_PLACES = {
    "alert_channel.target_enc": "адреса для оповещений",
    "connection.secret_enc": "секреты подключений",
    "credential.token_enc": "ключи доступа",
    "page.previous_secret_enc": "прежние секреты страниц",
    "page.secret_enc": "секреты страниц",
    "poll.key_enc": "ключи опроса (обновятся сами)",
}


def _warn_of(unopened: Mapping[str, int]) -> None:
    """What has to be entered again."""
    if unopened:
        named = "; ".join(f"{_PLACES.get(place, place)}: {count}" for place, count in sorted(unopened.items()))
        warn([f"не открывается ни одним ключом и ждёт, чтобы его ввели заново: {named}"])
