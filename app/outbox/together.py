"""What an action does to the other messages of an album: they stand and fall together."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.domain.states import CASE_MOVES, CaseEnd, CaseState, CommentState, Outcome, check_move
from app.domain.words import ActionKind
from app.journal.chain import Entry
from app.outbox.moves import MACHINE, move_comment
from app.outbox.permission import REMOVALS
from app.storage.albums import rest_of_album
from app.storage.tables import Comment, ReviewCase


def goes_with(session: Session, comment: Comment, kind: ActionKind) -> list[Comment]:
    """The rest of the comment's album, as far as the action means it; what a person has let stand, stands."""
    if kind in REMOVALS:
        standing = (CommentState.VISIBLE, CommentState.UNKNOWN)
        return [
            one
            for one in rest_of_album(session, comment)
            if one.state in standing and one.restored_revision_id != one.revision_id
        ]
    if kind is ActionKind.RESTORE_COMMENT:
        return [one for one in rest_of_album(session, comment) if one.state == CommentState.REMOVED]
    return []


def move_together(
    session: Session, comments: Sequence[Comment], kind: ActionKind, outcome: Outcome, at: int
) -> list[Entry]:
    """The comments, which are locked, are where the action has put them; who was asked about them is asked no more."""
    entries: list[Entry] = []
    for comment in comments:
        if kind in REMOVALS:
            entries += [*move_comment(comment, CommentState.REMOVED, at), *_close_case(session, comment, at)]
        elif kind is ActionKind.RESTORE_COMMENT and outcome is not Outcome.GONE:
            entries += move_comment(comment, CommentState.VISIBLE, at)
        session.add(comment)
    return entries


def _close_case(session: Session, comment: Comment, at: int) -> list[Entry]:
    query = select(ReviewCase).where(
        ReviewCase.comment_id == comment.id, col(ReviewCase.state) != CaseState.CLOSED.value
    )
    case = session.exec(query.with_for_update()).first()
    if case is None:
        return []
    check_move(CASE_MOVES, CaseState(case.state), CaseState.CLOSED)
    case.state, case.ended = CaseState.CLOSED.value, CaseEnd.GONE.value
    case.ended_by, case.closed_at = MACHINE, at
    session.add(case)
    body = {"case": case.id, "end": CaseEnd.GONE.value, "by": MACHINE, "reason": "album"}
    return [Entry("case_closed", comment.id, body)]
