"""Every state that a comment, an action or a case can be in, and the only moves between them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from app.domain.errors import ForbiddenTransitionError


class CommentState(StrEnum):
    """Where a comment is in the network, as far as we know."""

    VISIBLE = "visible"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class ActionState(StrEnum):
    """Where an action is on its way to the network."""

    SHADOW = "shadow"
    PROPOSED = "proposed"
    PENDING = "pending"
    SENDING = "sending"
    MANUAL = "manual"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a done action ended: we did it, the target was gone, or it had been done before."""

    ACTED = "acted"
    GONE = "gone"
    ALREADY = "already"


class WaitingFor(StrEnum):
    """What holds a pending action back; waiting costs no attempts."""

    TOKEN = "token"  # noqa: S105 - a state, not a credential
    CAPTCHA = "captcha"
    LIMIT = "limit"
    UNDO_WINDOW = "undo_window"


class CaseState(StrEnum):
    """Where a question to a person is."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class CaseEnd(StrEnum):
    """How a case was closed."""

    KEPT = "kept"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    GONE = "gone"
    SUPERSEDED = "superseded"
    #: A question of the random sample that nobody answered in its time.
    EXPIRED = "expired"


class ObjectionState(StrEnum):
    """How far an objection has got; it is closed when its author has been answered."""

    OPEN = "open"
    DECIDED = "decided"
    ANSWERED = "answered"


class ObjectionOutcome(StrEnum):
    """What a person made of the decision that was objected to."""

    UPHELD = "upheld"
    REVERSED = "reversed"
    #: There was nothing left to decide: the author took the comment back, or wrote another one in its place.
    MOOT = "moot"


class JobState(StrEnum):
    """How far a piece of long work has got; a running one whose lease ran out is taken up by another worker."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: States in which a job can still be stopped.
UNFINISHED_JOBS: Final = frozenset({JobState.WAITING, JobState.RUNNING})

OBJECTION_MOVES: Final[Mapping[ObjectionState, frozenset[ObjectionState]]] = {
    # open → answered: decided and answered in one step. decided → open: the decision was called back.
    ObjectionState.OPEN: frozenset({ObjectionState.DECIDED, ObjectionState.ANSWERED}),
    ObjectionState.DECIDED: frozenset({ObjectionState.OPEN, ObjectionState.ANSWERED}),
    ObjectionState.ANSWERED: frozenset(),
}

S = TypeVar("S", bound=StrEnum)
A = ActionState
ACTION_MOVES: Final[Mapping[ActionState, frozenset[ActionState]]] = {
    A.SHADOW: frozenset({A.CANCELLED}),
    A.PROPOSED: frozenset({A.PENDING, A.CANCELLED}),
    # pending → proposed: a page that leaves `enforce` hands its unsent machine actions to people.
    A.PENDING: frozenset({A.SENDING, A.PROPOSED, A.CANCELLED, A.DONE}),
    # sending → pending: a retry, or the lease of a dead worker that ran out.
    A.SENDING: frozenset({A.PENDING, A.PROPOSED, A.DONE, A.MANUAL, A.FAILED, A.CANCELLED}),
    A.MANUAL: frozenset({A.DONE, A.CANCELLED}),
    A.DONE: frozenset(),
    A.FAILED: frozenset(),
    A.CANCELLED: frozenset(),
}
#: States in which an action can still be called back by a person.
CANCELLABLE: Final = frozenset({A.PROPOSED, A.PENDING, A.MANUAL})
#: States in which an action has not ended.
UNFINISHED: Final = frozenset({A.PROPOSED, A.PENDING, A.SENDING, A.MANUAL})

CASE_MOVES: Final[Mapping[CaseState, frozenset[CaseState]]] = {
    CaseState.OPEN: frozenset({CaseState.CLAIMED, CaseState.CLOSED}),
    CaseState.CLAIMED: frozenset({CaseState.OPEN, CaseState.CLAIMED, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}

COMMENT_MOVES: Final[Mapping[CommentState, frozenset[CommentState]]] = {
    CommentState.VISIBLE: frozenset({CommentState.REMOVED, CommentState.WITHDRAWN, CommentState.UNKNOWN}),
    CommentState.REMOVED: frozenset({CommentState.VISIBLE, CommentState.WITHDRAWN}),
    CommentState.WITHDRAWN: frozenset({CommentState.VISIBLE}),
    CommentState.UNKNOWN: frozenset({CommentState.VISIBLE, CommentState.REMOVED, CommentState.WITHDRAWN}),
}
#: States of a comment that nobody sees in the network any more.
GONE: Final = frozenset({CommentState.REMOVED, CommentState.WITHDRAWN})


def check_move(moves: Mapping[S, frozenset[S]], before: S, after: S) -> None:
    """Refuse a move that the table does not list.

    Raises:
        ForbiddenTransitionError: the table has no such move.
    """
    if after not in moves[before]:
        raise ForbiddenTransitionError(type(before).__name__, before, after)
