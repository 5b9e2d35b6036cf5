"""The command `dvornik`: runs what was asked and turns every error into one clear line and an exit code."""

import gettext
import os
import sys

#: Exit codes: everything is as asked; a problem; a command line that makes no sense.
FINE, PROBLEM, USAGE = 0, 1, 2


def main() -> int:
    """Run the command line of this process; returns the exit code."""
    from app.domain.errors import DvornikError, InvalidInputError

    try:
        return _run()
    except InvalidInputError as error:
        return _fail(f"{_option(error.where)}: {error.expected}", USAGE)
    except DvornikError as error:
        return _fail(str(error), PROBLEM)
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    except OSError as error:
        return _fail(f"{error.filename or 'ввод-вывод'}: {error.strerror or error}", PROBLEM)
    except KeyboardInterrupt:
        return _fail("прервано", 130)


def _run() -> int:
    from app.commands.headings import heading

    # Typer takes its fixed texts from gettext while it is imported, and has no Russian catalogue.
    gettext.gettext = heading
    import typer

    from app.commands.russian import complaint
    from app.commands.tree import build

    try:
        code = build()(prog_name="dvornik", standalone_mode=False)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            return USAGE
        return _fail(complaint(error.format_message()), error.exit_code)
    except typer.Abort:
        return _fail("прервано", PROBLEM)
    # Without standalone mode Exit comes back as its code, any other end as None.
    return code if isinstance(code, int) else FINE


def _option(where: str) -> str:
    """A field as a person wrote it on the command line."""
    return f"--{where.replace('_', '-')}" if where.isascii() and where.islower() else where


def _fail(message: str, code: int) -> int:
    """One line on standard error, without anything that could move a terminal's cursor."""
    line = "".join(character if character.isprintable() else " " for character in message)
    print(f"Ошибка: {line}", file=sys.stderr)
    return code
