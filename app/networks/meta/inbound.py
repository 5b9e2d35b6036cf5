"""Translates webhook deliveries of Facebook pages and Instagram accounts into the house's words.

Pure but for the log. One request has many entries, each of many changes. Instagram writes a change in `changes` or
directly into the entry, by how the application signs in; both are read. There is no id of an event: a happening is
known by what it tells and by the time of its entry, which repeats keep.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec
import structlog

from app.domain.clock import SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, Body, CommentRef, Event, Ignored, Published, Removed, Written
from app.domain.json_fields import JsonObject, integer, object_of, objects_of, read_json, text_of
from app.domain.words import Kind
from app.networks.meta.names import INSTAGRAM, NAME, id_in

#: 2004-02-04, when Facebook opened, and 2100-01-01: a date outside is nonsense.
EARLIEST_S: Final = 1_075_852_800
LATEST_S: Final = 4_102_444_800
_FEED: Final = "feed"
#: What happened, by the verb; which verbs there are, no document lists in full.
_ACTS: Final[Mapping[str, Act]] = {
    "add": Act.NEW,
    "edit": Act.EDIT,
    "edited": Act.EDIT,
    "update": Act.EDIT,
    "unhide": Act.RESTORE,
}
_REMOVALS: Final = frozenset({"remove", "delete"})
_POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "link"})
_log = structlog.get_logger()
_TYPES: Final = {Act.NEW: "new", Act.EDIT: "edit", Act.RESTORE: "restore"}


class _Change(NamedTuple):
    """One change of one page; `page` as the house calls it."""

    page: str
    field: str
    value: JsonObject
    #: The entry's time as it stands there; repeats of a delivery keep it.
    time: object
    raw: bytes

    def author(self) -> str:
        """Who wrote it; the page itself begins with a minus."""
        who = id_in(object_of(self.value.get("from")), "id")
        mark = INSTAGRAM if self.page.startswith(INSTAGRAM) else ""
        if not who:
            return ""
        return f"-{self.page}" if f"{mark}{who}" == self.page else f"{mark}{who}"


def parse(body: bytes) -> tuple[Event | Ignored, ...]:
    """What a request tells, in order; a change that cannot be read costs its neighbours nothing.

    Raises:
        PayloadRejectedError: this is no delivery, or a comment lacks what identifies it and nothing else is told.
    """
    told = read_json(body)
    if not isinstance(told, dict):
        raise PayloadRejectedError("body", "a JSON object")
    kind = told.get("object")
    if not isinstance(kind, str) or not kind:
        raise PayloadRejectedError("object", "the kind of object")
    if not isinstance(told.get("entry"), list):
        raise PayloadRejectedError("entry", "an array")
    mark = {"page": "", "instagram": INSTAGRAM}.get(kind)
    if mark is None:
        return (Ignored(NAME, "", "other", "unknown_object"),)
    found: list[Event | Ignored] = []
    refusal: PayloadRejectedError | None = None
    for change in [change for entry in objects_of(told["entry"]) for change in _changes(kind, mark, entry)]:
        try:
            found.append(_read(change))
        except PayloadRejectedError as error:
            _log.warning("a change was refused", network=NAME, where=error.where, expected=error.expected)
            refusal = error
    if refusal is not None and not found:
        raise refusal
    return tuple(found)


def _changes(kind: str, mark: str, entry: JsonObject) -> Iterator[_Change]:
    number = id_in(entry, "id")
    if not number:
        raise PayloadRejectedError("entry.id", "the number of a page")
    page = f"{mark}{number}"
    flat = [entry] if "field" in entry else []
    found = [*flat, *objects_of(entry.get("changes"))]
    if not found:
        # Messages lie beside the changes; this house reads none of them.
        found = [{"field": "messaging" if "messaging" in entry else "unknown"}]
    for change in found:
        told = {"field": change.get("field"), "value": change.get("value")}
        raw = _encoded({"object": kind, "entry": [{"id": number, "time": entry.get("time"), "changes": [told]}]})
        yield _Change(page, text_of(change, "field"), object_of(change.get("value")), entry.get("time"), raw)


def _read(change: _Change) -> Event | Ignored:
    on_instagram = change.page.startswith(INSTAGRAM)
    if change.field != ("comments" if on_instagram else _FEED):
        known = "messages" if change.field in {"messaging", "messages"} else "unknown_type"
        return Ignored(NAME, change.page, "other", known)
    happened = _media_comment(change) if on_instagram else _feed(change)
    if isinstance(happened, str):
        return Ignored(NAME, change.page, change.field, happened)
    kind, body = happened
    return Event(NAME, change.page, kind, _key(change, kind, body), body, raw=change.raw)


def _media_comment(change: _Change) -> tuple[str, Body]:
    ref = CommentRef(Kind.WALL, "", _required(change.value, "id"))
    return "comment_new", Written(
        act=Act.NEW,
        ref=ref,
        author=change.author(),
        text=text_of(change.value, "text"),
        post=id_in(object_of(change.value.get("media")), "id"),
        thread_root=id_in(change.value, "parent_id"),
        reply_to=id_in(change.value, "parent_id"),
    )


def _feed(change: _Change) -> tuple[str, Body] | str:
    item, verb = text_of(change.value, "item"), text_of(change.value, "verb")
    reader = _comment if item == "comment" else _post if item in _POSTS else None
    if reader is None:
        return "no_comment"
    return reader(change, verb)


def _comment(change: _Change, verb: str) -> tuple[str, Body] | str:
    value = change.value
    act = _ACTS.get(verb)
    if act is None and verb not in _REMOVALS:
        # A hidden comment stands for its author and his friends: it comes back with `unhide`.
        return "hidden" if verb == "hide" else "unknown_verb"
    ref = CommentRef(Kind.WALL, "", _required(value, "comment_id"))
    if act is None:
        return "comment_delete", Removed(ref, deleter="")
    if act is Act.RESTORE and not (change.author() and isinstance(value.get("message"), str)):
        return "unhidden"
    post, parent = id_in(value, "post_id"), id_in(value, "parent_id")
    answered = parent if parent != post else ""
    return f"comment_{_TYPES[act]}", Written(
        act=act,
        ref=ref,
        author=change.author(),
        text=text_of(value, "message"),
        attachments=_hanging(value),
        written_at=instant(value.get("created_time")),
        post=post,
        thread_root=answered,
        reply_to=answered,
        url=f"https://www.facebook.com/{ref.external_id}",
    )


def _post(change: _Change, verb: str) -> tuple[str, Body] | str:
    value = change.value
    if verb not in {"add", "edit", "edited"}:
        return "no_comment"
    number = id_in(value, "post_id")
    if not number:
        return "no_post"
    author, url = change.author(), f"https://www.facebook.com/{number}"
    text, at = text_of(value, "message"), instant(value.get("created_time"))
    if author == f"-{change.page}":
        return "post_new", Published(number, text, at, url, _hanging(value))
    if not author:
        return "no_author"
    act = _ACTS[verb]
    ref = CommentRef(Kind.POST, "", number)
    body = Written(act, ref, author, text, attachments=_hanging(value), written_at=at, url=url)
    return f"post_{_TYPES[act]}", body


def _hanging(value: JsonObject) -> tuple[str, ...]:
    """That something hangs on it, by the digest of its address: the address itself ends after some days."""
    found = [(name, text_of(value, name)) for name in ("photo", "video", "link")]
    return tuple(f"{name}:{hashlib.sha256(url.encode()).hexdigest()[:16]}" for name, url in found if url)


def instant(value: object) -> int | None:
    """Unix seconds as microseconds; None for nonsense."""
    seconds = integer(value)
    return seconds * SECOND if seconds is not None and EARLIEST_S <= seconds < LATEST_S else None


def _required(value: JsonObject, name: str) -> str:
    found = id_in(value, name)
    if not found:
        raise PayloadRejectedError(f"value.{name}", "the id of a comment")
    return found


def _key(change: _Change, kind: str, body: Body) -> str:
    match body:
        case Written():
            identity: list[object] = [body.ref.external_id, body.text, *body.attachments]
        case Removed():
            identity = [body.ref.external_id]
        case _:
            identity = [msgspec.to_builtins(body)]
    facts = [change.page, kind, *identity, change.time]
    return f"sha256:{hashlib.sha256(_encoded(facts)).hexdigest()}"


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (RecursionError, OverflowError):
        raise PayloadRejectedError("body", "JSON without endless numbers, not nested so deeply") from None
