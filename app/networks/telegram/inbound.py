"""Translates an update of the Bot API into the house's words.

Pure: no clock, no network, no database. A page is a discussion group. A channel's post comes into its group as an
automatic forward, whose id there is the thread of the comments under it: so a post is called by that id, and a comment
needs nothing but itself to name its post. A comment's scope is its chat, because ids count anew when a group moves.

A dialogue with the bot belongs to no group: such events name the page '', which means the only one of the bot.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, Body, CommentRef, Event, Ignored, PageMoved, Published, Written
from app.domain.json_fields import JsonObject, clean, id_of, integer, object_of, read_json, required_id, text_of
from app.domain.words import Kind
from app.networks.telegram import content
from app.networks.telegram.fields import instant, message_url
from app.networks.telegram.membership import member_changed, own_rights

#: As the house calls this network.
NAME: Final = "telegram"
#: What is read here; the change of a member's standing is told to those alone who ask for it.
ALLOWED_UPDATES: Final = ("message", "edited_message", "my_chat_member", "chat_member")
#: The page of what was said to the bot itself.
ONLY_PAGE: Final = ""
_GROUPS: Final = frozenset({"supergroup", "group"})
_TYPE_LENGTH: Final = 64
#: Types that are known and need nothing, with the reason.
_IGNORED: Final[Mapping[str, str]] = {
    # The group gets a copy, which is what people comment on.
    "channel_post": "not_on_page",
    "edited_channel_post": "not_on_page",
    **dict.fromkeys(
        ["message_reaction", "message_reaction_count", "poll", "poll_answer", "chat_join_request", "chat_boost"],
        "no_comment",
    ),
    **dict.fromkeys(["removed_chat_boost", "inline_query", "chosen_inline_result", "callback_query"], "no_comment"),
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What an update tells; `mark` keeps the updates of two bots apart that carry the same number."""

    page: str
    type: str
    body: Body
    mark: str


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Why nothing needs to be done."""

    page: str
    reason: str


def read(body: bytes) -> Event | Ignored:
    """What an update says; `body` is kept as evidence.

    Raises:
        PayloadRejectedError: this is no update, or one that does not say where.
    """
    update = read_json(body)
    if not isinstance(update, dict):
        raise PayloadRejectedError("body", "a JSON object")
    number = integer(update.get("update_id"))
    if number is None:
        raise PayloadRejectedError("update_id", "a number")
    kind = next((name for name in _READERS if name in update), "")
    if not kind:
        other = next((name for name in update if name != "update_id"), "")
        return Ignored(NAME, "", clean(other[:_TYPE_LENGTH]), _IGNORED.get(other, "unknown_type"))
    if not isinstance(update[kind], dict):
        raise PayloadRejectedError(kind, "a JSON object")
    found = _READERS[kind](update[kind])
    if isinstance(found, _Nothing):
        return Ignored(NAME, found.page, kind, found.reason)
    return Event(NAME, found.page, found.type, f"{number}:{found.mark}", found.body, raw=body)


def _message(message: JsonObject, act: Act) -> _Told | _Nothing:
    chat = object_of(message.get("chat"))
    where = required_id(chat, "message.chat", "id")
    number = required_id(message, "message", "message_id")
    told = text_of(chat, "type")
    if told == "private":
        return _dialogue(message, act, where, number)
    if told not in _GROUPS:
        return _Nothing(where, "not_on_page")
    return _in_group(message, act, where, number)


def _in_group(message: JsonObject, act: Act, page: str, number: str) -> _Told | _Nothing:
    mark = f"{page}:{number}"
    if to := id_of(message, "migrate_to_chat_id"):
        return _Told(page, "chat_moved", PageMoved(to), mark)
    if before := id_of(message, "migrate_from_chat_id"):
        return _Told(before, "chat_moved", PageMoved(page), mark)
    if message.get("is_automatic_forward") is True:
        return _Told(page, f"post_{act}", _post(message, number), mark)
    if content.is_news(message):
        return _Nothing(page, "service_message")
    return _Told(page, f"comment_{act}", _comment(message, act, page, number), mark)


def _post(message: JsonObject, number: str) -> Published:
    origin = object_of(message.get("forward_origin"))
    channel = object_of(origin.get("chat")) or object_of(message.get("sender_chat"))
    there = id_of(origin, "message_id")
    return Published(
        external_id=number,
        text=content.text(message),
        published_at=instant(origin.get("date")) or instant(message.get("date")),
        url=message_url(id_of(channel, "id"), text_of(channel, "username"), there) if there else "",
        attachments=content.names(message),
    )


def _comment(message: JsonObject, act: Act, page: str, number: str) -> Written:
    answered = object_of(message.get("reply_to_message"))
    under_post = answered.get("is_automatic_forward") is True
    answers = id_of(answered, "message_id")
    thread = id_of(message, "message_thread_id") or (answers if under_post else "")
    username = text_of(object_of(message.get("chat")), "username")
    return Written(
        act=act,
        ref=CommentRef(Kind.WALL, page, number),
        author=_author(message, page, answered if under_post else {}),
        text=content.text(message),
        segments=content.segments(message),
        attachments=content.names(message),
        written_at=instant(message.get("date")),
        post=thread,
        thread_root=thread,
        reply_to="" if under_post else answers,
        url=message_url(page, username, number, thread=thread),
        context=content.context(message),
    )


def _author(message: JsonObject, page: str, post: JsonObject) -> str:
    """Whoever writes as a chat is that chat: the person named beside it stands for all who do.

    The group itself (its administrators who do not show their names) and the channel whose post is commented on are
    the page.
    """
    chat = id_of(object_of(message.get("sender_chat")), "id")
    if not chat:
        return id_of(object_of(message.get("from")), "id")
    if chat in {page, id_of(object_of(post.get("sender_chat")), "id")}:
        return f"-{page}"
    return chat if chat.startswith("-") else f"-{chat}"


def _dialogue(message: JsonObject, act: Act, peer: str, number: str) -> _Told | _Nothing:
    if content.is_news(message):
        return _Nothing(ONLY_PAGE, "service_message")
    written = Written(
        act=act,
        ref=CommentRef(Kind.MESSAGE, peer, number),
        author=id_of(object_of(message.get("from")), "id") or peer,
        text=content.text(message),
        segments=content.segments(message),
        attachments=content.names(message),
        written_at=instant(message.get("date")),
        reply_to=id_of(object_of(message.get("reply_to_message")), "message_id"),
        private=True,
        context=content.context(message),
    )
    return _Told(ONLY_PAGE, f"message_{act}", written, f"{peer}:{number}")


def _member(change: JsonObject) -> _Told | _Nothing:
    page, mark = _place(change, "chat_member")
    body = member_changed(change)
    return _Nothing(page, "membership") if body is None else _Told(page, "chat_member", body, mark)


def _self(change: JsonObject) -> _Told | _Nothing:
    page, mark = _place(change, "my_chat_member")
    if text_of(object_of(change.get("chat")), "type") not in _GROUPS:
        # Somebody stopped the bot, or it was let into a channel.
        return _Nothing(page, "not_on_page")
    return _Told(page, "my_chat_member", own_rights(change), mark)


def _place(change: JsonObject, kind: str) -> tuple[str, str]:
    page = required_id(object_of(change.get("chat")), f"{kind}.chat", "id")
    return page, f"{page}:{integer(change.get('date')) or 0}"


_READERS: Final[Mapping[str, Callable[[JsonObject], _Told | _Nothing]]] = {
    "message": lambda message: _message(message, Act.NEW),
    "edited_message": lambda message: _message(message, Act.EDIT),
    "my_chat_member": _self,
    "chat_member": _member,
}
