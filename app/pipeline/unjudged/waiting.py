"""Judges what has waited for a model, in order, as soon as one works; then the incident is over.

Any process may do it: the one whose model broke sets texts aside, and whoever has the duty's turn and a model that
works takes them up.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import structlog
from sqlmodel import Session, col, select

from app.domain.clock import MINUTE, SECOND
from app.domain.errors import BusyError
from app.domain.events import Act, CommentRef, Event, Segment, Written
from app.domain.watching import Matter
from app.domain.words import Kind
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.judging import judge
from app.pipeline.moderate import Moderator
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item, Outcome
from app.pipeline.watching import incidents
from app.storage import unjudged
from app.storage.tables import Incident
from app.storage.unjudged import WaitingText

NAME: Final = "texts without a judgement"
EVERY: Final = 10 * SECOND
#: Texts that are judged in one transaction.
PORTION: Final = 64
#: So long nothing may have been set aside before the incident ends; longer than the pause between two notes of it.
QUIET: Final = 2 * MINUTE

_log = structlog.get_logger()
_segments: Final = msgspec.json.Decoder(tuple[tuple[str, str], ...]).decode
_names: Final = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class Waiting:
    """Takes up what waits, with this process's model."""

    moderator: Moderator
    committer: Committer

    def run(self, house: House, configuration: Configuration, stop: threading.Event) -> None:
        """The duty: judge until nothing waits, the model breaks again or `stop` is set."""
        judged = 0
        if _count(house):
            _drop_needless(house)
            judged = self._judge_all(house, configuration, stop)
        left = _count(house)
        if judged:
            _log.info("texts that waited were judged", texts=judged, left=left)
        if not left and not self.moderator.trouble():
            _end_incident(house)

    def _judge_all(self, house: House, configuration: Configuration, stop: threading.Event) -> int:
        judged = after = 0
        while not stop.is_set():
            texts, items = self._next(house, configuration, after)
            if not items:
                break
            answers = self.committer.commit(items)
            after = items[-1].waited or after
            judged += sum(not isinstance(answer, BusyError) for answer in answers)
            # What the database refuses is kept aside without words, as any delivery is, and waits no longer.
            refused = [item.waited for item, answer in zip(items, answers, strict=True) if answer is Outcome.REJECTED]
            if refused:
                with house.database.write() as session:
                    unjudged.forget(session, [one for one in refused if one is not None])
            if len(items) < texts or any(isinstance(answer, BusyError) for answer in answers):
                break
        return judged

    def _next(self, house: House, configuration: Configuration, after: int) -> tuple[int, list[Item]]:
        """How many texts come next, and those of them that the model could be asked about."""
        with house.database.read() as session:
            texts = unjudged.first_waiting(session, after=after, limit=PORTION)
            pages = configuration.current(session).by_id
        items: list[Item] = []
        for one in texts:
            page = pages.get(one.comment.page_id)
            item = self._item(one, page) if page else None
            if item is None:
                break
            items.append(item)
        return len(texts), items

    def _item(self, one: WaitingText, page: PageConfig) -> Item | None:
        """The text with the model's opinion; None when the model fails too often."""
        item = judge(_event(one, page), page, self.moderator, one.waiting.received_at)
        if item.unjudged:
            return None
        return replace(item, waited=one.waiting.revision_id, read_again=one.waiting.read_again)


def _event(one: WaitingText, page: PageConfig) -> Event:
    """What the network told us, as far as it was kept."""
    comment, body = one.comment, one.body
    written = Written(
        act=Act(one.act),
        ref=CommentRef(Kind(comment.kind), comment.scope, comment.external_id),
        author=one.author,
        text=body.text or "",
        segments=tuple(Segment(kind, text) for kind, text in _segments(body.segments_json)),
        attachments=_names(body.attachments_json),
        written_at=comment.written_at,
        post=comment.post_external_id,
        thread_root=comment.thread_root,
        reply_to=comment.reply_to,
        url=comment.url,
        private=comment.private,
    )
    key = f"waited:{one.waiting.revision_id}"
    return Event(page.network, page.external_id, "waited", key, written, one.waiting.raw or b"")


def _count(house: House) -> int:
    with house.database.read() as session:
        return unjudged.count_waiting(session)


def _drop_needless(house: House) -> None:
    with house.database.write() as session:
        dropped = unjudged.drop_needless(session)
    if dropped:
        _log.info("texts wait no longer: page removed or words erased", texts=dropped)


def _end_incident(house: House) -> None:
    """The model works, nothing waits and nobody has set anything aside for a while: not in another process either."""
    with house.database.read() as session:
        quiet = _is_quiet(session, house.clock.now())
    if quiet:
        with house.database.write() as session:
            if _is_quiet(session, house.clock.now()):
                incidents.end(session, house, Matter.MODEL)


def _is_quiet(session: Session, now: int) -> bool:
    query = select(Incident.seen_at).where(Incident.what == Matter.MODEL.value, col(Incident.ended_at).is_(None))
    seen: Iterable[int] = session.exec(query).all()
    return any(at <= now - QUIET for at in seen)
