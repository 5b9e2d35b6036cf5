"""Erases what people wrote: the words become null, their row and its numbers stay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, select, update
from sqlmodel import Session, SQLModel

from app.storage.tables import (
    Answer,
    AnswerBody,
    Evidence,
    Label,
    Note,
    Objection,
    ObjectionBody,
    Revision,
    RevisionBody,
)
from app.storage.unjudged import forget

#: Rows that one stretch of a walk looks at; erased ones are passed by.
STRETCH: Final = 2_000


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """A table of words: its key, how its rows lead to a comment, and what an erased row holds."""

    table: type[SQLModel]
    key: str
    erased: Mapping[str, object]
    #: The permanent row that stands beside it and names the comment; None: the table names it itself.
    beside: type[SQLModel] | None = None

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)


REVISIONS: Final = Words(
    RevisionBody,
    "revision_id",
    {"text": None, "segments_json": "[]", "attachments_json": "[]", "salt": None},
    beside=Revision,
)
EVIDENCE: Final = Words(Evidence, "id", {"body": None})
NOTES: Final = Words(Note, "id", {"text": None})
LABELS: Final = Words(Label, "id", {"text": None})
OBJECTIONS: Final = Words(ObjectionBody, "objection_id", {"text": None, "answer": None}, beside=Objection)
ANSWERS: Final = Words(AnswerBody, "answer_id", {"text": None}, beside=Answer)
ALL: Final = (REVISIONS, EVIDENCE, NOTES, LABELS, OBJECTIONS, ANSWERS)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows with words, each with its comment; the walk goes on after `last`, None at the end."""

    rows: tuple[tuple[int, int], ...]
    last: int | None


def stretch(session: Session, words: Words, *, after: int, until: int, limit: int) -> Stretch:
    """Rows that still hold words, ids over `after` and under `until`, at most `limit`."""
    key, comment, erased_at = _columns(words)
    query = select(key, comment, erased_at).where(key > after, key < until).order_by(key).limit(STRETCH)
    if words.beside is not None:
        query = query.join(words.beside, _table(words.beside).c.id == key)
    rows: list[tuple[int, int]] = []
    looked_at = 0
    for id_, comment_id, at in session.execute(query):
        if len(rows) == limit:
            return Stretch(tuple(rows), rows[-1][0])
        looked_at += 1
        after = id_
        if at is None:
            rows.append((id_, comment_id))
    return Stretch(tuple(rows), after if looked_at == STRETCH else None)


def of_comments(session: Session, words: Words, comments: Collection[int]) -> list[tuple[int, int]]:
    """Rows of these comments that still hold words, each with its comment."""
    key, comment, erased_at = _columns(words)
    query = select(key, comment).where(comment.in_(comments), erased_at.is_(None)).order_by(key)
    if words.beside is not None:
        query = query.join(words.beside, _table(words.beside).c.id == key)
    return [(id_, comment_id) for id_, comment_id in session.execute(query)]


def erase(session: Session, words: Words, ids: Sequence[int], at: int) -> int:
    """Make the words of these rows null; returns how many had any."""
    if not ids:
        return 0
    key, _, erased_at = _columns(words)
    statement = update(_table(words.table)).where(key.in_(ids), erased_at.is_(None))
    done = session.connection().execute(statement.values(**words.erased, erased_at=at))
    if words is REVISIONS:
        # The event of a text that waits for a model quotes it; without its words there is nothing to judge.
        forget(session, ids)
    return done.rowcount


def _table(table: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(table.__tablename__)]


def _columns(words: Words) -> tuple[Any, Any, Any]:
    columns = _table(words.table).c
    comment = columns.comment_id if words.beside is None else _table(words.beside).c.comment_id
    return columns[words.key], comment, columns.erased_at
