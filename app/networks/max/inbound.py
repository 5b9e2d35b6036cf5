"""Translates an update of MAX into the house's words.

Pure: no clock, no network, no database. Channels and group chats have negative ids and are pages; a dialogue with the
bot has a positive one and belongs to no page by itself, so its `page` is ''. A comment is found by its post and its own
id, both `mid`: the post is `scope`. Messages need no scope. A comment or message without a sender is the page's own.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from app.domain.clock import SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, Body, CommentRef, Event, Ignored, PageChanged, Published, Removed, Written
from app.domain.json_fields import JsonObject, clean, id_of, integer, object_of, required_id, text_of
from app.domain.words import Kind
from app.networks.max import attachments, rights
from app.networks.max.page_form import page_url

#: As the house calls this network.
NAME: Final = "max"
#: Longer names belong to no event; they are cut, because types are counted and logged.
TYPE_LENGTH: Final = 64
#: 2020-01-01 and 2100-01-01 in milliseconds: a date outside is nonsense.
_EARLIEST_MS: Final = 1_577_836_800_000
_LATEST_MS: Final = 4_102_444_800_000
_LONGEST_ID: Final = 128
#: Types that are known and need nothing, with the reason.
_IGNORED: Final[Mapping[str, str]] = {
    # What a bot may do there is told by another update.
    "bot_added": "no_comment",
    **dict.fromkeys(
        [
            "bot_started",
            "bot_stopped",
            "user_added",
            "user_removed",
            "chat_title_changed",
            "dialog_cleared",
            "dialog_muted",
            "dialog_unmuted",
            "dialog_removed",
            "message_callback",
            "message_chat_created",
            "message_construction_request",
            "message_constructed",
        ],
        "no_comment",
    ),
}


class Update(NamedTuple):
    """One update: its type, what it holds, when it happened in milliseconds (None = nonsense stood there)."""

    type: str
    data: JsonObject
    at: int | None


class _Told(NamedTuple):
    """What happened where, and what the happening is about."""

    page: str
    about: str
    body: Body


def parse(data: object, *, raw: bytes) -> Event | Ignored:
    """Say what happened; `raw` are the bytes of this update.

    Raises:
        PayloadRejectedError: this is no update of MAX, or one that carries a text lacks what identifies it.
    """
    if not isinstance(data, dict):
        raise PayloadRejectedError("body", "a JSON object")
    kind = data.get("update_type")
    if not isinstance(kind, str) or not kind:
        raise PayloadRejectedError("update_type", "the name of an event")
    update = Update(clean(kind[:TYPE_LENGTH]), data, _milliseconds(data.get("timestamp")))
    reader = _READERS.get(update.type)
    told = reader(update) if reader else _IGNORED.get(update.type, "unknown_type")
    if isinstance(told, str):
        return Ignored(NAME, id_of(data, "chat_id"), update.type, told)
    return Event(
        network=NAME,
        page=told.page,
        type=_TYPES.get(update.type, update.type),
        key=_key(update, told),
        body=told.body,
        raw=raw,
    )


def _comment(update: Update) -> _Told | str:
    """A comment under a channel's post."""
    message = object_of(update.data.get("message"))
    body = object_of(message.get("body"))
    if not body:
        return "no_body"
    recipient = object_of(message.get("recipient"))
    page = _chat(recipient, "message.recipient")
    post = _mid(recipient, "message.recipient", "post_id")
    ref = CommentRef(Kind.WALL, post, _mid(body, "message.body", "mid"))
    return _Told(page, ref.external_id, _written(update, ref, message, page=page, post=post))


def _message(update: Update) -> _Told | str:
    """A message: a channel's is its post, a group's is judged, a dialogue's is private."""
    message = object_of(update.data.get("message"))
    body = object_of(message.get("body"))
    if not body:
        return "no_body"
    recipient = object_of(message.get("recipient"))
    mid = _mid(body, "message.body", "mid")
    chat_type = text_of(recipient, "chat_type")
    if chat_type == "dialog":
        if object_of(message.get("sender")).get("is_bot") is True:
            return "own_message"
        chat = required_id(recipient, "message.recipient", "chat_id")
        return _Told("", mid, _written(update, CommentRef(Kind.MESSAGE, chat, mid), message, page="", private=True))
    page = _chat(recipient, "message.recipient")
    if chat_type == "channel":
        return _Told(page, mid, _published(message, mid))
    return _Told(page, mid, _written(update, CommentRef(Kind.DISCUSSION, "", mid), message, page=page))


def _comment_removed(update: Update) -> _Told:
    page = _chat(update.data, "")
    post = _mid(update.data, "", "post_id")
    ref = CommentRef(Kind.WALL, post, _mid(update.data, "", "message_id"))
    return _Told(page, ref.external_id, Removed(ref, deleter=id_of(update.data, "user_id")))


def _message_removed(update: Update) -> _Told | str:
    chat = required_id(update.data, "", "chat_id")
    mid = _mid(update.data, "", "message_id")
    if not chat.startswith("-"):
        ref = CommentRef(Kind.MESSAGE, chat, mid)
        return _Told("", mid, Removed(ref, deleter=id_of(update.data, "user_id")))
    # Whether a channel's post is gone or a group's message, MAX does not say; a post is no comment that anybody knows.
    ref = CommentRef(Kind.DISCUSSION, "", mid)
    return _Told(chat, mid, Removed(ref, deleter=id_of(update.data, "user_id")))


