"""All commands in one tree: the service's own, and those that other packages bring."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

import typer

from app.commands import journal, judging, pages, policies, serving, tokens
from app.commands.russian import Commands

GROUP = "dvornik.commands"
#: What training brings when its libraries are installed.
TRAINING = ("train", "evaluate")


def build(found: Iterable[EntryPoint] | None = None, *, wanted: str = "") -> Commands:
    """The tree; `found` are the entry points to load, by default those that are installed.

    What others bring is left out where the command `wanted` is one of ours: loading it would only take time.
    """
    app = Commands(help="Дворник: модерация комментариев на официальных страницах.", rich_markup_mode="rich")
    for room in (serving, judging, pages, policies, tokens, journal):
        room.register(app)
    if wanted not in _names(app):
        for point in entry_points(group=GROUP) if found is None else found:
            _load(app, point)
    return app


def _names(app: Commands) -> set[str | None]:
    commands, groups = app.registered_commands, app.registered_groups
    return {command.name for command in commands} | {str(group.name) for group in groups}


def _load(app: Commands, point: EntryPoint) -> None:
    try:
        register = point.load()
    except ModuleNotFoundError as error:
        if point.name != "training":
            raise
        _stand_in(app, str(error.name))
        return
    register(app)


def _stand_in(app: Commands, missing: str) -> None:
    """Commands of training that say what to install; a serving machine needs none of it."""

    def explain() -> None:
        raise typer.TyperException(
            f"для обучения не установлена библиотека {missing}: установите dvornik[train] "
            "(из исходников: .venv/bin/pip install -r requirements/train.txt)"
        )

    for name in TRAINING:
        settings = {"ignore_unknown_options": True, "allow_extra_args": True}
        app.command(name, help="Нужны библиотеки для обучения.", context_settings=settings)(explain)
