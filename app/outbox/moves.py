"""The only way an action changes its state: the table of moves is asked, and the journal gets its entry.

Whoever moves an action holds the row lock of its comment, taken before any other lock but the connection's lease:
intake, people and the worker meet there, one after another.
"""

from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.domain.ids import IdSource
from app.domain.states import ACTION_MOVES, COMMENT_MOVES, ActionState, CaseState, CommentState, Outcome, check_move
from app.domain.urgency import rank
from app.domain.words import Reason
from app.journal.chain import Entry
from app.storage.tables import Action, Comment, Decision, ReviewCase

MACHINE: Final = "machine"
_words: Final = msgspec.json.Decoder(list[str]).decode
_KINDS: Final = {ActionState.SENDING: "action_sent", ActionState.PENDING: "action_waiting"}
#: Who ended it is worth a column only where it ended.
_ENDS: Final = frozenset({ActionState.DONE, ActionState.CANCELLED, ActionState.FAILED})


def is_by_machine(action: Action) -> bool:
    """Whether no person stands behind the action: neither ordered nor confirmed."""
    return action.ordered_by == MACHINE and not action.confirmed_by


def move(
    action: Action, after: ActionState, at: int, *, code: str = "", by: str = MACHINE, outcome: Outcome | None = None
) -> Entry:
    """Change the state; returns the journal entry, which the caller appends in the same transaction.

    Raises:
        ForbiddenTransitionError: there is no such move.
    """
    before = ActionState(action.state)
    check_move(ACTION_MOVES, before, after)
    action.state = after.value
    action.changed_at = at
    if after is not ActionState.SENDING:
        # What went wrong last stays visible, and comparable, until the attempt has an end.
        action.last_error = code
    if after is not ActionState.PENDING:
        action.waiting_for = None
    if outcome is not None:
        action.outcome = outcome.value
    if after in _ENDS:
        action.ended_by = by
    return Entry(
        _KINDS.get(after, f"action_{after}"),
        action.comment_id,
        {
            "action": action.id,
            "decision": action.decision_id,
            "page": action.page_id,
            "what": action.kind,
            "was": before.value,
            "by": by,
            "reason": code,
            "outcome": outcome.value if outcome else None,
            "attempts": action.attempts,
            "claim": action.claim,
        },
    )


def move_comment(comment: Comment, after: CommentState, at: int, *, by: str = MACHINE) -> list[Entry]:
    """The comment is there by now, if the table of moves allows that; the network's own event may have told more."""
    before = CommentState(comment.state)
    # And sooner: a withdrawn comment stays withdrawn.
    if after not in COMMENT_MOVES[before] or before is CommentState.WITHDRAWN:
        return []
    comment.state, comment.changed_at = after.value, at
    return [Entry(f"comment_{after}", comment.id, {"was": before.value, "by": by})]


def propose(
    session: Session, ids: IdSource, action: Action, comment: Comment, *, reason: Reason, at: int, by: str = MACHINE
) -> list[Entry]:
    """Hand an unsent action to people: it is proposed, and a case asks about its comment."""
    entry = move(action, ActionState.PROPOSED, at, code=reason.value, by=by)
    return [entry, *open_case(session, ids, action, comment, reason=reason, at=at)]


def open_case(
    session: Session, ids: IdSource, action: Action, comment: Comment, *, reason: Reason, at: int
) -> list[Entry]:
    """Ask people about the comment, unless somebody asks already."""
    asked = select(ReviewCase.id).where(ReviewCase.comment_id == comment.id, ReviewCase.state != CaseState.CLOSED.value)
    if comment.revision_id is None or session.exec(asked.order_by(col(ReviewCase.id))).first() is not None:
        return []
    case = ReviewCase(
        id=ids(),
        comment_id=comment.id,
        page_id=comment.page_id,
        revision_id=comment.revision_id,
        decision_id=action.decision_id,
        state=CaseState.OPEN.value,
        reason=reason.value,
        category=next(iter(_words(session.get_one(Decision, action.decision_id).categories_json)), ""),
        rank=rank(protected=False, sampled=False, uncertainty=0.0, opened_at=at),
        opened_at=at,
    )
    session.add(case)
    session.flush()
    body = {"case": case.id, "decision": case.decision_id, "page": case.page_id, "reason": reason.value}
    return [Entry("case_opened", comment.id, body)]
