"""A command line that makes no sense is answered in Russian."""

import pytest

from app.commands.headings import heading
from app.commands.russian import complaint


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Missing option '--title'.", "не указано: --title"),
        ("Missing argument 'СТРАНИЦА'.", "не указано: СТРАНИЦА"),
        ("No such option: --bar (Possible options: --baz)", "нет такого параметра: --bar"),
        ("Got unexpected extra argument(s) (34)", "лишние аргументы: 34"),
        (
            "Invalid value for '--mode': Value error, 'x' is not one of 'shadow', 'review'.",
            "--mode: неверное значение x, ожидается: 'shadow', 'review'",
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
