"""Translates a VK community event into the house's words.

Pure: no clock, no network, no database. Every era of the protocol is read by shape: old events lack `owner_id`,
`parents_stack` or `event_id`, so beside the type only the comment's id and its author are required.

Ids of comments on the wall, on photos, videos and goods count per owner, and the owner is the community, so they need
no scope; a discussion's comment needs its topic and a message its peer. `post` is the wall post's id, or VK's own name
of the thing (`photo-1_2`, `topic-1_2`); a wall post of somebody else keeps its owner (`-5_7`).
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from app.domain.clock import HOUR, MINUTE, SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import (
    Act,
    AuthorBanned,
    AuthorUnbanned,
    Body,
    CommentRef,
    ConfirmationRequest,
    Event,
    Ignored,
    PageChanged,
    PageMoved,
    Published,
    Removed,
    Written,
)
from app.domain.json_fields import JsonObject, id_of, integer, object_of, required_id, text_of
from app.domain.words import Kind
from app.networks.vk import attachments
from app.networks.vk.fields import instant
from app.networks.vk.page_events import author_banned, author_unbanned, officers_changed, settings_changed
from app.networks.vk.verify import Envelope, without_secret

#: As the house calls this network.
NAME: Final = "vk"
#: Peers from here on are chats of several people; below it is one citizen's dialogue with the page.
FIRST_CHAT: Final = 2_000_000_000
#: When VK tries again: how long after the first attempt the n-th repeat comes, at the earliest.
_REPEATS: Final = (0, 10 * SECOND, 190 * SECOND, 790 * SECOND, 2590 * SECOND, HOUR + 43 * MINUTE + 10 * SECOND)
_SURFACES: Final[Mapping[str, tuple[Kind, str]]] = {
    "wall_reply": (Kind.WALL, "wall"),
    "photo_comment": (Kind.PHOTO, "photo"),
    "video_comment": (Kind.VIDEO, "video"),
    "market_comment": (Kind.MARKET, "market"),
    "board_post": (Kind.DISCUSSION, "topic"),
}
#: Fields that name the thing commented on, and its owner; delete events call the owner `owner_id`.
_THING: Final = {"wall": "post_id", "photo": "photo_id", "video": "video_id", "market": "item_id", "topic": "topic_id"}
_OWNER: Final = {surface: f"{surface}_owner_id" for surface in _THING} | {"wall": "post_owner_id"}
_ACTS: Final = {"new": Act.NEW, "edit": Act.EDIT, "restore": Act.RESTORE}
_PAGE_EVENTS: Final[Mapping[str, Callable[[JsonObject], Body]]] = {
    "user_block": author_banned,
    "user_unblock": author_unbanned,
    "group_officers_edit": officers_changed,
    "group_change_settings": settings_changed,
}
#: Types that are known and need nothing, with the reason.
_IGNORED: Final[Mapping[str, str]] = {
    # VK reports edits only of the community's own messages.
    "message_edit": "own_message",
    # The repost stands on somebody else's wall.
    "wall_repost": "not_on_page",
    **dict.fromkeys(
        [
            "message_allow",
            "message_deny",
            "message_event",
            "message_read",
            "message_typing_state",
            "message_reaction_event",
            "like_add",
            "like_remove",
            "poll_vote_new",
            "group_join",
            "group_leave",
            "group_change_photo",
            "vkpay_transaction",
            "photo_new",
            "video_new",
            "audio_new",
            "market_order_new",
            "market_order_edit",
            "lead_forms_new",
            "app_payload",
        ],
        "no_comment",
    ),
}
_COMMENT_EVENTS: Final = frozenset(f"{surface}_{what}" for surface in _SURFACES for what in (*_ACTS, "delete"))
#: Types that are read here; a page needs no others.
READ: Final = _COMMENT_EVENTS | _PAGE_EVENTS.keys() | {"message_new", "message_reply", "wall_post_new"}


def parse(envelope: Envelope, *, raw: bytes, retry_counter: str | None = None) -> Event | Ignored | ConfirmationRequest:
    """Say what happened; `raw` is the request's body, `retry_counter` the header X-Retry-Counter.

    Raises:
        PayloadRejectedError: an event that carries a comment lacks what identifies it.
    """
    if envelope.type == "confirmation":
        return ConfirmationRequest(NAME, envelope.page)
    happened = _happened(envelope)
    if isinstance(happened, str):
        return Ignored(NAME, envelope.page, envelope.type, happened)
    return Event(
        network=NAME,
        page=envelope.page,
        type=envelope.type,
        key=_key(envelope, happened),
        body=happened,
        raw=without_secret(envelope, raw),
        delayed_by=_delay(retry_counter),
    )


def _happened(envelope: Envelope) -> Body | str:
    """What happened, or the reason why nothing needs to be done."""
    if envelope.type not in READ:
        return _IGNORED.get(envelope.type, "unknown_type")
    thing = envelope.object
    if not isinstance(thing, dict):
        raise PayloadRejectedError("object", "a JSON object")
    # VK puts a notice about an outdated API version in the place of the event's object.
    if "warning" in thing and not {"id", "message", "user_id"} & thing.keys():
        return "warning"
    if envelope.type in _PAGE_EVENTS:
        return _PAGE_EVENTS[envelope.type](thing)
    reader = _PAGE_TEXTS.get(envelope.type)
    return reader(envelope.page, thing) if reader else _comment(envelope, thing)


def _comment(envelope: Envelope, thing: JsonObject) -> Written | Removed:
    event, _, happening = envelope.type.rpartition("_")
    page = envelope.page
    kind, surface = _SURFACES[event]
    external_id = required_id(thing, "object", "id")
    scope = required_id(thing, "object", "topic_id") if kind is Kind.DISCUSSION else ""
    ref = CommentRef(kind, scope, external_id)
    if happening == "delete":
        return Removed(ref, deleter=id_of(thing, "deleter_id"))
    owner = id_of(thing, _OWNER[surface], "owner_id") or f"-{page}"
    on = id_of(thing, _THING[surface])
    parents = thing.get("parents_stack")
    root = integer(parents[0]) if isinstance(parents, list) and parents else None
    thread_root = str(root) if root else ""
    return _written(
        _ACTS[happening],
        ref,
        thing,
        post=_post_name(page, surface, owner, on),
        thread_root=thread_root,
        reply_to=id_of(thing, "reply_to_comment"),
        url=_comment_url(surface, owner, on, external_id, thread_root),
    )


def _message(page: str, thing: JsonObject) -> Written | str:
    # Before version 5.103 the message was the object itself.
    message = object_of(thing.get("message")) or thing
    if isinstance(message.get("action"), dict):
        return "service_message"
    peer = required_id(message, "object.message", "peer_id", "user_id")
    # In chats `id` is 0; a dialogue of the old era may have no conversation number.
    external_id = id_of(message, "conversation_message_id")
    if not external_id:
        external_id = f"id{required_id(message, 'object.message', 'id')}"
    chat = int(peer) >= FIRST_CHAT
    return _written(
        Act.NEW,
        CommentRef(Kind.MESSAGE, peer, external_id),
        message,
        author_fields=("from_id", "user_id"),
        reply_to=id_of(object_of(message.get("reply_message")), "conversation_message_id"),
        url=f"https://vk.com/gim{page}?sel={f'c{int(peer) - FIRST_CHAT}' if chat else peer}",
        private=not chat,
    )


def _reply(page: str, thing: JsonObject) -> Written | str:
    """The page's own words in a dialogue: they answer a resident if a person wrote them."""
    if not id_of(thing, "admin_author_id"):
        # A greeting or a bot answers nobody.
        return "own_message"
    return _message(page, {**thing, "from_id": -int(page)})


