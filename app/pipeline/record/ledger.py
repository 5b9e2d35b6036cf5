"""What one transaction knows and changes: rows are loaded once, changed in memory, written once per table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlmodel import SQLModel

from app.domain.events import CommentRef
from app.domain.states import (
    ACTION_MOVES,
    CASE_MOVES,
    COMMENT_MOVES,
    ActionState,
    CaseEnd,
    CaseState,
    CommentState,
    Outcome,
    check_move,
)
from app.domain.words import ActionKind, WrittenBy
from app.journal.chain import Entry
from app.storage.bulk import Values, values_of

#: Asked of the network, or of a person in it: whoever does it there brings the action to its end.
ORDERED: Final = frozenset({ActionState.PENDING, ActionState.MANUAL})
CommentKey = tuple[int, str, str, str]
_json: Final = msgspec.json.Encoder(order="deterministic").encode


def json_text(value: object) -> str:
    """Compact JSON for a `*_json` column."""
    if not value and isinstance(value, list | tuple):
        # So are most of them.
        return "[]"
    return _json(value).decode()


@dataclass(slots=True)
class ActionRow:
    """An action of a comment, as far as the writer may move it."""

    id: int
    kind: ActionKind
    state: ActionState
    outcome: str | None
    comment_id: int
    page_id: int
    author_id: int | None
    #: When a ban ends; None for ever, or not sent yet.
    ban_until: int | None = None
    ended_by: str = ""
    changed: bool = False


@dataclass(slots=True)
class CaseRow:
    """The open case of a comment."""

    id: int
    comment_id: int
    state: CaseState
    ended: str | None = None
    ended_by: str = ""
    changed: bool = False


@dataclass(slots=True)
class CommentRow:
    """A comment under the transaction's lock."""

    id: int
    page_id: int
    author_id: int | None
    written_by: WrittenBy
    state: CommentState
    revision_id: int | None
    revisions: int
    decision_id: int | None
    restored_revision_id: int | None
    private: bool
    written_at: int | None
    #: Came into being in this transaction, and what was inserted then.
    fresh: bool = False
    stored: tuple[Any, ...] = ()
    changed_at: int = 0
    digest: str = ""
    digest_at: int = 0
    #: How the newest revision came: an `Act`, or `late`.
    act: str = ""
    salt: str = ""
    author: str = ""
    actions: list[ActionRow] = field(default_factory=list)
    case: CaseRow | None = None

    def columns(self) -> tuple[Any, ...]:
        """What can change, to see whether it did."""
        ruling = self.revision_id, self.revisions, self.decision_id, self.restored_revision_id
        return self.state, self.written_by, *ruling

    def move(self, state: CommentState) -> None:
        """Change the comment's state if it differs."""
        if state is not self.state:
            check_move(COMMENT_MOVES, self.state, state)
            self.state = state


def key_of(page_id: int, ref: CommentRef) -> CommentKey:
    """The unique key of a comment."""
    return page_id, str(ref.kind), ref.scope, ref.external_id


class Ledger:
    """Collects what a transaction will write; every change of a state brings its journal entry with it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.comments: dict[CommentKey, CommentRow] = {}
        self.authors: dict[tuple[str, str], int] = {}
        self.posts: dict[tuple[int, str], int] = {}
        #: Authors that this transaction saw for the first time anywhere.
        self.new_authors: set[int] = set()
        #: Rows in the order of their table's columns.
        self.inserts: defaultdict[type[SQLModel], list[Values]] = defaultdict(list)
        self.updates: defaultdict[type[SQLModel], list[Mapping[str, Any]]] = defaultdict(list)
        self.entries: list[Entry] = []
        #: Ended actions that hang on no comment of this batch.
        self.loose_actions: list[ActionRow] = []
        #: Pages whose managers' list must be read again before anybody is banned.
        self.stale_managers: set[int] = set()
        #: Pages that have another id by now, and rights that pages have lost; '' = they have them all.
        self.moved: dict[int, str] = {}
        self.rights: dict[int, str] = {}
        #: Bans that a person has done for us in the network, without an end there.
        self.banned_by_hand: list[int] = []
        #: Revisions that wait for a model, locked; those of them that wait no longer; what was decided on, by decision.
        self.waiting: set[int] = set()
        self.judged: list[int] = []
        self.decided: dict[int, int | None] = {}
        #: Actions that wait for the worker after the commit.
        self.pending = 0

    def add(self, table: type[SQLModel], **row: Any) -> None:
        """A row to insert."""
        self.inserts[table].append(values_of(table)(row))

    def note(self, kind: str, subject_id: int | None, **body: object) -> None:
        """An entry for the journal."""
        self.entries.append(Entry(kind, subject_id, body))

    def end_action(
        self,
        action: ActionRow,
        state: ActionState,
        by: str,
        reason: str,
        outcome: Outcome | None = None,
        *,
        signed: str = "",
    ) -> None:
        """Cancel an action or note that it is done, because of what happened in the network or at the desk.

        `signed` is how the journal may keep `by`, where that differs.
        """
        check_move(ACTION_MOVES, action.state, state)
        self.note(
            "action_" + state, action.comment_id, action=action.id, was=action.state, by=signed or by, reason=reason
        )
        action.state, action.ended_by, action.changed = state, by, True
        action.outcome = str(outcome) if outcome else action.outcome

    def close_case(self, comment: CommentRow, end: CaseEnd, by: str, *, signed: str = "") -> None:
        """Close the comment's open case, if there is one; `signed` is how the journal may keep `by`."""
        case = comment.case
        if case is None or case.state is CaseState.CLOSED:
            return
        check_move(CASE_MOVES, case.state, CaseState.CLOSED)
        case.state, case.ended, case.ended_by, case.changed = CaseState.CLOSED, str(end), by, True
        self.note("case_closed", comment.id, case=case.id, end=str(end), by=signed or by)

    def changed_comments(self) -> Sequence[Mapping[str, Any]]:
        """Comments that differ from what the database holds."""
        return [
            {
                "id": row.id,
                "state": str(row.state),
                "written_by": str(row.written_by),
                "revision_id": row.revision_id,
                "revisions": row.revisions,
                "decision_id": row.decision_id,
                "restored_revision_id": row.restored_revision_id,
                "changed_at": self.at,
            }
            for row in self.comments.values()
            if row.columns() != row.stored
        ]

    def changed_actions(self) -> Sequence[Mapping[str, Any]]:
        """Actions that were ended; they wait for nothing any more."""
        actions = [action for row in self.comments.values() for action in row.actions if action.changed]
        return [
            {
                "id": a.id,
                "state": str(a.state),
                "outcome": a.outcome,
                "waiting_for": None,
                "ended_by": a.ended_by,
                "changed_at": self.at,
            }
            for a in (*actions, *self.loose_actions)
        ]

    def changed_cases(self) -> Sequence[Mapping[str, Any]]:
        """Cases that were closed."""
        return [
            {"id": c.id, "state": str(c.state), "ended": c.ended, "ended_by": c.ended_by, "closed_at": self.at}
            for row in self.comments.values()
            if (c := row.case) and c.changed
        ]
