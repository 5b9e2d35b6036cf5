"""Finds the page's own words that answer a resident, and stops the clock of whoever was answered."""

from typing import Final

from rapidfuzz import fuzz
from sqlmodel import Session

from app.domain.answers import AnswerState, AppealEnd
from app.domain.copies import text_print
from app.domain.states import GONE
from app.journal.chain import Entry, append
from app.pipeline.answers.ending import MACHINE, end
from app.pipeline.answers.opening import PORTION, voice_of, written
from app.pipeline.answers.steps import publish_found
from app.pipeline.house import House
from app.review.threads import answers
from app.storage import answers as drafts
from app.storage import appeals as queries
from app.storage import duties
from app.storage.outbox import lock_comment
from app.storage.tables import Comment

CURSOR: Final = "answers"
#: Likeness in percent from which the published words are the agreed ones: a greeting may stand before them.
ALIKE: Final = 90.0


def find_answers(house: House, after: int, until: int) -> int | None:
    """Look through a stretch of comments up to the id `until`; returns where the next one begins, None at the end."""
    with house.database.read() as session:
        mine, further = queries.own_comments_after(session, after, until, PORTION)
        meant = {comment_id: answered for comment_id in mine if (answered := _answered_by(session, comment_id))}
    now = house.clock.now()
    with house.database.write() as session:
        entries: list[Entry] = []
        # In the order in which everybody locks comments; of two answers the first one counts.
        for waiting, comment_id in sorted((one, own) for own, answered in meant.items() for one in answered):
            entries += _close(session, house, waiting, comment_id)
        duties.write_cursor(session, CURSOR, until if further is None else further, now)
        append(session, house.journal_key, entries, now)
    return further


def _answered_by(session: Session, comment_id: int) -> list[int]:
    """Whom the page's own comment answers, as comments."""
    own = session.get(Comment, comment_id)
    if own is None or own.state in GONE:
        return []
    beside = queries.waiting_beside(session, own, written(own))
    if not beside:
        return []
    text = queries.text_of(session, own.revision_id) or ""
    replied = queries.author_replied_to(session, own)
    voice = voice_of(own)
    return [
        comment.id
        for _, comment, author in beside
        if comment.id != own.id and answers(voice, text, voice_of(comment, author), replied=replied)
    ]


def _close(session: Session, house: House, waiting: int, comment_id: int) -> list[Entry]:
    """Stop one clock; an agreed answer with nearly these words is published by that."""
    lock_comment(session, waiting)
    answer = drafts.live_answer(session, waiting)
    appeal = queries.lock_appeal(session, waiting)
    own = session.get(Comment, comment_id)
    if appeal is None or own is None or appeal.closed_at is not None:
        return []
    at = house.clock.now()
    entries = [end(appeal, AppealEnd.ANSWERED, MACHINE, at, answered_at=written(own), answer_comment=own.id)]
    if answer is not None and answer.state == AnswerState.AGREED.value:
        agreed = drafts.text_of(session, answer.id)
        if agreed and _alike(agreed, queries.text_of(session, own.revision_id) or ""):
            entries.append(publish_found(answer, at, comment_id=own.id))
    return entries


def _alike(agreed: str, published: str) -> bool:
    """Whether somebody copied the agreed text into the network, perhaps with a name before it."""
    one, other = (text_print(text) for text in (agreed, published))
    if one is None or other is None:
        return agreed.strip().casefold() == published.strip().casefold()
    return fuzz.ratio(one.folded, other.folded) >= ALIKE or f" {one.folded} " in f" {other.folded} "
