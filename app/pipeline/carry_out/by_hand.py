"""Ends what a person had to do in the network: it is done, whoever says so."""

from sqlmodel import Session

from app.domain.ports import Done
from app.domain.states import ActionState, CommentState, Outcome
from app.domain.words import ActionKind
from app.journal.chain import Entry
from app.outbox.moves import move, move_comment
from app.outbox.permission import REMOVALS
from app.outbox.together import goes_with
from app.pipeline.carry_out.beside import follow_up
from app.pipeline.carry_out.standing import load_matter
from app.pipeline.house import House
from app.storage.fates import lock_comments
from app.storage.tables import Action, Comment


def lock_together(session: Session, action_id: int) -> None:
    """Hold the action's comment with the rest of its album, before any other lock, in the order of everybody else.

    What is read of them after this is as it is while they are held.
    """
    action = session.get(Action, action_id)
    comment = session.get(Comment, action.comment_id) if action is not None else None
    if action is None or comment is None:
        return
    album = goes_with(session, comment, ActionKind(action.kind))
    lock_comments(session, [comment.id, *(one.id for one in album)])
    session.expire_all()


def end_by_hand(
    session: Session, house: House, action: Action, comment: Comment, at: int, *, by: str, signed: str
) -> list[Entry]:
    """Note that a person did it, with what follows for the comment, its album and the ban's term.

    Action and comments are locked, these by `lock_together`; `signed` is how the journal may keep `by`.
    """
    kind = ActionKind(action.kind)
    album = goes_with(session, comment, kind)
    entry = move(action, ActionState.DONE, at, by=by, outcome=Outcome.ACTED)
    action.sent_at = action.sent_at or at
    session.add(action)
    entries = [entry._replace(body={**entry.body, "by": signed, "by_hand": True})]
    if kind in REMOVALS:
        entries += move_comment(comment, CommentState.REMOVED, at, by=signed)
    elif kind is ActionKind.RESTORE_COMMENT:
        entries += move_comment(comment, CommentState.VISIBLE, at, by=signed)
    session.flush()
    matter = load_matter(session, action.id, comment.id)
    if matter is not None:
        entries += follow_up(session, house, matter, album, Done(Outcome.ACTED), at)
    return entries
