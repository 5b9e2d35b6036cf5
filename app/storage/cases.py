"""Reads the queue of open questions in its own order, along its indexes, a bounded stretch at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import func, select, text, tuple_, union_all
from sqlmodel import Session, col

from app.domain.states import CaseState, CommentState
from app.domain.words import Reason
from app.storage.decisions import DecisionRecord, read_decisions
from app.storage.tables import Comment, ReviewCase
from app.storage.walk import Found, Rows, Statement

#: Where a list begins again: the rank and the id of the last case that was shown.
Place = tuple[int, int]

#: Cases that one request looks at when a filter lets few through; then the cursor goes on from there.
LOOKED_AT: Final = 10_000
_STRETCH: Final = 1_000
#: Up to this many pages are walked side by side, each along its own index.
_SIDE_BY_SIDE: Final = 50
#: A literal, the indexes' own condition: a partial index serves only what can be proved while planning.
_IS_OPEN: Final = "review_case.state <> 'closed'"
#: Before every case: ranks are instants and larger.
_BEGINNING: Final[Place] = (0, -1)
#: Added to the rank of a place among those that the reader has passed by; beyond every rank.
_PASSED_BY: Final = 2**62
_names = msgspec.json.Decoder(list[str]).decode
_WALKED: Final = (
    col(ReviewCase.id),
    col(ReviewCase.rank),
    col(ReviewCase.page_id),
    col(ReviewCase.category),
    col(ReviewCase.reason),
    col(ReviewCase.opened_at),
    col(ReviewCase.assigned_to),
    col(ReviewCase.claimed_by),
    col(ReviewCase.skipped_json),
)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which open cases; `pages` None = all.

    `older_than` is an instant in microseconds: opened then or earlier. `mine` is an account: handed over to it or held
    by it. What the account `passed_by` has skipped comes behind everything else; None puts nothing behind.
    """

    pages: tuple[int, ...] | None = None
    category: str | None = None
    reason: str | None = None
    older_than: int | None = None
    assigned_to: str | None = None
    mine: str | None = None
    passed_by: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A question and the decision that raised it, with its comment."""

    case: ReviewCase
    record: DecisionRecord


def list_cases(
    session: Session, wanted: CaseFilter, *, after: Place | None, limit: int
) -> tuple[list[CaseRecord], Place | None]:
    """The queue in its order, and the place after which its next part begins (None at the end).

    A filter that lets few through may give fewer cases than `limit`, even none, and still a place to go on from.
    """
    ids, following = case_ids(session, wanted, after=after, limit=limit)
    return _records(session, ids), following


def case_ids(
    session: Session, wanted: CaseFilter, *, after: Place | None, limit: int
) -> tuple[list[int], Place | None]:
    """The ids of one part of the queue."""
    if wanted.pages == ():
        return [], None
    walk = _Walk(session, wanted, limit)
    among_passed = after is not None and after[0] >= _PASSED_BY
    if not among_passed:
        if not walk.go(after or _BEGINNING, passed_by=False):
            return walk.found, walk.place
        after = _BEGINNING
    elif after is not None:
        after = (after[0] - _PASSED_BY, after[1])
    if wanted.passed_by is None or walk.go(after or _BEGINNING, passed_by=True):
        return walk.found, None
    return walk.found, (walk.place[0] + _PASSED_BY, walk.place[1])


class _Walk:
    """One request's way through the queue; it stops when enough is found or enough was looked at."""

    def __init__(self, session: Session, wanted: CaseFilter, limit: int) -> None:
        self._session = session
        self._wanted = wanted
        self._limit = limit
        self._looked_at = 0
        self.found: list[int] = []
        #: Where to go on when it stopped before the end.
        self.place = _BEGINNING

    def go(self, after: Place, *, passed_by: bool) -> bool:
        """Walk on; True if the end was reached."""
        # Mostly the first rows are what is looked for; only whoever finds few of them looks at many at once.
        size = self._limit + 1
        self.place = after
        while True:
            rows: Rows = self._session.execute(walk_statement(self._wanted, self.place, size)).all()
            for row in rows:
                if self._keeps(row, passed_by=passed_by):
                    if len(self.found) == self._limit:
                        return False
                    self.found.append(row.id)
                self.place = (row.rank, row.id)
            self._looked_at += len(rows)
            if len(rows) < size:
                return True
            if self._looked_at >= LOOKED_AT:
                return False
            size = _STRETCH

    def _keeps(self, row: Found, *, passed_by: bool) -> bool:
        wanted = self._wanted
        if wanted.passed_by is not None and (wanted.passed_by in _names(row.skipped_json)) is not passed_by:
            return False
        return (
            wanted.category in {None, row.category}
            and wanted.reason in {None, row.reason}
            and (wanted.older_than is None or row.opened_at <= wanted.older_than)
            and wanted.assigned_to in {None, row.assigned_to}
            and wanted.mine in {None, row.assigned_to, row.claimed_by}
        )


