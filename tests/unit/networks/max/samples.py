"""Updates as MAX sends them, with people and words that nobody is."""

from typing import Any

CHANNEL = -71_500_200_300_400
GROUP = -71_500_200_300_499
DIALOGUE = 555_000_111
CITIZEN = 640_000_001
AT_MS = 1_790_000_123_456
POST = "mid.ffffbdb48e6c3775019e000000000001"
COMMENT = "mid.ffffbdb48e6c3775019e000000000002"
MESSAGE = "mid.ffffbdb48e6c3775019e000000000003"
SEQ = 116_327_994_376_978_687


def person(user_id: int = CITIZEN, *, is_bot: bool = False) -> dict[str, Any]:
    """A sender."""
    return {"user_id": user_id, "first_name": "Пётр", "last_name": None, "is_bot": is_bot, "name": "Пётр"}


def message(words: str | None = "Когда починят лифт?", **fields: Any) -> dict[str, Any]:
    """A message in the group chat."""
    return {
        "sender": person(),
        "recipient": {"chat_id": GROUP, "chat_type": "chat"},
        "timestamp": AT_MS - 1_000,
        "body": {"mid": MESSAGE, "seq": SEQ, "text": words},
    } | fields


def comment(words: str | None = "Когда починят лифт?", **fields: Any) -> dict[str, Any]:
    """A comment under the channel's post."""
    recipient = {"chat_id": CHANNEL, "chat_type": "channel", "post_id": POST}
    return message(recipient=recipient, body={"mid": COMMENT, "seq": SEQ + 2, "text": words}) | fields


def update(kind: str, **fields: Any) -> dict[str, Any]:
    """An update of this type."""
    return {"update_type": kind, "timestamp": AT_MS} | fields
