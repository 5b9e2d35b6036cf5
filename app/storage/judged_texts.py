"""Reads texts that were judged, newest first, a portion at a time, with what people made of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.words import Verdict
from app.storage.tables import Comment, Decision, RevisionBody
from app.storage.walk import Statement, first_id, last_id, stretch

MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class JudgedText:
    """One revision as the machine decided about it first; `body` is None when its words were never kept.

    `by_people` is what a person made of this very revision last, here or in the network; None = nobody did.
    """

    decision_id: int
    comment_id: int
    page_id: int
    verdict: str
    basis_json: str
    private: bool
    body: RevisionBody | None
    by_people: Verdict | None


@dataclass(frozen=True, slots=True)
class Portion:
    """Decisions looked at, newest first, and the texts among them; `next_before` None = there are no more."""

    texts: tuple[JudgedText, ...]
    next_before: int | None


def portion(
    session: Session, pages: Sequence[int] | None, *, since: int, until: int, before: int | None, size: int
) -> Portion:
    """The next `size` decisions of these pages (None = all) taken in [since, until), microseconds."""
    wanted: Statement = select(
        col(Decision.id),
        col(Decision.comment_id),
        col(Decision.revision_id),
        col(Decision.verdict),
        col(Decision.basis_json),
        col(Decision.decided_by),
        col(Decision.decided_at),
        col(Decision.page_id),
    ).where(col(Decision.id) >= first_id(since), col(Decision.id) < last_id(until))
    rows = session.execute(stretch(Decision, wanted, pages, before, size)).all() if pages is None or pages else []
    judged = [row for row in rows if row[5] == MACHINE and since <= row[6] < until]
    comments = _comments(session, [row[1] for row in judged])
    bodies = _bodies(session, [row[2] for row in judged])
    others = _others(session, [row[1] for row in judged])
    texts = []
    for decision_id, comment_id, revision_id, verdict, basis, _, _, page_id in judged:
        of_revision = [other for other in others[comment_id] if other[1] == revision_id]
        if any(by == MACHINE and other < decision_id for other, _, by, _ in of_revision):
            continue
        private, restored = comments[comment_id]
        people = [Verdict(said) for _, _, by, said in of_revision if by != MACHINE]
        last = Verdict.KEEP if restored == revision_id else (people[-1] if people else None)
        body = bodies.get(revision_id)
        texts.append(JudgedText(decision_id, comment_id, page_id, verdict, basis, private, body, last))
    return Portion(tuple(texts), rows[-1][0] if len(rows) == size else None)


def _comments(session: Session, ids: Sequence[int]) -> dict[int, tuple[bool, int | None]]:
    query = select(col(Comment.id), col(Comment.private), col(Comment.restored_revision_id))
    rows = session.execute(query.where(col(Comment.id).in_(ids)))
    return {id_: (private, restored) for id_, private, restored in rows}


def _bodies(session: Session, revisions: Sequence[int]) -> dict[int, RevisionBody]:
    query = select(RevisionBody).where(col(RevisionBody.revision_id).in_(revisions))
    return {body.revision_id: body for body in session.scalars(query)}


def _others(session: Session, comments: Sequence[int]) -> defaultdict[int, list[tuple[int, int, str, str]]]:
    """Every decision about these comments, the oldest first: id, revision, by whom, verdict."""
    query = select(
        col(Decision.comment_id), col(Decision.id), col(Decision.revision_id), col(Decision.decided_by),
        col(Decision.verdict),
    ).where(col(Decision.comment_id).in_(comments))  # fmt: skip
    grouped: defaultdict[int, list[tuple[int, int, str, str]]] = defaultdict(list)
    for comment_id, *rest in session.execute(query.order_by(col(Decision.id))):
        grouped[comment_id].append((rest[0], rest[1], rest[2], rest[3]))
    return grouped
