"""Reads decisions with everything that explains them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.words import Category, Reason, Verdict
from app.storage.tables import (
    Action,
    Author,
    Comment,
    Decision,
    ModelVersion,
    Page,
    PolicyVersion,
    Revision,
    RevisionBody,
)
from app.storage.walk import Found, Rows, Slice, Statement, first_id, last_id, newest, stretch

_WALKED: Final = (
    col(Decision.id),
    col(Decision.verdict),
    col(Decision.categories_json),
    col(Decision.decided_at),
    col(Decision.reasons_json),
    col(Decision.decided_by),
)
#: Read besides where words are looked for.
_WORDS: Final = (col(RevisionBody.text), col(Comment.private))


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions; `pages` None = all, `author` is the network's id, times are microseconds, `until` exclusive.

    `by` is `machine`, `person`, `network`, or one of them in full (`person:anna`). `words` stand in the author's text,
    whatever their case; private messages are looked through with `private_too` only.
    """

    pages: tuple[int, ...] | None = None
    author: str | None = None
    verdict: Verdict | None = None
    category: Category | None = None
    since: int | None = None
    until: int | None = None
    reason: Reason | None = None
    by: str | None = None
    words: str = ""
    private_too: bool = False

    @property
    def chooses(self) -> bool:
        """Whether a row has to be looked at to know that it is wanted."""
        fields = (self.verdict, self.category, self.reason, self.by, self.words)
        return any(fields) or self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision and what it is about; `body` is None when the revision's words were never kept."""

    decision: Decision
    comment: Comment
    network: str
    author: str | None
    revision: int
    body: RevisionBody | None
    policy_name: str
    policy_version: int
    model_name: str | None
    model_version: str | None
    actions: tuple[Action, ...]


def list_decisions(
    session: Session, wanted: DecisionFilter, *, before: int | None, limit: int
) -> tuple[list[DecisionRecord], int | None]:
    """Newest first, and the id before which the next page of the list begins (None at the end)."""
    found = decision_ids(session, wanted, before=before, limit=limit)
    return read_decisions(session, found.ids), found.next_before


def decision_ids(session: Session, wanted: DecisionFilter, *, before: int | None, limit: int) -> Slice:
    """The ids of one page of the list."""
    if wanted.pages == ():
        return Slice((), None)
    authors = None if wanted.author is None else authors_called(session, wanted.author)
    if authors == ():
        return Slice((), None)

    def read(position: int | None, size: int) -> Rows:
        return session.execute(walk_statement(wanted, authors, position, size)).all()

    return newest(read, keep=_Chooser(wanted) if wanted.chooses else None, before=before, limit=limit)


def walk_statement(wanted: DecisionFilter, authors: Sequence[int] | None, before: int | None, size: int) -> Statement:
    """One stretch of the walk: along an author's comments, a page's decisions or all of them."""
    if authors is not None:
        return _along_authors(wanted, authors, before, size)
    statement: Statement = select(*_WALKED)
    if wanted.words:
        statement = _with_words(statement.join(Comment, col(Comment.id) == col(Decision.comment_id)))
    if wanted.since is not None:
        statement = statement.where(col(Decision.id) >= first_id(wanted.since))
    if wanted.until is not None:
        statement = statement.where(col(Decision.id) < last_id(wanted.until))
    return stretch(Decision, statement, wanted.pages, before, size)


def _along_authors(wanted: DecisionFilter, authors: Sequence[int], before: int | None, size: int) -> Statement:
    """Few decisions are an author's: they are gathered first, by comment, and then put in order."""
    theirs = (
        select(*_WALKED)
        .join(Comment, col(Comment.id) == col(Decision.comment_id))
        .where(col(Comment.author_id).in_(authors))
    )
    if wanted.words:
        theirs = _with_words(theirs)
    if wanted.pages is not None:
        theirs = theirs.where(col(Comment.page_id).in_(wanted.pages))
    # Materialized, so that no planner walks the whole page in the hope of meeting the author early.
    gathered = theirs.cte("theirs").prefix_with("MATERIALIZED")
    statement: Statement = select(gathered)
    if before is not None:
        statement = statement.where(gathered.c.id < before)
    return statement.order_by(gathered.c.id.desc()).limit(size)


