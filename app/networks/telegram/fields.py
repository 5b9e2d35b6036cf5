"""Reads the kinds of fields that Telegram writes in a way of its own: dates, and ids of chats in addresses."""

from typing import Final

from app.domain.clock import SECOND
from app.domain.json_fields import integer

#: 2013-01-01, the year Telegram opened, and 2100-01-01: a date outside is nonsense.
EARLIEST_S: Final = 1_356_998_400
LATEST_S: Final = 4_102_444_800
#: Supergroups and channels are called by this and their number.
_SUPER: Final = "-100"


def instant(value: object) -> int | None:
    """Unix seconds as microseconds; None for nonsense."""
    seconds = integer(value)
    if seconds is None or not EARLIEST_S <= seconds < LATEST_S:
        return None
    return seconds * SECOND


def number_in_address(chat: str) -> str:
    """How addresses of a private supergroup or channel call it; '' for chats that have no such addresses."""
    return chat.removeprefix(_SUPER) if chat.startswith(_SUPER) and len(chat) > 2 * len(_SUPER) else ""


def message_url(chat: str, username: str, message: str, *, thread: str = "") -> str:
    """Where people see a message of a chat, '' for a basic group, whose messages have no addresses."""
    within = f"?thread={thread}" if thread and thread != message else ""
    if username:
        return f"https://t.me/{username}/{message}{within}"
    number = number_in_address(chat)
    return f"https://t.me/c/{number}/{message}{within}" if number else ""