def walk_statement(wanted: CaseFilter, after: Place, size: int) -> Statement:
    """One stretch of the walk: along a page's queue, several pages' side by side, or everybody's."""
    statement: Statement = select(*_WALKED).where(text(_IS_OPEN))
    if wanted.pages is not None and len(wanted.pages) <= _SIDE_BY_SIDE:
        walks = [_along_page(statement, page, after, size) for page in wanted.pages]
        if len(walks) == 1:
            return walks[0]
        together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
        return select(together).order_by(together.c.rank, together.c.id).limit(size)
    if wanted.pages is not None:
        statement = statement.where(col(ReviewCase.page_id).in_(wanted.pages))
    place = tuple_(col(ReviewCase.rank), col(ReviewCase.id))
    return statement.where(place > tuple_(*after)).order_by(col(ReviewCase.rank), col(ReviewCase.id)).limit(size)


def _along_page(statement: Statement, page: int, after: Place, size: int) -> Statement:
    """The index (page_id, rank, id), written as a range so that no planner prefers another order (see `walk`)."""
    place = tuple_(col(ReviewCase.page_id), col(ReviewCase.rank), col(ReviewCase.id))
    return (
        statement.where(col(ReviewCase.page_id) <= page, place > tuple_(page, *after))
        .order_by(col(ReviewCase.page_id), col(ReviewCase.rank), col(ReviewCase.id))
        .limit(size)
    )


def read_case(session: Session, case_id: int) -> CaseRecord | None:
    """One question, open or closed."""
    records = _records(session, [case_id])
    return records[0] if records else None


def read_cases(session: Session, ids: Sequence[int]) -> list[CaseRecord]:
    """These questions, open or closed, in this order; those that do not exist are left out."""
    return _records(session, ids)


def count_open(session: Session, pages: Sequence[int] | None, *, at_most: int) -> int:
    """How many questions wait, counted along the queue's index and no further than `at_most`; `pages` None = all."""
    # The rank's bound excludes nothing: with it SQLite takes the index of open cases and not that of all.
    waiting = select(col(ReviewCase.id)).where(text(_IS_OPEN), col(ReviewCase.rank) >= 0)
    if pages is not None:
        waiting = waiting.where(col(ReviewCase.page_id).in_(pages))
    return int(session.execute(select(func.count()).select_from(waiting.limit(at_most).subquery())).scalar_one())


def open_case_of(session: Session, comment_id: int) -> ReviewCase | None:
    """The open question about a comment, if there is one."""
    statement = select(ReviewCase).where(
        col(ReviewCase.comment_id) == comment_id, col(ReviewCase.state) != CaseState.CLOSED.value
    )
    return session.scalars(statement).first()


def asked_about(session: Session, comment_ids: Collection[int]) -> dict[int, int]:
    """Of these comments, those that stand and are asked about, each with its open case; audits ask about the past."""
    query = (
        select(col(ReviewCase.comment_id), col(ReviewCase.id))
        .join(Comment, col(Comment.id) == col(ReviewCase.comment_id))
        .where(
            col(ReviewCase.comment_id).in_(comment_ids),
            col(ReviewCase.state) != CaseState.CLOSED.value,
            col(ReviewCase.reason) != Reason.AUDIT.value,
            col(Comment.state) == CommentState.VISIBLE.value,
        )
    )
    return {row.comment_id: row.id for row in session.execute(query)}


def _records(session: Session, ids: Sequence[int]) -> list[CaseRecord]:
    """The cases with these ids, in this order; two round trips and the actions', however many there are."""
    if not ids:
        return []
    cases = {case.id: case for case in session.scalars(select(ReviewCase).where(col(ReviewCase.id).in_(ids)))}
    decided = read_decisions(session, [case.decision_id for case in cases.values()])
    records = {record.decision.id: record for record in decided}
    ordered = [cases[one] for one in ids if one in cases]
    return [CaseRecord(case, records[case.decision_id]) for case in ordered if case.decision_id in records]
