"""Translates a comment, as OK lists it under a discussion, into the house's words.

Pure: no clock, no network, no database. `scope` is the discussion, without which OK finds no comment; ids of comments
are opaque. `post` is the topic's id, or `photo…` and `movie…` with the thing's.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from app.domain.events import Act, CommentRef, Event, Segment, Written
from app.domain.json_fields import JsonObject, integer, object_of, objects_of, text_of
from app.domain.words import Kind
from app.networks.ok.fields import instant, number_of, opaque_id, optional_id

#: As the house calls this network.
NAME: Final = "ok"
TOPIC: Final = "GROUP_TOPIC"
PHOTO: Final = "GROUP_PHOTO"
MOVIE: Final = "GROUP_MOVIE"
#: What is commented on in a group; other discussions of a token's owner are none of ours.
KINDS: Final[Mapping[str, Kind]] = {TOPIC: Kind.WALL, PHOTO: Kind.PHOTO, MOVIE: Kind.VIDEO}
TYPES: Final[Mapping[Kind, str]] = {kind: name for name, kind in KINDS.items()}
_POSTS: Final = {TOPIC: "", PHOTO: "photo", MOVIE: "movie"}
_URLS: Final = {
    TOPIC: "https://ok.ru/group/{page}/topic/{id}",
    # The address of a photo names its album, which nobody tells.
    PHOTO: "https://ok.ru/group/{page}/photos",
    MOVIE: "https://ok.ru/video/{id}",
}
#: The state of a comment that stands there; OK names no other one in public.
_STANDING: Final = ("", "ACTIVE_MESSAGE")
_GONE: Final = re.compile(r"REMOVED|DELETED", re.IGNORECASE)
#: A text that is nothing but service markup: a sticker, a picture. With any other word it is somebody's text.
_MARKUP: Final = re.compile(r"#ud[0-9A-Za-z_:=+-]*", re.ASCII)
_LISTED: Final = "comment_new"


class Discussion(NamedTuple):
    """Something that is commented on: its type in OK's words, and its id."""

    type: str
    id: str

    @property
    def kind(self) -> Kind:
        """The surface."""
        return KINDS[self.type]

    @property
    def params(self) -> dict[str, str]:
        """How methods name it."""
        return {"discussionId": self.id, "discussionType": self.type}


def stands(item: JsonObject) -> bool:
    """Whether readers see it; a state that is not known here is no reason to call it gone."""
    state = text_of(item, "type")
    return state in _STANDING or not _GONE.search(state)


def read_comment(page: str, on: Discussion, item: JsonObject) -> Event:
    """A listed comment as if it had just been written.

    Raises:
        PayloadRejectedError: it has no id.
    """
    external_id = opaque_id(item, "comment", "id")
    ref = CommentRef(on.kind, on.id, external_id)
    text = text_of(item, "text")
    segments, names = _attached(item)
    if _MARKUP.fullmatch(text):
        text, names = "", (*names, f"markup:{text}"[:200])
    body = Written(
        act=Act.NEW,
        ref=ref,
        author=_author(item),
        text=text,
        segments=segments,
        attachments=names,
        written_at=instant(item),
        post=f"{_POSTS[on.type]}{on.id}",
        reply_to=optional_id(item, "reply_to_comment_id"),
        url=_URLS[on.type].format(page=page, id=on.id),
    )
    return Event(
        network=NAME,
        page=page,
        type=_LISTED,
        key=_key(page, body),
        body=body,
        raw=json.dumps({**on.params, "comment": item}, ensure_ascii=False).encode(),
    )


def _author(item: JsonObject) -> str:
    """The author's number, a group's with a minus; '' where OK does not say."""
    ref = text_of(item, "author_ref")
    number = number_of(item.get("author_id")) or number_of(ref)
    is_group = text_of(item, "author_type") == "GROUP" or ref.startswith("group:")
    return f"-{number}" if number and is_group else number


def _attached(item: JsonObject) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """What hangs on it, as far as it says; texts that its author chose to show."""
    segments, names = [], []
    for one in objects_of(item.get("attachments")):
        kind = text_of(one, "type").lower()
        if not kind:
            continue
        inner = object_of(one.get("payload")) or object_of(one.get(kind)) or one
        url = text_of(inner, "url") if kind in ("link", "share") else ""
        number = integer(inner.get("id"))
        names.append(f"{kind}:{url or number or ''}"[:500].rstrip(":"))
        if url:
            segments.append(Segment("link_url", url))
        if title := text_of(inner, "title"):
            segments.append(Segment("video_title" if kind in ("video", "movie") else "link_title", title))
    return tuple(segments), tuple(names)


def _key(page: str, body: Written) -> str:
    """OK gives no event ids: the same words of the same comment are the same event."""
    said = hashlib.sha256(msgspec.json.encode([body.text, *body.attachments])).hexdigest()
    facts = [page, body.ref.kind, body.ref.scope, body.ref.external_id, said, body.written_at]
    return f"sha256:{hashlib.sha256(msgspec.json.encode(facts)).hexdigest()}"
