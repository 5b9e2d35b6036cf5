"""The command that lists what people have to do in the networks by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.commands.installation import open_installation
from app.commands.output import as_json, moment, visible
from app.commands.pages import Json, PageArgument, pages
from app.domain.wording import ACTIONS, trouble

if TYPE_CHECKING:
    from app.commands.russian import Commands

#: Tasks that are listed at once, the newest.
_MOST = 100


def register(_app: Commands) -> None:
    """Add the command to those about pages."""
    pages.command("tasks")(tasks)


def tasks(page: PageArgument, json: Json = False) -> None:
    """Показать, что нужно сделать в сети вручную: где, что и на каком основании."""
    from app.domain.states import ActionState
    from app.pipeline.administration.page_overview import show_page
    from app.pipeline.manual_task import task_of
    from app.storage.actions import ActionFilter, list_actions

    with open_installation() as (_settings, house):
        shown = show_page(house, page)
        with house.database.read() as session:
            wanted = ActionFilter(pages=(page,), state=ActionState.MANUAL)
            rows, _ = list_actions(session, wanted, before=None, limit=_MOST)
            found = [(row, task_of(session, house, row)) for row in rows]
    if json:
        as_json(
            [{"id": str(row.id), "kind": row.kind, "last_error": row.last_error, **asdict(task)} for row, task in found]
        )
        return
    if not found:
        print("Вручную делать нечего.")
    for row, task in found:
        print(f"{ACTIONS[row.kind].capitalize()} ({row.id}, {moment(row.created_at, shown.timezone)})")
        print(f"  {task.what}")
        print(f"  где:       {visible(task.place or '—')}")
        if task.author and task.author != task.place:
            print(f"  автор:     {visible(task.author)}")
        print(f"  основание: {visible(task.clause)}")
        if row.last_error:
            print(f"  почему:    {trouble(row.last_error)}")
    if shown.manual > len(found):
        print(f"Ещё {shown.manual - len(found)}: показаны последние {_MOST}.")
