"""What each of Telegram's errors means for the one who called: a table, not a chain of conditions.

The Bot API tells errors apart by its descriptions, which are sentences; a part of one is looked for.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.networks.telegram.transport import Refused


class Move(StrEnum):
    """What to do after an error."""

    #: Telegram's own trouble: try again later, an attempt is spent.
    AGAIN = "again"
    #: Too many calls: everything that uses this bot rests.
    REST = "rest"
    #: The token is dead until a person renews it.
    DEAD = "dead"
    #: The message is there no more.
    GONE = "gone"
    #: The message is too old, or the bot may not delete: only its rights tell.
    UNDELETABLE = "undeletable"
    #: Telegram does not know such a member: nobody to unban, and nobody to ban.
    ABSENT = "absent"
    #: The group has another id by now.
    MOVED = "moved"
    #: The bot cannot, a person can.
    PERSON = "person"
    #: It will never work as asked.
    NEVER = "never"
    #: Somebody else takes the bot's updates.
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Handling:
    """A move, and the error as the house writes it down."""

    move: Move
    code: str


@dataclass(frozen=True, slots=True)
class Row:
    """An error: its status and a part of its description, in small letters."""

    status: int
    words: str
    move: Move
    code: str


ROWS: Final = (
    Row(400, "message to delete not found", Move.GONE, "not_found"),
    Row(400, "message identifier is not specified", Move.NEVER, "bad_order"),
    Row(400, "message_id_invalid", Move.GONE, "not_found"),
    Row(400, "message can't be deleted", Move.UNDELETABLE, "too_old"),
    Row(400, "upgraded to a supergroup", Move.MOVED, "moved"),
    Row(400, "migrated to a supergroup", Move.MOVED, "moved"),
    Row(400, "administrator of the chat", Move.NEVER, "author_is_administrator"),
    Row(400, "user_admin_invalid", Move.NEVER, "author_is_administrator"),
    Row(400, "can't remove chat owner", Move.NEVER, "author_is_administrator"),
    Row(400, "can't restrict self", Move.NEVER, "author_is_administrator"),
    Row(400, "not enough rights", Move.PERSON, "no_rights"),
    Row(400, "need administrator rights", Move.PERSON, "no_rights"),
    Row(400, "chat_admin_required", Move.PERSON, "no_rights"),
    Row(400, "member list is inaccessible", Move.PERSON, "no_rights"),
    Row(400, "method is available", Move.PERSON, "needs_supergroup"),
    Row(400, "chat not found", Move.PERSON, "bot_not_in_chat"),
    Row(400, "group is deactivated", Move.PERSON, "chat_closed"),
    Row(400, "group chat was deactivated", Move.PERSON, "chat_closed"),
    Row(400, "participant_id_invalid", Move.ABSENT, "author_not_found"),
    Row(400, "user_not_participant", Move.ABSENT, "author_not_found"),
    Row(400, "invalid user_id", Move.ABSENT, "author_not_found"),
    Row(400, "user not found", Move.ABSENT, "author_not_found"),
    Row(400, "member not found", Move.ABSENT, "author_not_found"),
    Row(400, "user is deactivated", Move.ABSENT, "author_not_found"),
    Row(400, "only on ports", Move.NEVER, "webhook_port"),
    Row(400, "https url must be provided", Move.NEVER, "webhook_not_https"),
    Row(400, "failed to resolve host", Move.NEVER, "webhook_host_unknown"),
    Row(400, "bad webhook", Move.NEVER, "webhook_refused"),
    Row(401, "", Move.DEAD, "telegram_401"),
    Row(403, "user is deactivated", Move.ABSENT, "author_not_found"),
    Row(403, "", Move.PERSON, "bot_not_in_chat"),
    # A token that nobody has ever had is answered like an unknown address.
    Row(404, "", Move.DEAD, "telegram_404"),
    Row(409, "webhook", Move.TAKEN, "webhook_active"),
    Row(409, "", Move.TAKEN, "asked_elsewhere"),
    Row(429, "", Move.REST, "telegram_429"),
)


def handling(refused: Refused) -> Handling:
    """What to do about an error; one that nobody has described is worth another try."""
    if refused.moved_to:
        return Handling(Move.MOVED, "moved")
    for row in ROWS:
        if row.status == refused.status and row.words in refused.words:
            return Handling(row.move, row.code)
    return Handling(Move.AGAIN, f"telegram_{refused.status}")
