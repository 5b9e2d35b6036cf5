"""Turns what hangs on a comment into judged segments, stable names for the digest, and context."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from app.domain.events import Segment
from app.domain.json_fields import JsonObject, id_of, object_of, objects_of, text_of

#: Quotes inside quotes are followed this far: they are context, and a message may nest them without end.
QUOTE_DEPTH: Final = 3


def _link(link: JsonObject, _author: str) -> Iterator[Segment]:
    yield Segment("link_url", text_of(link, "url"))
    yield Segment("link_title", text_of(link, "title"))


def _doc(doc: JsonObject, _author: str) -> Iterator[Segment]:
    yield Segment("doc_title", text_of(doc, "title"))


def _video(video: JsonObject, _author: str) -> Iterator[Segment]:
    yield Segment("video_title", text_of(video, "title"))


def _poll(poll: JsonObject, _author: str) -> Iterator[Segment]:
    yield Segment("poll", text_of(poll, "question"))
    for answer in objects_of(poll.get("answers")):
        yield Segment("poll", text_of(answer, "text"))


def _photo(photo: JsonObject, author: str) -> Iterator[Segment]:
    # The caption of somebody else's picture is not the commenter's word.
    if id_of(photo, "owner_id") == author:
        yield Segment("photo_text", text_of(photo, "text"))


def _market(item: JsonObject, _author: str) -> Iterator[Segment]:
    yield Segment("market_title", text_of(item, "title"))


_SEGMENTS: Final[Mapping[str, Callable[[JsonObject, str], Iterator[Segment]]]] = {
    "link": _link,
    "doc": _doc,
    "video": _video,
    "clip": _video,
    "poll": _poll,
    "photo": _photo,
    "market": _market,
}
#: Fields that hold something beside the text.
_HOLDING: Final = ("attachments", "reply_message", "fwd_messages", "copy_history")
#: Attachments that are other people's texts.
_QUOTES: Final = ("wall", "wall_reply")


def read(holder: JsonObject, author: str) -> tuple[tuple[Segment, ...], tuple[str, ...], str]:
    """`segments`, `names` and `context` at once; most comments hold nothing of the kind."""
    if not any(holder.get(name) for name in _HOLDING):
        return (), (), ""
    return segments(holder, author), names(holder), context(holder)


def segments(holder: JsonObject, author: str) -> tuple[Segment, ...]:
    """Texts beside the comment's own words that its author chose to show; empty ones are left out."""
    found: list[Segment] = []
    for kind, thing in _attached(holder):
        reader = _SEGMENTS.get(kind)
        if reader is not None:
            found.extend(segment for segment in reader(thing, author) if segment.text.strip())
    return tuple(found)


def names(holder: JsonObject) -> tuple[str, ...]:
    """What hangs on the comment, as `photo:1_2`: the same for the same things, whatever likes or keys they carry."""
    return tuple(_name(kind, thing) for kind, thing in _attached(holder))


def context(holder: JsonObject) -> str:
    """Quoted, forwarded and reposted texts, one a line, the nearest first."""
    return "\n".join(text for text in _quoted(holder, QUOTE_DEPTH) if text.strip())


def _attached(holder: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    for attachment in objects_of(holder.get("attachments")):
        kind = text_of(attachment, "type")
        if kind:
            yield kind, object_of(attachment.get(kind))


def _name(kind: str, thing: JsonObject) -> str:
    if kind == "link":
        return f"link:{text_of(thing, 'url')}"
    if kind == "sticker":
        return f"sticker:{id_of(thing, 'product_id')}_{id_of(thing, 'sticker_id')}"
    owner = id_of(thing, "owner_id", "to_id", "from_id", "group_id")
    own = id_of(thing, "id", "post_id")
    return f"{kind}:{owner}_{own}" if owner or own else kind


def _quoted(holder: JsonObject, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    inner = [object_of(holder.get("reply_message"))]
    inner += objects_of(holder.get("fwd_messages"))
    inner += objects_of(holder.get("copy_history"))
    inner += [thing for kind, thing in _attached(holder) if kind in _QUOTES]
    for quoted in inner:
        yield text_of(quoted, "text")
        yield from _quoted(quoted, depth - 1)
