"""Turns what hangs on a message into judged segments and stable names for the digest; comments hold only text."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from app.domain.events import Segment
from app.domain.json_fields import JsonObject, id_of, object_of, objects_of, text_of


def _share(thing: JsonObject) -> Iterator[Segment]:
    yield Segment("link_url", text_of(object_of(thing.get("payload")), "url"))
    yield Segment("link_title", text_of(thing, "title"))


def _file(thing: JsonObject) -> Iterator[Segment]:
    yield Segment("doc_title", text_of(thing, "filename"))


_SEGMENTS: Final[Mapping[str, Callable[[JsonObject], Iterator[Segment]]]] = {"share": _share, "file": _file}
#: What names a thing the same whenever it is told: addresses and tokens of media change.
_NAMES: Final[Mapping[str, Callable[[JsonObject, JsonObject], str]]] = {
    "image": lambda _, payload: id_of(payload, "photo_id"),
    "video": lambda _, payload: id_of(payload, "id"),
    "audio": lambda _, payload: id_of(payload, "id"),
    "file": lambda thing, payload: id_of(payload, "fileId", "id") or text_of(thing, "filename"),
    "sticker": lambda _, payload: text_of(payload, "code"),
    "share": lambda _, payload: text_of(payload, "url"),
}


def read(body: JsonObject) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """Texts beside the author's own words that he chose to show, and what hangs there, as `image:1`."""
    segments: list[Segment] = []
    names: list[str] = []
    for thing in objects_of(body.get("attachments")):
        kind = text_of(thing, "type")
        if not kind:
            continue
        reader, namer = _SEGMENTS.get(kind), _NAMES.get(kind)
        name = namer(thing, object_of(thing.get("payload"))) if namer else ""
        names.append(f"{kind}:{name}" if name else kind)
        if reader is not None:
            segments.extend(one for one in reader(thing) if one.text.strip())
    return tuple(segments), tuple(names)


def links(body: JsonObject) -> tuple[Segment, ...]:
    """Addresses behind words that do not show them."""
    found = (text_of(one, "url") for one in objects_of(body.get("markup")) if text_of(one, "type") == "link")
    return tuple(Segment("link_url", url) for url in dict.fromkeys(found) if url.strip())
