"""Updates as the Bot API writes them; everybody in them is invented."""

import json
from typing import Any

from app.domain.events import Event, Ignored, Written
from app.networks.telegram.inbound import read

GROUP, CHANNEL, STRANGER = -1001555000002, -1001555000001, -1001555000099
PAGE = str(GROUP)
CITIZEN = 701_000_001
DATE = 1_790_000_000


def group(**fields: Any) -> dict[str, Any]:
    """The discussion group."""
    return {"id": GROUP, "type": "supergroup", "title": "Посёлок: обсуждение"} | fields


def channel(**fields: Any) -> dict[str, Any]:
    """The channel of the office."""
    return {"id": CHANNEL, "type": "channel", "title": "Посёлок", "username": "poselok_n"} | fields


def forward(**fields: Any) -> dict[str, Any]:
    """The channel's post as it stands in the group."""
    return {
        "message_id": 300,
        "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
        "sender_chat": channel(),
        "chat": group(),
        "date": DATE,
        "forward_origin": {"type": "channel", "chat": channel(), "message_id": 71, "date": DATE - 2},
        "is_automatic_forward": True,
        "text": "Ремонт дороги начнётся в среду",
    } | fields


def comment(**fields: Any) -> dict[str, Any]:
    """A citizen's comment under it; a field that is None is left out."""
    whole = {
        "message_id": 301,
        "from": {"id": CITIZEN, "is_bot": False, "first_name": "Вера"},
        "chat": group(),
        "date": DATE + 60,
        "message_thread_id": 300,
        "reply_to_message": forward(),
        "text": "А тротуар?",
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def member(status: str, number: int = CITIZEN, **fields: Any) -> dict[str, Any]:
    """Somebody in the group."""
    return {"user": {"id": number, "is_bot": False, "first_name": "Вера"}, "status": status} | fields


def change(before: dict[str, Any], after: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A change of somebody's standing, made by a moderator."""
    by = {"id": 901_000_001, "is_bot": False, "first_name": "Модератор"}
    whole = {"chat": group(), "from": by, "date": DATE, "old_chat_member": before, "new_chat_member": after}
    return whole | fields


def told(kind: str, thing: Any, number: int = 5_001) -> Event | Ignored:
    """What an update says."""
    return read(json.dumps({"update_id": number, kind: thing}).encode())


def event(kind: str, thing: Any, number: int = 5_001) -> Event:
    """The same, where something is told."""
    found = told(kind, thing, number)
    assert isinstance(found, Event), found
    return found


def written(**fields: Any) -> Written:
    """What a comment says."""
    body = event("message", comment(**fields)).body
    assert isinstance(body, Written)
    return body
