"""Asks whoever sits at the terminal: for secrets, which nobody else is to see, and whether he is sure."""

import sys
from collections.abc import Sequence
from typing import Final

from app.commands.output import tell, warn

#: What a terminal is asked for, in the order in which a page's options are read.
_OF_PAGE: Final = ("Секрет", "Ключ руководителя", "Ключ сообщества")
_SEEN: Final = (
    "секрет в командной строке виден в списке процессов и остаётся в истории оболочки:"
    " передавайте «-», тогда он читается из ввода"
)


def from_input(*values: str | None, asked: Sequence[str] = _OF_PAGE) -> tuple[str | None, ...]:
    """Each `-` becomes the next line of standard input; `asked` names each value to whoever sits at a terminal.

    Raises:
        InvalidInputError: the input ends before every `-` has its line.
    """
    if any(value not in {None, "", "-"} for value in values):
        warn([_SEEN])
    return tuple(_line(name) if value == "-" else value for value, name in zip(values, asked, strict=True))


def _line(name: str) -> str:
    """One line: from a terminal it is asked for and not shown, from a pipe it is read."""
    from app.domain.errors import InvalidInputError

    if sys.stdin.isatty():
        from getpass import getpass

        line = getpass(f"{name} (ввод не виден): ")
    else:
        line = sys.stdin.readline()
    if not line.strip():
        raise InvalidInputError("ввод", "ожидается по непустой строке на каждый «-»: секрет, затем ключи")
    return line.strip()


def confirmed(consequence: str, question: str) -> bool:
    """Tell what follows and ask whether to do it; only «да» is a yes.

    Raises:
        InvalidInputError: there is nobody to ask.
    """
    from app.domain.errors import InvalidInputError

    if not sys.stdin.isatty():
        raise InvalidInputError("--yes", "ожидается этот параметр: без терминала переспросить некого")
    tell(consequence)
    return input(f"{question} Введите «да»: ").strip().lower() == "да"
