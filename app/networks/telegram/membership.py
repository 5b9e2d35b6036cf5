"""Translates changes of who is in the group and what they may: bans, mutes, administrators, the bot's own rights."""

from typing import Final

from app.domain.clock import SECOND
from app.domain.events import AuthorBanned, AuthorUnbanned, PageChanged
from app.domain.json_fields import JsonObject, id_of, object_of, required_id, text_of
from app.networks.telegram.fields import instant

_RUNS: Final = frozenset({"creator", "administrator"})
_AWAY: Final = frozenset({"left", "kicked"})
#: The account that stands for an administrator who does not show a name; every other bot is a program.
_ANONYMOUS: Final = "1087968824"
#: What the bot needs a right for, by Telegram's name of the right.
RIGHTS: Final = {"delete": "can_delete_messages", "ban": "can_restrict_members"}


def may(member: JsonObject, right: str) -> bool:
    """Whether a member of a chat has a right of administrators."""
    status = member.get("status")
    return status == "creator" or (status == "administrator" and member.get(right) is True)


def is_kept_out(member: JsonObject) -> bool:
    """Whether somebody may write nothing: banned, or there and mute."""
    status = member.get("status")
    return status == "kicked" or (status == "restricted" and member.get("can_send_messages") is False)


def is_kept_out_until(member: JsonObject, until: int | None) -> bool:
    """Whether somebody may write nothing until an instant (microseconds) at least, for ever where that is None."""
    # No end is told as nought; others are told to the second.
    ends = instant(member.get("until_date"))
    return is_kept_out(member) and (ends is None or (until is not None and ends > until - SECOND))


def member_changed(change: JsonObject) -> AuthorBanned | AuthorUnbanned | PageChanged | None:
    """What became of somebody in the group; None = they came or went, or what changed is nothing to us."""
    before, after = object_of(change.get("old_chat_member")), object_of(change.get("new_chat_member"))
    author = required_id(object_of(after.get("user")), "chat_member.new_chat_member.user", "id")
    who = object_of(change.get("from"))
    by = id_of(who, "id")
    if who.get("is_bot") is True and by != _ANONYMOUS and "kicked" not in {before.get("status"), after.get("status")}:
        # Programs mute whoever joins until a riddle is solved; that is nobody's judgement, and our own mutes are known.
        return None
    if is_kept_out(after):
        until = instant(after.get("until_date"))
        known = is_kept_out(before) and _standing(before) == _standing(after)
        return None if known else AuthorBanned(author, by, until)
    if is_kept_out(before):
        # A term that runs out is not told of.
        return AuthorUnbanned(author, by, expired=False)
    if (before.get("status") in _RUNS) != (after.get("status") in _RUNS):
        details = {"by": by, "user": author, "level_old": _status(before), "level_new": _status(after)}
        return PageChanged("group_officers_edit", {name: value for name, value in details.items() if value})
    return None


def own_rights(change: JsonObject) -> PageChanged:
    """What the bot may not do any more in the group, '' when it may do all that is needed."""
    details = {"lost": ",".join(_lost(object_of(change.get("new_chat_member"))))}
    by = id_of(object_of(change.get("from")), "id")
    return PageChanged("rights", details | ({"by": by} if by else {}))


def _lost(bot: JsonObject) -> list[str]:
    missing = [what for what, right in RIGHTS.items() if not may(bot, right)]
    status = bot.get("status")
    if status in _AWAY:
        return ["read", *missing]
    # To a bot that is no administrator Telegram shows only what is addressed to it.
    return missing if status in _RUNS else ["read", *missing, "admin"]


def _standing(member: JsonObject) -> tuple[object, int | None]:
    return member.get("status"), instant(member.get("until_date"))


def _status(member: JsonObject) -> str:
    status = text_of(member, "status")
    return status if status in _RUNS | _AWAY | {"member", "restricted"} else ""
