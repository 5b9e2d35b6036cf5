"""The command `dvornik`: runs what was asked and turns every error into one clear line and an exit code."""

import gettext
import os
import sys

#: Exit codes: everything is as asked; a problem; a command line that makes no sense.
FINE, PROBLEM, USAGE = 0, 1, 2
#: What shells expect of a command that Ctrl-C has ended.
STOPPED = 130


def main() -> int:
    """Run the command line of this process; returns the exit code."""
    from app.domain.errors import DvornikError, InvalidInputError

    try:
        return _run()
    except InvalidInputError as error:
        return _fail(f"{_option(error.where)}: {error.expected}", USAGE)
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    except KeyboardInterrupt:
        return _fail("прервано", STOPPED)
    except Exception as error:
        if os.environ.get("DVORNIK_LOG_LEVEL") == "DEBUG":
            raise
        return _fail(str(error) if isinstance(error, DvornikError) else _unforeseen(error), PROBLEM)


def _run() -> int:
    from app.commands.headings import heading

    # Typer takes its fixed texts from gettext while it is imported, and has no Russian catalogue.
    gettext.gettext = heading
    import typer

    from app.commands.russian import complaint
    from app.commands.tree import build

    try:
        code = build(wanted=sys.argv[1] if sys.argv[1:] else "")(prog_name="dvornik", standalone_mode=False)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            return USAGE
        return _fail(complaint(error.format_message()), error.exit_code)
    except typer.Abort:
        return _fail("прервано", PROBLEM)
    # Without standalone mode Exit comes back as its code, any other end as None.
    return code if isinstance(code, int) else FINE


def _unforeseen(error: Exception) -> str:
    """An error that nobody expected; of the database's only its own words, because statements hold what people gave."""
    if isinstance(error, UnicodeError):
        # A name or a file in another encoding; where it was found out says nothing to whoever gave it.
        return "командная строка или файл: ожидается текст в кодировке UTF-8"
    if isinstance(error, OSError):
        return f"{error.filename or 'ввод-вывод'}: {error.strerror or error}"
    if type(error).__module__.partition(".")[0] in {"sqlalchemy", "psycopg", "sqlite3"}:
        return f"база данных не отвечает или не годится: {_database_words(error)}"
    return f"внутренняя ошибка, {type(error).__name__}: {error} (подробно: DVORNIK_LOG_LEVEL=DEBUG)"


def _database_words(error: Exception) -> str:
    """The server's sentence without its details, which quote rows."""
    own = getattr(error, "orig", None) or (error if "sqlalchemy" not in type(error).__module__ else None)
    if own is None:
        return type(error).__name__
    return str(getattr(getattr(own, "diag", None), "message_primary", None) or own)


def _option(where: str) -> str:
    """A field as a person wrote it on the command line."""
    return f"--{where.replace('_', '-')}" if where.isascii() and where.isidentifier() else where


def _fail(message: str, code: int) -> int:
    """One line on standard error, without anything that could move a terminal's cursor."""
    line = "".join(character if character.isprintable() else " " for character in message)
    print(f"Ошибка: {line}", file=sys.stderr)
    return code
