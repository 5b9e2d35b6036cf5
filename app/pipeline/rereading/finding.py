"""Compares what stands on a page with what we were told: new comments, edits and deletions that nobody told us of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.domain.events import Act, Event, Removed, Written
from app.domain.rereading import KEY
from app.domain.states import CommentState
from app.storage import rereads

CommentName = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is read again: texts written between two instants, in microseconds; `id` is the row's."""

    id: int
    from_at: int
    to_at: int


@dataclass(frozen=True, slots=True)
class Found:
    """How many comments of the time in question stand there, and what has to be done about the listed ones."""

    seen: int
    news: tuple[Event, ...]


def find(session: Session, page_id: int, gap: Gap, listed: Sequence[Event]) -> Found:
    """What of a list is news to us.

    A text counts as edited only if the author's own words differ: what hangs on a comment is listed in other words than
    it is told in.
    """
    keys = {id(event): name_of(event) for event in listed}
    known = rereads.known_texts(session, page_id, set(keys.values()))
    news, seen = [], 0
    for event in listed:
        inside = isinstance(event.body, Written) and gap.from_at <= (event.body.written_at or 0) <= gap.to_at
        seen += inside
        told = known.get(keys[id(event)])
        if told is None:
            if inside:
                news.append(replace(event, key=f"{KEY}{event.key}"))
        elif edited := changed(event, *told):
            # An event tells of each change once; a list may show the same words after others again.
            news.append(replace(edited, key=f"{KEY}{gap.id}:{event.key}"))
    return Found(seen, tuple(news))


def changed(event: Event, state: str, text: str | None) -> Event | None:
    """An edit or a deletion of a comment that we know as visible and with its words."""
    body = event.body
    if state != CommentState.VISIBLE:
        return None
    if isinstance(body, Removed):
        return event
    if isinstance(body, Written) and text is not None and body.text != text:
        return replace(event, type=event.type.replace("_new", "_edit"), body=replace(body, act=Act.EDIT))
    return None


def name_of(event: Event) -> CommentName:
    """The comment that a listed event is about: kind, scope and external id."""
    body = event.body
    assert isinstance(body, Written | Removed)  # noqa: S101 - lists hold comments
    return str(body.ref.kind), body.ref.scope, body.ref.external_id
