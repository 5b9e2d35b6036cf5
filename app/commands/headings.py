"""Fixed texts of Typer in Russian; imported before Typer itself, which asks for them once."""

from typing import Final

_HEADINGS: Final = {
    "Options": "Параметры",
    "Arguments": "Аргументы",
    "Commands": "Команды",
    "Error": "Ошибка",
    "[default: {}]": "[по умолчанию: {}]",
    "default: {default}": "по умолчанию: {default}",
    "[required]": "[обязательно]",
    "required": "обязательно",
    "Missing command.": "не названа команда; список команд: --help",
    "No such command {name!r}.": "нет команды «{name}»; список команд: --help",
}


def heading(message: str) -> str:
    """A fixed text of Typer in Russian; one that we do not know stays as it is."""
    return _HEADINGS.get(message, message)