def _post(page: str, thing: JsonObject) -> Written | Published | str:
    external_id = required_id(thing, "object", "id")
    author = required_id(thing, "object", "from_id")
    state = text_of(thing, "post_type")
    owner = id_of(thing, "owner_id") or f"-{page}"
    if state == "postpone":
        return "postponed"
    if state == "reply":
        return "not_on_page"
    url = f"https://vk.com/wall{owner}_{external_id}"
    if author == f"-{page}" and state != "suggest":
        text = "\n".join(part for part in (text_of(thing, "text"), attachments.context(thing)) if part)
        _, hanging, _ = attachments.read(thing, author)
        return Published(external_id, text, instant(thing.get("date")), url, hanging)
    return _written(Act.NEW, CommentRef(Kind.POST, "", external_id), thing, url=url)


_PAGE_TEXTS: Final[Mapping[str, Callable[[str, JsonObject], Body | str]]] = {
    "message_new": _message,
    "message_reply": _reply,
    "wall_post_new": _post,
}


def _written(
    act: Act,
    ref: CommentRef,
    thing: JsonObject,
    *,
    author_fields: tuple[str, ...] = ("from_id",),
    post: str = "",
    thread_root: str = "",
    reply_to: str = "",
    url: str,
    private: bool = False,
) -> Written:
    author = required_id(thing, "object", *author_fields)
    segments, names, context = attachments.read(thing, author)
    return Written(
        act=act,
        ref=ref,
        author=author,
        text=text_of(thing, "text"),
        segments=segments,
        attachments=names,
        written_at=instant(thing.get("date")),
        post=post,
        thread_root=thread_root,
        reply_to=reply_to,
        url=url,
        private=private,
        context=context,
    )


