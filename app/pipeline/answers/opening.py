"""Finds messages of residents that wait for an answer and sets their clocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from app.domain.copies import text_print
from app.domain.states import GONE
from app.domain.words import Kind, WrittenBy
from app.journal.chain import Entry, append
from app.pipeline.answers.ending import MACHINE, begin
from app.pipeline.answers.terms import Terms, TermsOf
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.review.threads import Voice, thread_of
from app.storage import appeals as queries
from app.storage import duties
from app.storage.appeals import Judged
from app.storage.tables import Appeal, Comment

#: Rows of one stretch: what becomes of them is written in one transaction, which deliveries wait for.
PORTION: Final = 250
#: Protecting an appeal is cheap and begins at a low score; a clock for every thank-you would hide who really waits.
#: From here on 86 of 100 written samples of appeals are found and 2 of 100 others (94 and 13 where protection begins).
LIKELY: Final = 0.3
JUDGED: Final = "appeals"
LABELLED: Final = "appeals labelled"


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that asks for an answer, and when it did."""

    comment: Comment
    at: int


def find_judged(house: House, configuration: Configuration, since: Callable[[int | None], int]) -> bool:
    """Open appeals for the next stretch of decisions; False at the end. `since` says where a cursor goes on."""
    with house.database.read() as session:
        cursor = duties.read_cursor(session, JUDGED)
        rows = queries.judged_after(session, since(cursor), PORTION)
        terms = TermsOf(configuration)
        wanted = {row.comment_id: row for row in reversed(rows) if _is_appeal(row, terms.page(session, row.page_id))}
        found = _unknown(session, wanted)
    if found or (rows and rows[-1].id != cursor):
        asked = [Asked(comment, _asked_at(comment, wanted[comment.id])) for comment in found]
        _write(house, configuration, asked, JUDGED, rows[-1].id)
    return len(rows) == PORTION


def find_labelled(house: House, configuration: Configuration, since: Callable[[int | None], int]) -> bool:
    """The same for messages that a person has called an appeal."""
    with house.database.read() as session:
        cursor = duties.read_cursor(session, LABELLED)
        rows = queries.labelled_after(session, since(cursor), PORTION)
        found = _unknown(session, [comment for _, comment in rows])
    if found or (rows and rows[-1][0] != cursor):
        _write(house, configuration, [Asked(one, written(one)) for one in found], LABELLED, rows[-1][0])
    return len(rows) == PORTION


def open_appeal(session: Session, terms: Terms, asked: Asked) -> Appeal:
    """The row of a message that waits from now on.

    Whoever says the same again, or goes on in the same thread, keeps the term of the first time.
    """
    comment = asked.comment
    thread = thread_of(voice_of(comment))
    due_at = terms.due(asked.at)
    if comment.author_id is not None:
        words = _words(queries.text_of(session, comment.revision_id))
        for earlier, text in queries.open_of_author(session, comment.page_id, comment.author_id):
            if earlier.thread == thread or (words and words == _words(text)):
                due_at = min(due_at, earlier.due_at)
    appeal = Appeal(comment_id=comment.id, page_id=comment.page_id, thread=thread, asked_at=asked.at, due_at=due_at)
    session.add(appeal)
    session.flush()
    return appeal


def voice_of(comment: Comment, author: str | None = None) -> Voice:
    """A comment as the rules of threads see it."""
    return Voice(
        kind=Kind(comment.kind),
        scope=comment.scope,
        post=comment.post_external_id,
        external_id=comment.external_id,
        thread_root=comment.thread_root,
        reply_to=comment.reply_to,
        author=author or "",
        private=comment.private,
    )


def written(comment: Comment) -> int:
    """When a comment was first written: the network tells, but nothing is written after it has come."""
    return min(comment.written_at or comment.received_at, comment.received_at)


def _is_appeal(row: Judged, terms: Terms | None) -> bool:
    """What a person decides about a text says nothing new of whether it asks for an answer."""
    if terms is None or row.decided_by != MACHINE or row.score is None:
        return False
    return row.score >= max(terms.appeal, LIKELY)


def _unknown(session: Session, ids: Sequence[int] | dict[int, Judged]) -> list[Comment]:
    """Citizens' comments among these that people still see and that have no clock yet."""
    if not ids:
        return []
    known = queries.having_appeals(session, list(ids))
    comments = queries.comments_of(session, [one for one in ids if one not in known])
    return [comment for comment in sorted(comments.values(), key=lambda one: one.id) if may_wait(comment)]


def may_wait(comment: Comment) -> bool:
    """Whether it is a citizen's message that is still there."""
    return comment.written_by == WrittenBy.CITIZEN and comment.state not in GONE


def _asked_at(comment: Comment, row: Judged) -> int:
    """An edit was written when it came."""
    return row.decided_at if row.revision > 1 else written(comment)


def _write(house: House, configuration: Configuration, found: Sequence[Asked], cursor: str, position: int) -> None:
    now = house.clock.now()
    with house.database.write() as session:
        terms_of = TermsOf(configuration)
        entries: list[Entry] = []
        # Somebody may have set a clock by hand meanwhile.
        known = queries.having_appeals(session, [one.comment.id for one in found])
        for one in sorted(found, key=lambda asked: asked.at):
            terms = terms_of.page(session, one.comment.page_id)
            if terms is not None and one.comment.id not in known:
                entries.append(begin(open_appeal(session, terms, one)))
        duties.write_cursor(session, cursor, position, now)
        append(session, house.journal_key, entries, now)


def _words(text: str | None) -> str:
    """What two messages are compared by; '' where nothing can be said."""
    found = text_print(text) if text else None
    return found.folded if found else ""
