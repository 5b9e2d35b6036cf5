"""A command line that makes no sense is answered in Russian."""

import re
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from app.commands.headings import heading
from app.commands.russian import RussianCommand, complaint


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Missing option '--title'.", "не указано: --title"),
        ("Missing argument 'СТРАНИЦА'.", "не указано: СТРАНИЦА"),
        ("No such option: --bar (Possible options: --baz)", "нет такого параметра: --bar"),
        ("Got unexpected extra argument(s) (34)", "лишние аргументы: 34"),
        (
            "Invalid value for '--mode': Value error, 'x' is not one of 'shadow', 'review'.",
            "--mode: неверное значение x, ожидается: shadow, review",
        ),
        (
            "Invalid value for '--port': Input should be a valid integer, unable to parse string as an integer",
            "--port: ожидается целое число",
        ),
        (
            "Invalid value for '--port': Input should be less than or equal to 65535",
            "--port: ожидается не больше 65535",
        ),
        ("Invalid value for '--x': odd", "--x: неверное значение (odd)"),
        ("нет команды 'foo'", "нет команды 'foo'"),
    ],
)
def test_complaints_are_translated(theirs, ours):
    """What Typer says about options and arguments has its Russian form; what is not known stays."""
    assert complaint(theirs) == ours


def test_headings_are_translated():
    """Fixed texts are Russian, unknown ones untouched."""
    assert heading("Options") == "Параметры"
    assert heading("Something new") == "Something new"


def test_help_names_kinds_of_values_in_russian():
    """Options say what they take, switches take nothing, arguments are called by their names."""
    page = typer.Typer(add_completion=False)

    @page.command(cls=RussianCommand)
    def show(
        number: Annotated[int, typer.Argument(metavar="НОМЕР", help="Какая.")],
        title: Annotated[str, typer.Option(help="Название.")] = "",
        port: Annotated[int, typer.Option(help="Порт.", min=1)] = 1,
        json: Annotated[bool, typer.Option("--json", help="Данные.")] = False,
    ) -> None: ...

    shown = CliRunner().invoke(page, ["--help"], env={"COLUMNS": "100", "TERM": "dumb"}).output
    # Typer was imported long before, with its English words for what follows in brackets.
    lines = {" ".join(re.sub(r"\[(default|required).*", "", line.strip("│ ")).split()) for line in shown.splitlines()}
    wanted = {"--title ТЕКСТ Название.", "--port ЧИСЛО [x>=1] Порт.", "--json Данные.", "* НОМЕР Какая."}
    assert lines >= {"Вызов: show [ПАРАМЕТРЫ] НОМЕР", *wanted}