def _rights(update: Update) -> _Told | str:
    data = update.data
    page = required_id(data, "", "chat_id")
    if not page.startswith("-"):
        return "no_comment"
    is_admin = data.get("is_admin") is True
    held = rights.permissions_of(data.get("permissions")) if is_admin else frozenset()
    details = {
        "lost": rights.lost(held, is_channel=data.get("is_channel") is True, is_admin=is_admin),
        "permissions": ",".join(sorted(held)),
    }
    return _Told(page, "", PageChanged("rights", details | _by(data)))


def _bot_removed(update: Update) -> _Told | str:
    page = required_id(update.data, "", "chat_id")
    if not page.startswith("-"):
        return "no_comment"
    lost = rights.lost(frozenset(), is_channel=update.data.get("is_channel") is True, is_admin=False)
    who = object_of(update.data.get("user"))
    return _Told(page, "", PageChanged("rights", {"lost": lost, "permissions": ""} | _by(who)))


_READERS: Final[Mapping[str, Callable[[Update], _Told | str]]] = {
    "comment_created": _comment,
    "comment_edited": _comment,
    "comment_removed": _comment_removed,
    "message_created": _message,
    "message_edited": _message,
    "message_removed": _message_removed,
    "bot_admin_permissions_changed": _rights,
    "bot_removed": _bot_removed,
}
#: Types that are read here; MAX need not send any others.
READ: Final = tuple(_READERS)
#: How the house ends the names of what happens to texts.
_TYPES: Final = {
    f"{thing}_{theirs}": f"{thing}_{ours}"
    for thing in ("comment", "message")
    for theirs, ours in (("created", "new"), ("edited", "edit"), ("removed", "delete"))
}


def _written(
    update: Update, ref: CommentRef, message: JsonObject, *, page: str, post: str = "", private: bool = False
) -> Written:
    body = object_of(message.get("body"))
    sender = message.get("sender")
    if isinstance(sender, dict):
        author = required_id(sender, "message.sender", "user_id")
    elif page:
        author = f"-{page}"
    else:
        raise PayloadRejectedError("message.sender", "a user, as in every dialogue")
    link = object_of(message.get("link"))
    linked = object_of(link.get("message"))
    segments, names = attachments.read(body)
    return Written(
        act=Act.EDIT if update.type.endswith("_edited") else Act.NEW,
        ref=ref,
        author=author,
        text=text_of(body, "text"),
        segments=segments + attachments.links(body),
        attachments=names,
        written_at=_microseconds(message.get("timestamp")),
        post=post,
        reply_to=_any_mid(linked) if text_of(link, "type") == "reply" else "",
        url=_url(message) or (page_url(page) if page else ""),
        private=private,
        # Quotes and forwards are others' words.
        context=text_of(linked, "text"),
    )


def _published(message: JsonObject, mid: str) -> Published:
    body = object_of(message.get("body"))
    linked = object_of(object_of(message.get("link")).get("message"))
    segments, names = attachments.read(body)
    parts = [text_of(body, "text"), *(one.text for one in segments), text_of(linked, "text")]
    text = "\n".join(part for part in parts if part)
    return Published(mid, text, _microseconds(message.get("timestamp")), _url(message), names)


def _chat(source: JsonObject, where: str) -> str:
    """The id of a channel or a group chat."""
    found = required_id(source, where or "body", "chat_id")
    if not found.startswith("-"):
        raise PayloadRejectedError(f"{where}.chat_id".lstrip("."), "the negative id of a channel or a group chat")
    return found


def _mid(source: JsonObject, where: str, name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST_ID:
        raise PayloadRejectedError(f"{where}.{name}".lstrip("."), "the id of a message")
    return clean(value)


def _any_mid(body: JsonObject) -> str:
    mid = text_of(body, "mid")
    return mid if len(mid) <= _LONGEST_ID else ""


def _url(message: JsonObject) -> str:
    url = text_of(message, "url")
    return url if url.startswith("https://") else ""


def _by(source: JsonObject) -> dict[str, str]:
    by = id_of(source, "user_id")
    return {"by": by} if by else {}


def _milliseconds(value: object) -> int | None:
    number = integer(value)
    return number if number is not None and _EARLIEST_MS <= number < _LATEST_MS else None


def _microseconds(value: object) -> int | None:
    number = _milliseconds(value)
    return None if number is None else number * (SECOND // 1000)


def _key(update: Update, told: _Told) -> str:
    """MAX numbers no updates: type, message and instant are what is the same when one is told again."""
    facts: list[object] = [update.type, told.page, told.about, update.at]
    if update.at is None:
        body = told.body
        words = body.text if isinstance(body, Written | Published) else ""
        facts.append(hashlib.sha256(words.encode()).hexdigest())
    return f"sha256:{hashlib.sha256(msgspec.json.encode(facts)).hexdigest()}"