def _post_name(page: str, surface: str, owner: str, on: str) -> str:
    if not on:
        return ""
    if surface == "wall":
        return on if owner == f"-{page}" else f"{owner}_{on}"
    return f"{surface}{owner}_{on}"


def _comment_url(surface: str, owner: str, on: str, external_id: str, thread_root: str) -> str:
    if not on:
        return ""
    if surface == "market":
        return f"https://vk.com/market{owner}?w=product{owner}_{on}"
    if surface == "topic":
        return f"https://vk.com/topic{owner}_{on}?post={external_id}"
    thread = f"&thread={thread_root}" if thread_root else ""
    return f"https://vk.com/{surface}{owner}_{on}?reply={external_id}{thread}"


def _delay(retry_counter: str | None) -> int:
    """Microseconds since the first attempt; a header that is no number of failures means no delay."""
    failures = integer(retry_counter.strip()) if retry_counter is not None else None
    if failures is None or failures < 0:
        return 0
    return _REPEATS[min(failures, len(_REPEATS) - 1)]


def _key(envelope: Envelope, body: Body) -> str:
    if envelope.event_id and len(envelope.event_id) <= 128:
        return envelope.event_id
    facts = [envelope.event_id] if envelope.event_id else [envelope.page, envelope.type, *_identity(body)]
    return f"sha256:{hashlib.sha256(msgspec.json.encode(facts)).hexdigest()}"


def _identity(body: Body) -> list[object]:
    """What makes a delivery without an event id the same as an earlier one."""
    match body:
        case Written():
            digest = hashlib.sha256(msgspec.json.encode([body.text, *body.attachments])).hexdigest()
            return [body.ref.kind, body.ref.scope, body.ref.external_id, digest, body.written_at]
        case Removed():
            return [body.ref.kind, body.ref.scope, body.ref.external_id, body.deleter]
        case Published():
            return [body.external_id, hashlib.sha256(body.text.encode()).hexdigest(), body.published_at]
        case AuthorBanned(author, by, ends) | AuthorUnbanned(author, by, ends):
            return [author, by, ends]
        case PageChanged():
            return [body.what, *sorted(body.details.items())]
        case PageMoved():
            return [body.to]