def _with_words(statement: Statement) -> Statement:
    body = col(RevisionBody.revision_id) == col(Decision.revision_id)
    return statement.add_columns(*_WORDS).outerjoin(RevisionBody, body)


def read_decisions(session: Session, ids: Sequence[int]) -> list[DecisionRecord]:
    """The decisions with these ids, in this order; ids that do not exist are left out."""
    if not ids:
        return []
    statement = (
        select(
            Decision,
            Comment,
            RevisionBody,
            col(Page.network),
            col(Author.external_id),
            col(Revision.number),
            col(PolicyVersion.name),
            col(PolicyVersion.version),
            col(ModelVersion.name),
            col(ModelVersion.version),
        )
        .join(Comment, col(Comment.id) == col(Decision.comment_id))
        .join(Page, col(Page.id) == col(Decision.page_id))
        .join(Revision, col(Revision.id) == col(Decision.revision_id))
        .join(PolicyVersion, col(PolicyVersion.id) == col(Decision.policy_version_id))
        .outerjoin(RevisionBody, col(RevisionBody.revision_id) == col(Decision.revision_id))
        .outerjoin(Author, col(Author.id) == col(Comment.author_id))
        .outerjoin(ModelVersion, col(ModelVersion.id) == col(Decision.model_version_id))
        .where(col(Decision.id).in_(ids))
    )
    actions = _actions(session, ids)
    records = {row[0].id: _record(row, actions[row[0].id]) for row in session.execute(statement)}
    return [records[one] for one in ids if one in records]


def _record(row: Found, actions: Sequence[Action]) -> DecisionRecord:
    decision, comment, body, network, author, revision, policy, version, model, model_version = row
    return DecisionRecord(
        decision, comment, network, author, revision, body, policy, version, model, model_version, tuple(actions)
    )


def _actions(session: Session, decisions: Sequence[int]) -> defaultdict[int, list[Action]]:
    statement = select(Action).where(col(Action.decision_id).in_(decisions)).order_by(col(Action.id))
    grouped: defaultdict[int, list[Action]] = defaultdict(list)
    for action in session.scalars(statement):
        grouped[action.decision_id].append(action)
    return grouped


def authors_called(session: Session, external_id: str) -> tuple[int, ...]:
    """Our ids of whoever bears this id on any network."""
    # The networks are named, so that the unique index (network, external_id) is used.
    networks = list(session.scalars(select(col(Page.network)).distinct()))
    statement = select(col(Author.id)).where(col(Author.network).in_(networks), col(Author.external_id) == external_id)
    return tuple(session.scalars(statement))


class _Chooser:
    def __init__(self, wanted: DecisionFilter) -> None:
        self._wanted = wanted
        self._words = wanted.words.casefold()

    def __call__(self, row: Found) -> bool:
        wanted = self._wanted
        _, verdict, categories, at, reasons, by = row[:6]
        return (
            (wanted.verdict is None or verdict == wanted.verdict)
            and (wanted.reason is None or wanted.reason in msgspec.json.decode(reasons, type=list[str]))
            and (wanted.by is None or by == wanted.by or by.startswith(f"{wanted.by}:"))
            and (wanted.category is None or wanted.category in msgspec.json.decode(categories, type=list[str]))
            and (wanted.since is None or at >= wanted.since)
            and (wanted.until is None or at < wanted.until)
            and (not wanted.words or self._says(*row[6:]))
        )

    def _says(self, text: str | None, private: bool) -> bool:  # noqa: FBT001 - a row's columns
        readable = text is not None and (self._wanted.private_too or not private)
        return readable and self._words in (text or "").casefold()
