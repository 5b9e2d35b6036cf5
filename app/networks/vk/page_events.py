"""Translates events about the page itself: its black list, its managers, its settings."""

import re
from typing import Final

from app.domain.events import AuthorBanned, AuthorUnbanned, PageChanged
from app.domain.json_fields import JsonObject, id_of, integer, object_of, required_id
from app.networks.vk.fields import instant

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


def author_banned(thing: JsonObject) -> AuthorBanned:
    """An author came on the black list; `unblock_date` 0 or none means for ever."""
    return AuthorBanned(
        author=required_id(thing, "object", "user_id"),
        by=id_of(thing, "admin_id"),
        until=instant(thing.get("unblock_date")),
    )


def author_unbanned(thing: JsonObject) -> AuthorUnbanned:
    """An author left the black list."""
    return AuthorUnbanned(
        author=required_id(thing, "object", "user_id"),
        by=id_of(thing, "admin_id"),
        expired=integer(thing.get("by_end_date")) == 1,
    )


def officers_changed(thing: JsonObject) -> PageChanged:
    """Somebody became a manager of the page, stopped being one, or changed rank (0 none … 3 administrator)."""
    details = {"by": id_of(thing, "admin_id"), "user": id_of(thing, "user_id")}
    for name in ("level_old", "level_new"):
        level = integer(thing.get(name))
        if level is not None:
            details[name] = str(level)
    return PageChanged("group_officers_edit", {name: value for name, value in details.items() if value})


def settings_changed(thing: JsonObject) -> PageChanged:
    """The page is set differently: names of the settings, and values where they are numbers.

    Titles, addresses and descriptions are free text of people and stay out.
    """
    details: dict[str, str] = {}
    by = id_of(thing, "user_id", "admin_id")
    if by:
        details["by"] = by
    for name, change in sorted(object_of(thing.get("changes")).items()):
        if not _CODE.fullmatch(name):
            continue
        old, new = (_number(object_of(change).get(side)) for side in ("old_value", "new_value"))
        details[f"change.{name}"] = f"{old}>{new}" if old and new else "changed"
    return PageChanged("group_change_settings", details)


def _number(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    number = integer(value) if isinstance(value, int) else None
    return "" if number is None else str(number)
