"""Commands that copy an installation and put a copy into an empty one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, quiet_settings
from app.commands.output import as_json, plain, tell, warn
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.domain.errors import ConfigurationError
    from app.pipeline.backup.making import Made
    from app.pipeline.backup.manifest import Manifest
    from app.pipeline.backup.restoring import Keys, Restored
    from app.settings import Settings

_MEBIBYTE = 1 << 20


def register(app: Commands) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="ПАПКА", help="Новая папка, которая станет копией.")],
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Сделать копию базы, моделей и печатей. Сервис может работать. Ключей в копии нет: храните их отдельно."""
    from app.domain.clock import SystemClock
    from app.pipeline.backup.making import Source, make_backup
    from app.storage.session import Database
    from app.storage.vault import journal_key, open_vault

    settings = quiet_settings()
    database = Database(settings.resolved_database_url)
    try:
        key = journal_key(settings.journal_key.get_secret_value(), settings.data_dir, may_make=False)
        vault = open_vault(settings.encryption_key.get_secret_value(), settings.data_dir, may_make=False)
        made = make_backup(Source(database, settings.data_dir, key, vault), SystemClock(), folder, by=CLI)
    finally:
        database.dispose()
    keep = keys_apart(settings)
    if json:
        as_json(_described(made) | {"keys_inside": False, "keep_apart": keep})
        return
    rows = sum(made.manifest.rows.values())
    print(f"Копия готова: {made.folder} ({made.size / _MEBIBYTE:.1f} МБ, строк в базе: {rows}).")
    print("Ключей в ней нет. Без них её не восстановить; храните их отдельно от копии:")
    for line in keep:
        print(f"  {line}")
    tell("В копии — слова людей: держите её там же, где можно держать базу, и не дольше, чем нужно.")


def keys_apart(settings: Settings) -> list[str]:
    """Where the keys are that no backup holds."""
    folder = settings.data_dir.absolute() / "keys"
    return [
        f"переменная {variable}" if secret.get_secret_value() else str(folder / file)
        for variable, secret, file in (
            ("DVORNIK_ENCRYPTION_KEY", settings.encryption_key, "encryption.key"),
            ("DVORNIK_JOURNAL_KEY", settings.journal_key, "journal.key"),
        )
    ]


def _described(made: Made) -> dict[str, object]:
    manifest = made.manifest
    return {
        "folder": str(made.folder),
        "made_at": manifest.made_at,
        "engine": manifest.engine,
        "schema": manifest.schema,
        "bytes": made.size,
        "rows": manifest.rows,
        "sha256": made.sha256,
    }


def restore(
    folder: Annotated[Path, typer.Argument(metavar="ПАПКА", help="Копия, которую сделала команда backup.")],
    new_journal_key: Annotated[
        bool, typer.Option("--new-journal-key", help="Ключ журнала потерян: вести журнал дальше с новым.")
    ] = False,
    new_encryption_key: Annotated[
        bool, typer.Option("--new-encryption-key", help="Ключ шифрования потерян: ключи страниц придётся ввести снова.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Только проверить копию, ничего не восстанавливать.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Восстановить копию в пустую установку. Сначала верните на место ключи. Отправка останется на паузе."""
    from app.domain.clock import SystemClock
    from app.pipeline.backup.manifest import read
    from app.pipeline.backup.restoring import check_backup, put_back
    from app.storage.session import Database

    settings = quiet_settings()
    manifest = read(folder)
    keys = _keys(settings, new_journal_key=new_journal_key, new_encryption_key=new_encryption_key)
    check_backup(folder, manifest, keys)
    if check:
        _say_sound(manifest, keys, json=json)
        return
    database = Database(settings.resolved_database_url)
    try:
        put_back(folder, manifest, database, settings.data_dir, at=SystemClock().now(), by=CLI)
    finally:
        database.dispose()
    restored = _settled(settings, manifest, keys)
    if json:
        as_json(
            {
                "made_at": manifest.made_at,
                "rows": manifest.rows,
                "paused": True,
                "journal": plain({"entries": restored.journal.entries, "problems": restored.journal.problem_count}),
                "secrets": restored.secrets,
                "unopened": restored.unopened,
                "ok": restored.is_whole,
            }
        )
    else:
        _print(manifest, restored)
    if not restored.is_whole:
        raise typer.Exit(1)


def _keys(settings: Settings, *, new_journal_key: bool, new_encryption_key: bool) -> Keys:
    from app.pipeline.backup.restoring import Keys
    from app.storage.vault import journal_key, open_vault

    journal, encryption = settings.journal_key.get_secret_value(), settings.encryption_key.get_secret_value()
    folder = settings.data_dir / "keys"
    if not (new_journal_key or journal or (folder / "journal.key").exists()):
        raise _missing(folder / "journal.key", "DVORNIK_JOURNAL_KEY", "--new-journal-key")
    if not (new_encryption_key or encryption or (folder / "encryption.key").exists()):
        raise _missing(folder / "encryption.key", "DVORNIK_ENCRYPTION_KEY", "--new-encryption-key")
    return Keys(
        None if new_journal_key else journal_key(journal, settings.data_dir, may_make=False),
        None if new_encryption_key else open_vault(encryption, settings.data_dir, may_make=False),
    )


def _missing(file: Path, variable: str, option: str) -> ConfigurationError:
    """What to do here; elsewhere the same lack is mended by other commands, which would make an installation."""
    from app.domain.errors import ConfigurationError

    return ConfigurationError(
        f"ключа нет: верните {file} из копии или задайте {variable}; если ключа больше нет, добавьте {option}"
    )


def _settled(settings: Settings, manifest: Manifest, keys: Keys) -> Restored:
    from app.pipeline.administration.journal_key import take_over
    from app.pipeline.administration.keys import start_over
    from app.pipeline.backup.restoring import settle
    from app.wiring import open_house

    house = open_house(settings, new_journal_key=keys.journal is None, new_encryption_key=keys.vault is None)
    try:
        if keys.journal is None:
            take_over(house, by=CLI)
        if keys.vault is None:
            start_over(house, by=CLI)
        return settle(house, manifest, by=CLI)
    finally:
        house.database.dispose()


def _say_sound(manifest: Manifest, keys: Keys, *, json: bool) -> None:
    signature = keys.journal is not None
    if json:
        as_json({"made_at": manifest.made_at, "rows": manifest.rows, "signature_checked": signature, "ok": True})
        return
    print(f"Копия от {manifest.made_at} цела: все файлы на месте.")
    if not signature:
        warn(["без ключа журнала подпись копии не проверена"])


def _print(manifest: Manifest, restored: Restored) -> None:
    print(f"Восстановлена копия от {manifest.made_at}, строк в базе: {sum(manifest.rows.values())}.")
    journal = restored.journal
    if journal.may_be_sealed:
        print(f"Журнал цел: записей {journal.entries}, не проверено (прежние ключи): {journal.of_old_keys.entries}.")
    else:
        tell(f"Журнал не сходится, мест: {journal.problem_count}. Подробно: dvornik journal verify")
    if restored.unopened:
        tell(f"Секретов не открывается: {restored.unopened} из {restored.secrets}. Введите их снова: dvornik page set")
    print("Отправка в сети на паузе, входы в кабинет закончены. Прежде чем снять паузу (dvornik resume), посмотрите:")
    print("  что отправится: действия и баны, которые после копии отменили или уже выполнили, здесь снова ждут;")
    print("  dvornik token list: ключи доступа, отозванные после копии, снова действуют;")
    print("  кого после копии стёрли по просьбе: их данные вернулись (dvornik person erase, dvornik retention run).")
