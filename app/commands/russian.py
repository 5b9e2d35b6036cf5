"""Typer in Russian: headings and the complaints about a command line that people see most."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

F = TypeVar("F", bound=Callable[..., Any])
_WRONG: Final = r"Invalid value for '?(.+?)'?: "
#: What Typer says, and how we say it; the first pattern that fits is used.
_PHRASES: Final = (
    (r"Missing (?:option|argument|parameter) '?(.+?)'?(?:\. Choose from.*|\.)", r"не указано: \1"),
    (r"No such option: (\S+).*", r"нет такого параметра: \1"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"лишние аргументы: \1"),
    (r"Option '?(.+?)'? requires an argument.*", r"параметру \1 нужно значение"),
    (r"Option '?(.+?)'? does not take a value.*", r"параметру \1 значение не нужно"),
    (rf"{_WRONG}(?:Value error, )?'?([^']+)'? is not one of (.*?)\.?", r"\1: неверное значение \2, ожидается: \3"),
    (rf"{_WRONG}Input should be a valid integer.*", r"\1: ожидается целое число"),
    (rf"{_WRONG}Input should be greater than or equal to (.*)", r"\1: ожидается не меньше \2"),
    (rf"{_WRONG}Input should be less than or equal to (.*)", r"\1: ожидается не больше \2"),
    (rf"{_WRONG}(.*)", r"\1: неверное значение (\2)"),
)

#: What kind of value an option takes, by Typer's word for it; a switch takes none, a choice lists its words.
_KINDS: Final = {
    "<bool>": "",
    "<str>": "ТЕКСТ",
    "<list[str]>": "ТЕКСТ",
    "<int>": "ЧИСЛО",
    "<int range>": "ЧИСЛО",
    "<list[int]>": "ЧИСЛО",
    "<path>": "ПУТЬ",
    "<list[Path]>": "ПУТЬ",
}


def complaint(message: str) -> str:
    """What is wrong with a command line, on one line."""
    line = " ".join(message.split())
    for pattern, ours in _PHRASES:
        match = re.fullmatch(pattern, line)
        if match:
            return match.expand(ours).replace("'", "")
    return line


class RussianCommand(TyperCommand):
    """A command whose help is Russian throughout."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for parameter in self.params:
            _name_kind(parameter)

    def get_usage(self, ctx: Any) -> str:
        """The line that shows how to call it."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help."""
        return _help(super().get_help_option(ctx))


class RussianGroup(TyperGroup):
    """A group of commands whose help is Russian throughout."""

    def get_usage(self, ctx: Any) -> str:
        """The line that shows how to call it."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help."""
        return _help(super().get_help_option(ctx))


def _usage(line: str) -> str:
    words = {"Usage:": "Вызов:", "[OPTIONS]": "[ПАРАМЕТРЫ]", "COMMAND [ARGS]...": "КОМАНДА ..."}
    for theirs, ours in words.items():
        line = line.replace(theirs, ours)
    return re.sub(r"\{(.+?)\}", r"\1", line)


def _name_kind(parameter: Any) -> None:
    """Let the help call the kind of an option's value in Russian; an argument's name says it already."""
    theirs = parameter.display_type_rich
    is_argument = parameter.param_type_name == "argument"

    def ours(ctx: Any) -> Any:
        kind = theirs(ctx=ctx)
        return "" if is_argument else _KINDS.get(kind, kind)

    parameter.display_type_rich = ours


def _help(option: Any) -> Any:
    if option is not None:
        option.help = "Показать эту справку."
        _name_kind(option)
    return option


class Commands(typer.Typer):
    """Commands that are Russian without saying so each time."""

    def __init__(self, **options: Any) -> None:
        options = {"cls": RussianGroup, "no_args_is_help": True, "add_completion": False, **options}
        super().__init__(pretty_exceptions_enable=False, **options)

    def command(self, name: str | None = None, **options: Any) -> Callable[[F], F]:
        """Add a command."""
        options.setdefault("cls", RussianCommand)
        return super().command(name, **options)
