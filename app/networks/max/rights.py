"""What an administrator of a chat may do, by MAX's names of today and of earlier times, and what is needed here."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

READ: Final = "read_all_messages"
WRITE: Final = "write"
DELETE: Final = "delete"
BLOCK: Final = "add_remove_members"
#: Names that still come back, though they are given under others.
_TODAY: Final[Mapping[str, str]] = {
    "edit_message": "edit",
    "delete_message": DELETE,
    "post_edit_delete_message": WRITE,
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


def permissions_of(value: object) -> frozenset[str]:
    """The names in a list of permissions, each as it is called today; what is no name is left out."""
    names = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else ()
    return frozenset(_TODAY.get(one, one) for one in names if isinstance(one, str) and _NAME.fullmatch(one))


def can_delete(held: frozenset[str], *, is_channel: bool) -> bool:
    """Whether others' words can be deleted: in group chats the right to write brings that with it."""
    return DELETE in held or (not is_channel and WRITE in held)


def lost(held: frozenset[str], *, is_channel: bool, is_admin: bool) -> str:
    """What an administrator with these permissions may not do of what moderating takes, in the house's words."""
    if not is_admin:
        return "admin,delete,read"
    has = {"delete": can_delete(held, is_channel=is_channel), "read": READ in held}
    return ",".join(right for right, there in has.items() if not there)
