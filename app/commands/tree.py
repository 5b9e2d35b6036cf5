"""All commands in one tree: the service's own, and those that other packages bring."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from app.commands import (
    alerts,
    backup,
    holds,
    journal,
    judging,
    keys,
    labels,
    page_connect,
    page_registry,
    page_reread,
    page_secret,
    page_tasks,
    pages,
    persons,
    policies,
    promotion,
    replaying,
    retention,
    serving,
    tokens,
)
from app.commands.russian import Commands

GROUP = "dvornik.commands"


def build(found: Iterable[EntryPoint] | None = None, *, wanted: str = "") -> Commands:
    """The tree; `found` are the entry points to load, by default those that are installed.

    What others bring is left out where the command `wanted` is one of ours: loading it would only take time.
    """
    app = Commands(help="Дворник: модерация комментариев на официальных страницах.", rich_markup_mode="rich")
    for room in (
        serving,
        judging,
        pages,
        page_connect,
        page_registry,
        page_reread,
        page_secret,
        page_tasks,
        policies,
        tokens,
        journal,
        keys,
        labels,
        replaying,
        retention,
        persons,
        holds,
        promotion,
        alerts,
        backup,
    ):
        room.register(app)
    if wanted not in _names(app):
        for point in entry_points(group=GROUP) if found is None else found:
            point.load()(app)
    return app


def _names(app: Commands) -> set[str | None]:
    commands, groups = app.registered_commands, app.registered_groups
    return {command.name for command in commands} | {str(group.name) for group in groups}
